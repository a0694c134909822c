"""A transport that writes down what passes: ``trace=FILE`` or ``BELAY_TRACE``.

One line for each read and write that moved bytes, after a header with the wall time of the start, the line's
name, and what it can take (the fields of ``Line``)::

    # belay trace 2026-01-31T12:00:00.123456+00:00 /dev/ttyACM0 {'kind': 'native USB 2E8A:0005', ...}
    0.000012 > b'\\r\\x03'
    0.002531 < b'\\r\\n>>> '

Seconds since the header, ``>`` to the board or ``<`` from it, and the bytes as a Python literal, so that a
trace can be read back and replayed (``belay.testing.replay``). A write that failed is followed by a comment,
since how much of it went out is not known. Passwords are overwritten with stars of the same number.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import asdict
from datetime import datetime, timezone
from threading import Lock
from time import monotonic
from typing import Deque, Dict, List, Optional, Union

from ..exceptions import BelayException, ConnectionFailedError
from .base import Line, Transport

__all__ = ["TracingTransport"]


class TracingTransport:
    """Wraps ``transport`` and appends its traffic to a file.

    Args:
        transport: what does the work; closed by this one's ``close``.
        path: the file; appended to, so that a reconnection does not lose what led to it.
        secret: a password that must not appear in the file; empty for none.

    Raises:
        ConnectionFailedError: the file cannot be written.
    """

    def __init__(self, transport: Transport, path: Union[str, os.PathLike[str]], *, secret: str = "") -> None:
        self.line: Line = transport.line
        self.name: str = transport.name
        self.control: Optional[object] = transport.control
        self._transport = transport
        self._start = monotonic()
        self._lock = Lock()
        self._masker = _Masker(secret.encode())
        try:
            self._file = open(path, "a", encoding="ascii", errors="backslashreplace", buffering=1)  # noqa: SIM115
        except OSError as error:
            raise ConnectionFailedError(
                f"the trace {os.fspath(path)} cannot be written: {error.strerror}",
                hint="name another file by trace= or BELAY_TRACE",
            ) from error
        self._note(f"belay trace {datetime.now(timezone.utc).isoformat()} {self.name} {asdict(self.line)}")

    def read(self, timeout_s: float) -> bytes:
        data = self._transport.read(timeout_s)
        if data:
            self._record("<", data)
        return data

    def wait_readable(self, timeout_s: float) -> bool:
        return self._transport.wait_readable(timeout_s)

    def write(self, data: bytes, timeout_s: float) -> None:
        # Before it goes out: a reply must not stand above its question.
        self._record(">", data)
        try:
            self._transport.write(data, timeout_s)
        except BelayException as error:
            self._note(f"not written completely: {error.message}")
            raise

    def close(self) -> None:
        self._transport.close()
        with self._lock:
            if not self._file.closed:
                self._emit(self._masker.rest())
                self._file.close()

    def _record(self, direction: str, data: bytes) -> None:
        with self._lock:
            if not self._file.closed:
                self._emit(self._masker.add(_Entry(f"{monotonic() - self._start:.6f} {direction} ", data)))

    def _note(self, text: str) -> None:
        with self._lock:
            if not self._file.closed:
                self._emit(self._masker.add(_Entry(f"# {' '.join(text.split())}")))

    def _emit(self, entries: List[_Entry]) -> None:
        for entry in entries:
            self._file.write(entry.head + (repr(bytes(entry.shown)) if entry.data else "") + "\n")


class _Entry:
    """One line of the file."""

    def __init__(self, head: str, data: bytes = b"") -> None:
        self.head = head
        self.data = data
        self.shown = bytearray(data)
        """``data`` with stars over the secret."""


class _Masker:
    """Holds lines back while the secret may go on in the next one of their direction.

    A line is held when its end is a beginning of the secret; lines behind a held one wait, so that the file
    stays in order. At the end such a beginning is overwritten too.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._queue: Deque[_Entry] = deque()
        self._held: Dict[str, List[_Entry]] = {}

    def add(self, entry: _Entry) -> List[_Entry]:
        """The lines that may be written now, in order."""
        self._queue.append(entry)
        if self._secret and entry.data:
            direction = entry.head[-2]
            entries = [*self._held.get(direction, ()), entry]
            stream = b"".join(each.data for each in entries)
            at = stream.find(self._secret)
            while at >= 0:
                _cover(entries, at, at + len(self._secret))
                at = stream.find(self._secret, at + 1)
            self._held[direction] = _tail(entries, self._begun(stream))
        held = {id(each) for entries in self._held.values() for each in entries}
        ready = []
        while self._queue and id(self._queue[0]) not in held:
            ready.append(self._queue.popleft())
        return ready

    def rest(self) -> List[_Entry]:
        """The lines still held, at the end."""
        for entries in self._held.values():
            stream = b"".join(each.data for each in entries)
            _cover(entries, len(stream) - self._begun(stream), len(stream))
        return list(self._queue)

    def _begun(self, stream: bytes) -> int:
        """How many bytes at the end of ``stream`` begin the secret without completing it."""
        longest = min(len(stream), len(self._secret) - 1)
        return next((n for n in range(longest, 0, -1) if stream.endswith(self._secret[:n])), 0)


def _cover(entries: List[_Entry], start: int, stop: int) -> None:
    """Put stars over a range of the bytes that ``entries`` are together."""
    for entry in entries:
        low, high = max(start, 0), min(stop, len(entry.data))
        if low < high:
            entry.shown[low:high] = b"*" * (high - low)
        start -= len(entry.data)
        stop -= len(entry.data)


def _tail(entries: List[_Entry], count: int) -> List[_Entry]:
    """The last entries, as many as hold ``count`` bytes together."""
    first = len(entries)
    while count > 0:
        first -= 1
        count -= len(entries[first].data)
    return entries[first:]
