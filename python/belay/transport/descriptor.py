"""A transport over file descriptors: pipes, pseudo-terminals, POSIX serial ports, sockets.

The descriptors are non-blocking. A read tries first and waits only when there is nothing; a write the same:
a call on an idle line costs one write, one failed read, one poll, one read.

Closing: each of the three operations holds a lock of its own while it uses a descriptor. ``close`` hangs up
the wake pipe, which ends every poll now and later, takes all three locks, and only then lets the descriptors
go: no operation ever touches a number that the system has given to somebody else. The locks are re-entrant,
so that a signal handler may close under the very call that it interrupted.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from time import monotonic
from typing import Callable, Optional

from ..exceptions import ConnectionLost, TimeoutExpired
from .base import READ_BYTES, Line

__all__ = ["DescriptorTransport"]

_LONGEST_WAIT_S = 3600.0
"""poll takes 32 bits of milliseconds; every wait here is in a loop with the true deadline."""

_CLOSE_WAIT_S = 1.0
"""An operation leaves within microseconds of the wake pipe's end; past this it never will."""


_POLL_SERVES = sys.platform != "darwin"
"""Apple's poll does not support devices, terminals among them (poll(2), BUGS): there it is select."""

_HUNG_UP = 0 if sys.platform == "win32" else select.POLLHUP | select.POLLERR


class _Side:
    """One operation's way to wait for one event of a descriptor, or for the wake pipe."""

    def __init__(self, descriptor: int, wake: int, *, writes: bool) -> None:
        self.lock = threading.RLock()
        self._sets = ([wake] if writes else [descriptor, wake], [descriptor] if writes else [])
        if _POLL_SERVES:
            self._poll = select.poll()
            self._poll.register(descriptor, select.POLLOUT if writes else select.POLLIN)
            self._poll.register(wake, select.POLLIN)

    def wait(self, timeout_s: float) -> int:
        """The poll events that came, of the descriptor and the wake pipe together; 0 past the timeout."""
        timeout_s = max(0.0, min(timeout_s, _LONGEST_WAIT_S))
        if not _POLL_SERVES:
            return select.POLLIN if any(select.select(*self._sets, [], timeout_s)) else 0
        events = 0
        for _, event in self._poll.poll(timeout_s * 1000):
            events |= event
        return events


class DescriptorTransport:
    """A :class:`~belay.transport.base.Transport` over one or two descriptors.

    Args:
        read_descriptor: bytes from the board; made non-blocking.
        write_descriptor: bytes to the board; may be the same number.
        line: what the line can take.
        name: what to call it in messages.
        control: its side channel.
        release: called once by ``close`` when nobody uses the descriptors any more; must close them. The
            default does just that.
        explain: turns the reason of a loss into a better one (the exit status of a child).
        lost_hint: what to do when the line is lost.
    """

    def __init__(
        self,
        read_descriptor: int,
        write_descriptor: int,
        *,
        line: Line,
        name: str,
        control: Optional[object] = None,
        release: Optional[Callable[[], None]] = None,
        explain: Optional[Callable[[str], str]] = None,
        lost_hint: str = "",
    ) -> None:
        self.line = line
        self.name = name
        self.control = control
        self._input = read_descriptor
        self._output = write_descriptor
        self._release = release or self._close_descriptors
        self._explain = explain or str
        self._lost_hint = lost_hint
        self._closed = False
        self._loss: Optional[str] = None
        os.set_blocking(read_descriptor, False)
        os.set_blocking(write_descriptor, False)
        self._wake, self._hang_up = os.pipe()
        self._reader = _Side(read_descriptor, self._wake, writes=False)
        self._watcher = _Side(read_descriptor, self._wake, writes=False)
        self._writer = _Side(write_descriptor, self._wake, writes=True)

    def read(self, timeout_s: float) -> bytes:
        deadline: Optional[float] = None
        with self._reader.lock:
            while True:
                self._check_open()
                try:
                    data = os.read(self._input, READ_BYTES)
                except BlockingIOError:
                    now = monotonic()
                    if deadline is None:
                        deadline = now + timeout_s
                    if now >= deadline:
                        return b""
                    self._reader.wait(deadline - now)
                except OSError as error:
                    raise self._lost(str(error.strerror)) from error
                else:
                    if data:
                        return data
                    raise self._lost("it ended")

    def wait_readable(self, timeout_s: float) -> bool:
        deadline = monotonic() + timeout_s
        with self._watcher.lock:
            while not self._closed:
                remaining = deadline - monotonic()
                if self._watcher.wait(remaining):
                    return True
                if remaining <= 0:
                    return False
        return True

    def write(self, data: bytes, timeout_s: float) -> None:
        sent = 0
        deadline: Optional[float] = None
        with self._writer.lock:
            while sent < len(data):
                self._check_open()
                if self._loss is not None:
                    raise self._lost(self._loss)
                try:
                    sent += os.write(self._output, memoryview(data)[sent:])
                except BlockingIOError:
                    now = monotonic()
                    if deadline is None:
                        deadline = now + timeout_s
                    if now >= deadline:
                        raise self._held(sent, len(data), timeout_s) from None
                    events = self._writer.wait(deadline - now)
                    self._check_open()
                    if events & _HUNG_UP:
                        # A pseudo-terminal without a board takes bytes until it is full, and says no error.
                        raise self._lost("nobody is at its other end") from None
                except OSError as error:
                    raise self._lost(str(error.strerror)) from error

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        os.close(self._hang_up)
        sides = (self._reader, self._watcher, self._writer)
        held = [side.lock for side in sides if side.lock.acquire(timeout=_CLOSE_WAIT_S)]
        try:
            os.close(self._wake)
            self._release()
        except Exception:  # A line that is gone may refuse even to be closed: it is released all the same.
            pass
        finally:
            for lock in held:
                lock.release()

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionLost(f"the connection to {self.name} is closed")

    def _held(self, sent: int, count: int, timeout_s: float) -> TimeoutExpired:
        return TimeoutExpired(
            f"{self.name} took only {sent} of {count} bytes in {timeout_s:g} s",
            hint="the board does not read: its program may be stuck; reset the board",
        )

    def _lost(self, reason: str) -> ConnectionLost:
        self._loss = reason
        message = f"the connection to {self.name} is lost: {self._explain(reason)}"
        return ConnectionLost(message, hint=self._lost_hint)

    def _close_descriptors(self) -> None:
        for descriptor in {self._input, self._output}:
            os.close(descriptor)
