"""Restarting a board so that its ``main.py`` runs: to leave it alone with that, or to follow it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Callable

from ..exceptions import ConnectionLost, FeatureUnavailableError, PyboardError
from ..repl.output import OutputDecoder, write_text
from ..repl.session import Session
from ..repl.settling import INTERRUPT
from .device import Device
from .main_output import MainOutput, banner_in

__all__ = ["check_can_follow", "follow_main", "start_main"]

_SHOW_BANNER = b"\x02"
_SOFT_RESET = b"\x04"
_ANY_KEY = b"\r"
_WITHHELD_FOR_S = 0.1
"""A traceback that nothing follows for so long was printed."""
_INTERRUPTS = 3
"""So often a program is asked to stop, a second apart, before its board is entered like one in any state."""


def start_main(device: Device) -> None:
    """Restart the board, and let go of it: the device is closed, and ``main.py`` runs on.

    Raises:
        ConnectionLost: the line is gone, or the board does not restart.
    """
    session = device._link.session
    survives = session.transport.line.may_soft_reset
    try:
        with session.hand_over():
            session.transport.write(_SOFT_RESET, session.timeout_s)
            if survives:
                _read_sign(session)
            else:
                with suppress(ConnectionLost):  # the restart takes the line along
                    _read_sign(session)
    finally:
        device._release()


def check_can_follow(device: Device) -> None:
    """See whether the line outlives a restart.

    Raises:
        FeatureUnavailableError: it does not.
    """
    if not device._link.session.transport.line.may_soft_reset:
        raise FeatureUnavailableError(
            "this line ends when the board restarts, so main.py's output cannot be followed",
            hint="use --run FILE, or the board's USB port",
        )


def follow_main(device: Device) -> None:
    """Restart the board, and show what ``main.py`` prints until it has ended. The device stays usable.

    Raises:
        PyboardException: it raised.
        KeyboardInterrupt: Ctrl-C on the host; the program was stopped.
        PyboardError: it does not let itself be stopped. The device is closed.
        ConnectionLost: the line is gone.
        FeatureUnavailableError: see ``check_can_follow``.
    """
    check_can_follow(device)
    link = device._link
    decoder = OutputDecoder()
    decoder.converts_newlines = True  # the friendly REPL has no raw output
    show = lambda data: write_text(link.stream_out, decoder.decode(data))  # noqa: E731
    interrupted = False
    with link.session.hand_over():
        output = _restarted(link.session, show)
        try:
            _listen(link.session, output, show)
        except KeyboardInterrupt:
            interrupted = True
            _stop(link.session, output, show)
    write_text(link.stream_out, decoder.decode(b"", final=True))
    if not output.ended:
        try:
            link.session.enter()
        except PyboardError:
            device._release()  # to close it as ever would ask this board once more, for as long
            raise
    error = link.sources.exception(output.traceback.decode("utf-8", "backslashreplace"))
    if interrupted and (not output.traceback or error.type_name == "KeyboardInterrupt"):
        raise KeyboardInterrupt
    if output.traceback:
        raise error


def _restarted(session: Session, show: Callable[[bytes], None]) -> MainOutput:
    """Learn how this board says that it is at its prompt, and restart it."""
    session.transport.write(_SHOW_BANNER, session.timeout_s)
    text = b""
    while not banner_in(text):
        text += _read_sign(session)
    session.transport.write(_SOFT_RESET, session.timeout_s)
    output = MainOutput(banner_in(text))
    show(output.feed(_read_sign(session)))
    return output


def _read_sign(session: Session) -> bytes:
    data = session.transport.read(session.timeout_s)
    if not data:
        raise ConnectionLost(
            f"the board has not restarted within {session.timeout_s:g} s", hint="reset it, and try again"
        )
    return data


def _listen(
    session: Session, output: MainOutput, show: Callable[[bytes], None], until: float = float("inf")
) -> None:
    """Show what comes until ``main.py`` has ended, or until ``until``."""
    now = time.monotonic()
    release_at = float("inf")
    asked_before = False
    while not output.ended and now < until:
        asked = output.wants_key
        if asked and not asked_before:
            session.transport.write(_ANY_KEY, session.timeout_s)
        asked_before = asked
        if not output.withholds:
            release_at = float("inf")
        elif release_at > now + _WITHHELD_FOR_S:
            release_at = now + _WITHHELD_FOR_S
        data = session.transport.read(max(min(release_at - now, until - now, 3600.0), 0))
        if data:
            show(output.feed(data))
        now = time.monotonic()
        if now >= release_at:
            show(output.release())


def _stop(session: Session, output: MainOutput, show: Callable[[bytes], None]) -> None:
    """Interrupt the program, and show what it says to that."""
    for _ in range(_INTERRUPTS):
        if not output.ended:
            session.transport.write(INTERRUPT, session.timeout_s)
            _listen(session, output, show, until=time.monotonic() + 1.0)
