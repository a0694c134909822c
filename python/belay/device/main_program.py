"""Restarting a board so that its ``main.py`` runs: to leave it alone with that, or to follow it."""

from __future__ import annotations

import time
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
_KEY = b"\r"
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
    try:
        with session.hand_over():
            session.transport.write(_SOFT_RESET, session.timeout_s)
            try:
                _read_until(session, lambda said: said.strip() != b"")
            except ConnectionLost:
                if session.transport.line.may_soft_reset:  # else the restart takes the line along
                    raise
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
    session = link.session
    decoder = OutputDecoder()
    decoder.converts_newlines = True  # the friendly REPL has no raw output

    def show(data: bytes, final: bool = False) -> None:
        write_text(link.stream_out, decoder.decode(data, final=final))

    interrupted = False
    with session.hand_over():
        session.transport.write(_SHOW_BANNER, session.timeout_s)
        output = MainOutput(banner_in(_read_until(session, lambda said: banner_in(said) != b"")))
        try:
            session.transport.write(_SOFT_RESET, session.timeout_s)
            show(output.feed(_read_until(session, lambda said: said != b"")))
            _listen(session, output, show)
        except KeyboardInterrupt:
            interrupted = True
            _stop(session, output, show)
    show(b"", final=True)
    if not output.ended:
        try:
            session.enter()
        except PyboardError:
            device._release()  # to close it as ever would ask this board once more, for as long
            raise
    error = None
    if output.traceback:
        error = link.sources.exception(output.traceback.decode("utf-8", "backslashreplace"))
    if interrupted and (error is None or error.type_name == "KeyboardInterrupt"):
        raise KeyboardInterrupt
    if error is not None:
        raise error


def _read_until(session: Session, enough: Callable[[bytes], bool]) -> bytes:
    """What the board says until that is enough.

    Raises:
        ConnectionLost: it is not within the session's ``timeout_s``, or the line is gone.
    """
    give_up = time.monotonic() + session.timeout_s
    said = b""
    while not enough(said):
        left_s = give_up - time.monotonic()
        if left_s <= 0:
            raise ConnectionLost(
                f"the board has not restarted within {session.timeout_s:g} s", hint="reset it, and try again"
            )
        said += session.transport.read(left_s)
    return said


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
            session.transport.write(_KEY, session.timeout_s)
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
