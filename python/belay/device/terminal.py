"""A person at the board's friendly prompt: keys go to the board, and what it says to the screen.

1. The local terminal is raw meanwhile (every key is the board's, ctrl-C too) and is put back however this
   ends: the exit key, a lost line, an exception, SIGTERM and SIGHUP, which then do what they always do.
2. The session's reader thread brings what the board says; this thread waits for keys.
3. A paste is typed no faster than the board takes it: what has not been read must leave it able to see a
   ctrl-C, and may be lost beyond that. So it goes in pieces of whole lines, and the next piece waits for the
   prompts of the last one (within a line: for its echo).
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from types import FrameType
from typing import BinaryIO, Iterator, List, Optional

from ..exceptions import ConnectionLost, FeatureUnavailableError
from ..repl.session import Session
from ..transport.base import Transport

if sys.platform != "win32":
    import termios
    import tty

__all__ = ["converse", "local_terminal"]

_READ_BYTES = 65536
_INTERRUPT = b"\x03"
_SHOW_BANNER = b"\x02"
_PROMPT = re.compile(rb"\n(?:>>> |\.\.\. |=== )")
"""The third is that of the paste mode (ctrl-E)."""
_PATIENCE_S = 2.0
"""A board silent for so long runs something, and may read what comes without a prompt or an echo."""
_ECHO_PATIENCE_S = 0.3
"""Within a line: some keys have no echo."""


def local_terminal() -> int:
    """The descriptor of the terminal that this program's keys come from.

    Raises:
        FeatureUnavailableError: there is none.
    """
    try:
        descriptor = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # no stdin, a notebook's, a closed one
        descriptor = -1
    if sys.platform == "win32" or descriptor < 0 or not os.isatty(descriptor):
        raise FeatureUnavailableError(
            "the terminal needs a keyboard: this program's input is no POSIX terminal",
            hint="run it from a shell; `belay exec` and `belay run` need none",
        )
    return descriptor


def converse(
    session: Session, *, exit_char: str, keyboard: int, screen: int, log: Optional[BinaryIO] = None
) -> None:
    """Connect a terminal with the board until ``exit_char`` is typed or the terminal is gone.

    The board is ``away`` from its raw prompt afterwards; what runs there goes on.

    Args:
        session: of a board.
        exit_char: one character below 128; it never reaches the board.
        keyboard: descriptor of a terminal; raw meanwhile.
        screen: descriptor that gets what the board says.
        log: gets the same.

    Raises:
        ValueError: ``exit_char`` is none.
        ConnectionLost: the line is gone. The terminal is put back.
        TimeoutExpired: the board does not read any more.
    """
    if len(exit_char) != 1 or not exit_char.isascii():
        raise ValueError(f"exit_char={exit_char!r} is not one ASCII character")
    at_raw_prompt = not session.away
    ears = _Ears(screen, log)
    with ears, session.hand_over(ears.hear), _deadly_signals(), _raw(keyboard):
        typist = _Typist(session.transport, session.timeout_s)
        if at_raw_prompt:
            typist.ask_for_banner()
        while True:
            ready = select.select([keyboard, ears], [], [], typist.wait_s())[0]
            if ears in ready:
                typist.heard(ears.take())
            if keyboard in ready:
                keys, exit_, _ = _read(keyboard).partition(exit_char.encode())
                typist.type(keys)
                if exit_ or not keys:
                    break
            typist.go_on()
        _write(screen, b"\r\n")
        ears.check()


class _Ears:
    """What the reader thread hears: to the screen at once, to this thread when it asks."""

    def __init__(self, screen: int, log: Optional[BinaryIO]) -> None:
        self._screen = screen
        self._log = log
        self._heard: List[bytes] = []
        self._error: Optional[Exception] = None
        self._wake_read, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        os.close(self._wake)
        os.close(self._wake_read)

    def fileno(self) -> int:
        """Readable when there is something to ``take``."""
        return self._wake_read

    def hear(self, data: bytes) -> None:
        """Called by the reader thread; with nothing when the line is lost."""
        if self._log is not None:
            try:
                self._log.write(data)
            except (OSError, ValueError) as error:
                self._log, self._error = None, error
        if not data:
            self._error = ConnectionLost("the connection to the board is lost", hint="open the device again")
        # The typist must know of a prompt before a person can see it.
        self._heard.append(data)
        with suppress(BlockingIOError):
            os.write(self._wake, b".")
        _write(self._screen, data)

    def take(self) -> bytes:
        """All that was heard since the last time.

        Raises:
            ConnectionLost: the line is gone.
            OSError: the log cannot be written.
        """
        os.read(self._wake_read, _READ_BYTES)
        heard, self._heard = self._heard, []
        self.check()
        return b"".join(heard)

    def check(self) -> None:
        """Raise what ``take`` would."""
        if self._error is not None:
            raise self._error


class _Typist:
    """Types what a person types or pastes, as fast as the board takes it."""

    def __init__(self, transport: Transport, timeout_s: float) -> None:
        self._transport = transport
        self._timeout_s = timeout_s
        self._queue = b""
        self._last = time.monotonic()
        self._tail = b""
        self._begin()

    def ask_for_banner(self) -> None:
        """Let the board show its banner and a prompt, and what is typed wait for that."""
        self._transport.write(_SHOW_BANNER, self._timeout_s)
        self._bytes_sent = self._transport.line.in_flight_bytes
        self._lines_sent = self._lines_owed = 1

    def type(self, keys: bytes) -> None:
        """Take keys; a ctrl-C goes out now, and what still waits before it never does."""
        before, interrupt, after = keys.rpartition(_INTERRUPT)
        if interrupt:
            self._queue += before
            self.go_on()
            self._queue = b""
            self._begin()
            self._transport.write(interrupt, self._timeout_s)
        self._queue += after
        self.go_on()

    def heard(self, data: bytes) -> None:
        """Take note of what the board said."""
        self._bytes_owed -= len(data)
        text = self._tail + data
        self._lines_owed -= len(_PROMPT.findall(text))
        self._tail = text[-4:]
        self._last = time.monotonic()

    def go_on(self) -> None:
        """Send what the board can take now."""
        while self._queue:
            owed = self._lines_owed if self._lines_sent else self._bytes_owed
            if owed <= 0 or self.wait_s() == 0:
                self._begin()
            room = self._transport.line.in_flight_bytes - self._bytes_sent
            piece = self._queue[: max(room, 0)]
            if len(piece) < len(self._queue):
                # Whole lines, if there is one: a prompt then says that it has been read.
                piece = piece[: piece.rfind(b"\r") + 1] or (b"" if self._bytes_sent else piece)
            if not piece:
                return
            self._queue = self._queue[len(piece) :]
            self._transport.write(piece, self._timeout_s)
            self._bytes_sent += len(piece)
            self._bytes_owed += sum(32 <= byte < 127 for byte in piece)  # MicroPython echoes no others
            self._lines_sent += piece.count(b"\r")
            self._lines_owed += piece.count(b"\r")
            self._last = time.monotonic()

    def wait_s(self) -> Optional[float]:
        """How long to wait for the board before going on all the same; ``None``: nothing waits."""
        if not self._queue:
            return None
        patience_s = _PATIENCE_S if self._lines_sent else _ECHO_PATIENCE_S
        return max(self._last + patience_s - time.monotonic(), 0)

    def _begin(self) -> None:
        self._bytes_sent = self._bytes_owed = self._lines_sent = self._lines_owed = 0


def _read(keyboard: int) -> bytes:
    try:
        return os.read(keyboard, _READ_BYTES)
    except OSError:  # the terminal was closed
        return b""


def _write(screen: int, data: bytes) -> None:
    with suppress(OSError):  # nobody looks any more
        while data:
            data = data[os.write(screen, data) :]


@contextmanager
def _raw(keyboard: int) -> Iterator[None]:
    before = termios.tcgetattr(keyboard)
    try:
        tty.setraw(keyboard, termios.TCSADRAIN)  # keeps what was typed ahead: it is the board's too
        raw = termios.tcgetattr(keyboard)
        # The simulated board prints "\n" alone; on the others an additional return does no harm.
        raw[1] = before[1]
        termios.tcsetattr(keyboard, termios.TCSADRAIN, raw)
        yield
    finally:
        # The rest of a paste is not for the shell.
        with suppress(termios.error):
            termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)


class _Killed(BaseException):
    """A signal that ends the program; it is sent again when the terminal is as before."""


@contextmanager
def _deadly_signals() -> Iterator[None]:
    """Leave what is inside before SIGTERM or SIGHUP do what they would have done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: Optional[FrameType]) -> None:
        for other in before:
            signal.signal(other, lambda *_: None)  # a second one must not disturb the leaving
        raise _Killed(number)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    caught = 0
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, leave)
    try:
        yield
    except _Killed as killed:
        caught = killed.args[0]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if caught:
        os.kill(os.getpid(), caught)
