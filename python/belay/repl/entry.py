"""Into the raw REPL of a board that may be doing anything, and out of it again.

What is sent and awaited is decided by the table of ``rust/core/src/repl/entry.rs``; here are the line and
the clock.
"""

from __future__ import annotations

import time
from typing import Optional

from .._native import Entry
from ..exceptions import ConnectionLost, PyboardError
from ..transport.base import Transport

__all__ = ["NUMBERS", "enter_raw_repl", "leave_raw_repl", "restart_with_main", "soft_reset"]

NUMBERS = 1000
"""More verifications than one entry makes."""
_FRIENDLY_PROMPT = b">>> "

_OBSTACLES = {
    "mute": (
        "it has not said a single byte",
        "check that the board is powered, that this is its port, and its speed (baudrate=); then reset it",
    ),
    "prints": (
        "it prints without a pause, and Ctrl-C does not stop it",
        "reset the board; a program that catches KeyboardInterrupt for ever can only be stopped so",
    ),
    "no-prompt": (
        "its program ignores Ctrl-C, or it is not MicroPython or CircuitPython that runs there",
        "reset the board; a program that catches KeyboardInterrupt for ever can only be stopped so",
    ),
    "no-raw-prompt": (
        "it shows a prompt, but Ctrl-A does not lead to a raw one",
        "check that MicroPython or CircuitPython runs there, and that nothing else uses the port",
    ),
    "no-answer": (
        "it shows a raw prompt, but answers no program",
        "check that nothing else uses the port; then reset the board",
    ),
}


def enter_raw_repl(
    transport: Transport, mark: bytes, timeout_s: float, number: int = 0, heard: Optional[bytearray] = None
) -> bool:
    """Interrupt what runs, and reach an empty raw prompt.

    Args:
        transport: the open line.
        mark: the connection's.
        timeout_s: it gives up then.
        number: of the first of at most ``NUMBERS`` verifications, none of them used before with this mark.
        heard: gets all that the board says meanwhile, also when this fails.

    Returns:
        whether the mark is still in the board's memory: its interpreter has not restarted.

    Raises:
        PyboardError: not reached within ``timeout_s``; the message says what stood in the way.
        ConnectionLost: the line is gone.
        TimeoutExpired: the line takes no bytes.
    """
    return _drive(transport, mark, timeout_s, number, bytearray() if heard is None else heard, restart=False)


def soft_reset(transport: Transport, mark: bytes, timeout_s: float, number: int = 0) -> None:
    """Restart the interpreter of a board that stands at an empty raw prompt; ``main.py`` does not run.

    A ``boot.py`` that takes longer than half of ``timeout_s`` is interrupted. Arguments as above.

    Raises:
        PyboardError: no raw prompt within ``timeout_s``.
        ConnectionLost: the line is gone.
        TimeoutExpired: the line takes no bytes.
    """
    _drive(transport, mark, timeout_s, number, bytearray(), restart=True)


def _drive(
    transport: Transport, mark: bytes, timeout_s: float, number: int, heard: bytearray, *, restart: bool
) -> bool:
    began = time.monotonic()
    entry = Entry(mark, number, int(timeout_s * 1000), restart=restart)
    now_ms = 0
    while not entry.entered:
        if entry.failed:
            raise _failure(transport.name, entry.obstacle, timeout_s)
        outgoing = entry.to_send()
        if outgoing:
            transport.write(outgoing, timeout_s)
        data = transport.read(entry.wait_ms(now_ms) / 1000)
        heard += data
        # A wait that ended a moment early is over all the same.
        waited_ms = now_ms if data else now_ms + entry.wait_ms(now_ms)
        now_ms = max(int((time.monotonic() - began) * 1000), waited_ms)
        entry.receive(data, now_ms)
    return entry.marked


def _failure(name: str, obstacle: str, timeout_s: float) -> PyboardError:
    what, hint = _OBSTACLES[obstacle]
    return PyboardError(
        f"the board at {name} does not enter its raw REPL within {timeout_s:.3g} s: {what}", hint=hint
    )


def leave_raw_repl(transport: Transport, timeout_s: float) -> bytes:
    """Leave a board that stands at its raw prompt in the friendly REPL.

    Returns:
        what it said.

    Raises:
        ConnectionLost: the line is gone, or nothing like a prompt has come within ``timeout_s``.
        TimeoutExpired: the line takes no bytes.
    """
    transport.write(b"\x02", timeout_s)
    text = _read_to_friendly_prompt(transport, timeout_s)
    if _FRIENDLY_PROMPT not in text:
        raise ConnectionLost(f"the board at {transport.name} does not leave its raw REPL", hint="reset it")
    return text


def restart_with_main(transport: Transport, timeout_s: float) -> bytes:
    """Soft-reset a board that stands at its friendly prompt; ``boot.py`` and ``main.py`` run.

    Returns:
        what it said until its prompt came back, or for a second.

    Raises:
        ConnectionLost: the line is gone.
        TimeoutExpired: the line takes no bytes.
    """
    transport.write(b"\x04", timeout_s)
    return _read_to_friendly_prompt(transport, 1.0)


def _read_to_friendly_prompt(transport: Transport, timeout_s: float) -> bytes:
    """Read until the prompt is there (threads of the board may print behind it), or for ``timeout_s``."""
    give_up = time.monotonic() + timeout_s
    text = b""
    while _FRIENDLY_PROMPT not in text:
        left_s = give_up - time.monotonic()
        if left_s <= 0:
            break
        text += transport.read(left_s)
    return text
