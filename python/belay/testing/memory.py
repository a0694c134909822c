"""A transport whose far end is a function in this process."""

from __future__ import annotations

import threading

from ..exceptions import ConnectionLost
from ..transport.base import READ_BYTES, Line

__all__ = ["DIRECT", "MemoryTransport"]

DIRECT = Line("memory", pushes_back=True, in_flight_bytes=480)
"""A line as good as native USB; it outlives a soft reset."""


class MemoryTransport:
    """A :class:`~belay.transport.base.Transport`; a subclass says in ``_take`` what a write brings about.

    Args:
        line: what it says that it can take.
        name: what to call it in messages.
        read_bytes: the most that one read returns; ``1`` cuts everything into single bytes.
    """

    def __init__(self, *, line: Line, name: str, read_bytes: int = READ_BYTES) -> None:
        self.line = line
        self.name = name
        self.control: object | None = None
        self._read_bytes = read_bytes
        self._changed = threading.Condition()
        self._coming = bytearray()
        self._end = ""
        self._closed = False

    def read(self, timeout_s: float) -> bytes:
        with self._changed:
            self._wait(timeout_s)
            self._check_open()
            if not self._coming:
                self._check_there()
            data = bytes(self._coming[: self._read_bytes])
            del self._coming[: self._read_bytes]
            return data

    def wait_readable(self, timeout_s: float) -> bool:
        with self._changed:
            return self._wait(timeout_s)

    def write(self, data: bytes, timeout_s: float) -> None:
        with self._changed:
            self._check_open()
            self._check_there()
            if data:
                self._take(data)
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, data: bytes) -> None:
        """Take what the host wrote; add to ``_coming`` what comes back. The lock is held."""
        raise NotImplementedError

    def _say(self, data: bytes) -> None:
        """Let the host read ``data``."""
        with self._changed:
            self._coming += data
            self._changed.notify_all()

    def _hang_up(self, reason: str) -> None:
        """The line is gone, once everything that was said is read."""
        with self._changed:
            self._end = reason
            self._changed.notify_all()

    def _wait(self, timeout_s: float) -> bool:
        limit_s = min(timeout_s, threading.TIMEOUT_MAX)
        return self._changed.wait_for(lambda: bool(self._coming or self._end or self._closed), limit_s)

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionLost(f"the connection to {self.name} is closed")

    def _check_there(self) -> None:
        if self._end:
            raise ConnectionLost(f"the connection to {self.name} is lost: {self._end}")
