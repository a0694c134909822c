"""Into the raw REPL of a board that may be doing anything.

Step and wait, never one write: CircuitPython's ``^C`` flushes what follows it, and after ``code.py`` the
first byte is eaten. A prompt, or silence, ends each step.
"""

from __future__ import annotations

import time
from typing import Callable

from ..exceptions import PyboardError
from ..transport.base import Transport

__all__ = ["enter_raw_repl", "leave_raw_repl", "restart_with_main", "soft_reset"]

_QUIET_S = 0.3
"""No byte for so long, and there is no prompt to wait for."""
_BANNER_END = b"exit\r\n>"
"""The end of every raw banner; ports and languages differ in what stands before it."""
_FRIENDLY_PROMPT = b">>> "


def enter_raw_repl(transport: Transport, timeout_s: float) -> None:
    """Interrupt what runs, and reach the raw prompt.

    Raises:
        PyboardError: no raw prompt within ``timeout_s``.
        ConnectionLost: the line is gone.
    """
    give_up = time.monotonic() + timeout_s
    while True:
        for _ in range(2):
            transport.write(b"\r\x03", timeout_s)
            if _at_prompt(_read_until(transport, _at_prompt, min(give_up, time.monotonic() + 1), _QUIET_S)):
                break
        transport.write(b"\r\x01", timeout_s)
        if _has_banner(_read_until(transport, _has_banner, min(give_up, time.monotonic() + 1))):
            return
        if time.monotonic() >= give_up:
            raise PyboardError(
                f"the board at {transport.name} does not enter its raw REPL within {timeout_s:g} s",
                hint="check that MicroPython or CircuitPython runs on it, that nothing else holds the port, "
                "and that its main.py can be interrupted; or reset the board",
            )


def soft_reset(transport: Transport, timeout_s: float) -> None:
    """Restart the interpreter of a board that stands at an empty raw prompt; ``main.py`` does not run.

    Raises:
        PyboardError: no raw prompt within ``timeout_s``.
        ConnectionLost: the line is gone.
    """
    transport.write(b"\x04", timeout_s)
    if not _has_banner(_read_until(transport, _has_banner, time.monotonic() + timeout_s)):
        raise PyboardError(
            f"the board at {transport.name} did not come back from a soft reset within {timeout_s:g} s",
            hint="its boot.py may take longer: pass a larger timeout=",
        )


def leave_raw_repl(transport: Transport, timeout_s: float) -> None:
    """Leave a board that stands at its raw prompt in the friendly REPL.

    Raises:
        ConnectionLost: the line is gone.
    """
    transport.write(b"\x02", timeout_s)
    _read_until(transport, _has_friendly_prompt, time.monotonic() + timeout_s)


def restart_with_main(transport: Transport, timeout_s: float) -> bytes:
    """Soft-reset a board that stands at its friendly prompt; ``boot.py`` and ``main.py`` run.

    Returns:
        what it printed until its prompt came back, or for a second.
    """
    transport.write(b"\x04", timeout_s)
    text = _read_until(transport, _has_friendly_prompt, time.monotonic() + 1)
    return text[: -len(_FRIENDLY_PROMPT)] if text.endswith(_FRIENDLY_PROMPT) else text


def _at_prompt(text: bytes) -> bool:
    return text.endswith((_FRIENDLY_PROMPT, b">"))


# Threads of the board may print behind these two.
def _has_banner(text: bytes) -> bool:
    return _BANNER_END in text


def _has_friendly_prompt(text: bytes) -> bool:
    return _FRIENDLY_PROMPT in text


def _read_until(
    transport: Transport, enough: Callable[[bytes], bool], give_up: float, quiet_s: float | None = None
) -> bytes:
    """Read until what came is ``enough``, nothing comes for ``quiet_s``, or ``give_up``."""
    text = b""
    while True:
        left_s = max(give_up - time.monotonic(), 0)
        data = transport.read(left_s if quiet_s is None else min(quiet_s, left_s))
        text += data
        if enough(text) or (not data and quiet_s is not None) or time.monotonic() >= give_up:
            return text
