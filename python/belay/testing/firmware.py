"""How firmware differs at its REPL, as a table: texts, raw-paste, what an interrupt drops, what an exit does.

Sources: MicroPython ``shared/runtime/pyexec.c``, CircuitPython ``main.c`` and ``supervisor/``.
``tests/testing/test_interpreter.py`` plays the same bytes to a real MicroPython.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

__all__ = [
    "CIRCUITPYTHON",
    "CIRCUITPYTHON_7",
    "FIRMWARE",
    "MICROBIT",
    "MICROPYTHON",
    "MICROPYTHON_PASTE_OFF",
    "MICROPYTHON_WITHOUT_PASTE",
    "Firmware",
]

_HELP = b'Type "help()" for more information.\r\n'


@dataclass(frozen=True)
class Firmware:
    """One kind of firmware. All texts are bytes as they pass over the line."""

    banner: bytes
    """What the friendly REPL says before its first prompt."""
    soft_reset: bytes
    """What a soft reset says, before the banner of the REPL that it returns to."""
    title: bytes = b""
    """The terminal title's escape sequence, which CircuitPython 9 and later put before banners."""
    before_main: bytes = b""
    """Said before ``main.py`` or ``code.py`` starts."""
    after_main: bytes = b""
    """Said when it has ended."""
    any_key: bytes = b""
    """After ``code.py`` the board waits for a key, which it eats; empty: the REPL comes by itself."""
    paste: str = "on"
    """Raw-paste: ``"on"``; ``"off"``, known but answered with ``R 00``; ``"unknown"``, the banner again."""
    window_bytes: int = 128
    """Of raw-paste; the host may have two windows under way."""
    interrupt_drops: str = "queue"
    """What ``^C`` takes away while a program runs: ``"nothing"``, the ``"queue"`` that was typed ahead, or
    ``"all"``: also what follows it in the same write."""
    exit_resets: bool = True
    """``SystemExit`` restarts the interpreter, and no prompt follows the reply."""
    line_bytes: Optional[int] = None
    """The longest program that fits: a longer one ends in ``MemoryError`` in raw-paste, and kills the board
    as plain source. ``None``: no limit."""


MICROPYTHON = Firmware(
    banner=b"MicroPython v1.26.1 on 2025-09-11; Raspberry Pi Pico with RP2040\r\n" + _HELP,
    soft_reset=b"MPY: soft reboot\r\n",
)
MICROPYTHON_WITHOUT_PASTE = replace(
    MICROPYTHON,
    banner=b"MicroPython v1.13 on 2020-09-02; PYBv1.1 with STM32F405RG\r\n" + _HELP,
    paste="unknown",
    interrupt_drops="nothing",
)
"""MicroPython before 1.14."""
MICROPYTHON_PASTE_OFF = replace(MICROPYTHON, paste="off")
MICROBIT = Firmware(
    banner=b"MicroPython v1.9.2-34-gd64154c73 on 2017-09-01; micro:bit v1.0.1 with nRF51822\r\n" + _HELP,
    soft_reset=b"soft reboot\r\n",
    paste="unknown",
    interrupt_drops="nothing",
    exit_resets=False,
    line_bytes=6000,
)
CIRCUITPYTHON = Firmware(
    banner=b"\r\nAdafruit CircuitPython 10.0.3 on 2025-10-17; Raspberry Pi Pico with rp2040\r\n",
    soft_reset=b"soft reboot\r\n",
    title="\x1b]0;🐍REPL | 10.0.3\x1b\\".encode(),
    before_main=b"\r\nAuto-reload is on. Simply save files over USB to run them or enter REPL to disable.\r\n"
    b"code.py output:\r\n",
    after_main=b"\r\nCode done running.\r\n",
    any_key=b"\r\nPress any key to enter the REPL. Use CTRL-D to reload.\r\n",
    interrupt_drops="all",
)
CIRCUITPYTHON_7 = replace(
    CIRCUITPYTHON,
    banner=b"\r\nAdafruit CircuitPython 7.3.3 on 2022-08-29; Raspberry Pi Pico with rp2040\r\n",
    title=b"",
    exit_resets=False,
)

FIRMWARE = {
    "micropython": MICROPYTHON,
    "micropython without raw-paste": MICROPYTHON_WITHOUT_PASTE,
    "micropython with raw-paste off": MICROPYTHON_PASTE_OFF,
    "micro:bit": MICROBIT,
    "circuitpython 10": CIRCUITPYTHON,
    "circuitpython 7": CIRCUITPYTHON_7,
}
"""All of them by name, for parametrized tests."""
