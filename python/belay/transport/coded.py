"""A transport over another one whose bytes are wrapped by a protocol: WebSocket frames, telnet commands.

The codec is pure; this class owns the two rules that it needs: what it has to answer (a ping, an offer) never
goes out in the middle of a write, and a write that was cut off ends the line, because what it left behind is
half of something.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Callable, Optional, Protocol, Tuple

from ..exceptions import ConnectionLost, TimeoutExpired
from .base import READ_BYTES, Line, Transport

__all__ = ["Codec", "CodedTransport"]

_CHUNK_BYTES = 4096
"""So much of a write is wrapped at once: below the 64 KiB that MicroPython takes as one frame."""
_ANSWER_TIMEOUT_S = 1.0
"""A peer that does not take a few bytes in this time does not read at all."""


class Codec(Protocol):
    """What a protocol makes of the bytes."""

    end: str
    """Why the peer has ended the line; empty while it has not."""

    def decode(self, data: bytes) -> Tuple[bytes, bytes]:
        """What the board said in ``data``, cut anywhere, and what has to be answered to the peer."""

    def encode(self, data: bytes) -> bytes:
        """``data`` for the board as it goes over the line."""


class CodedTransport:
    """A :class:`~belay.transport.base.Transport` over ``transport``.

    ``wait_readable`` also wakes for bytes that carry nothing for the reader (half a frame, a ping): the read
    that follows takes them and returns nothing.

    Args:
        transport: carries the wrapped bytes, and names the line; closed by ``close``.
        codec: what wraps them.
        line: what the line can take.
        lost_hint: what to do when the peer ends the line.
        before_read: called before each wait for bytes.
    """

    def __init__(
        self,
        transport: Transport,
        codec: Codec,
        *,
        line: Line,
        lost_hint: str = "",
        before_read: Callable[[], None] = lambda: None,
    ) -> None:
        self.line = line
        self.name: str = transport.name
        self.control: Optional[object] = None
        self._transport = transport
        self._codec = codec
        self._lost_hint = lost_hint
        self._before_read = before_read
        self._said = bytearray()
        self._answers = b""
        self._loss = ""
        self._closed = False
        self._writing = Lock()

    def read(self, timeout_s: float) -> bytes:
        deadline = monotonic() + timeout_s
        while True:
            self._check_open()
            if self._said:
                data = bytes(self._said[:READ_BYTES])
                del self._said[:READ_BYTES]
                return data
            self._check_there()
            self._before_read()
            data = self._transport.read(max(deadline - monotonic(), 0))
            if not data:
                return b""
            said, answers = self._codec.decode(data)
            self._said += said
            self._answers += answers
            self._answer()
            self._loss = self._loss or self._codec.end

    def wait_readable(self, timeout_s: float) -> bool:
        if self._said or self._loss:
            return True
        return self._transport.wait_readable(timeout_s)

    def write(self, data: bytes, timeout_s: float) -> None:
        deadline = monotonic() + timeout_s
        with self._writing:
            self._check_open()
            for at in range(0, len(data), _CHUNK_BYTES):
                self._check_there()
                wrapped = self._codec.encode(data[at : at + _CHUNK_BYTES])
                try:
                    self._transport.write(wrapped, max(deadline - monotonic(), 0))
                except TimeoutExpired as error:
                    self._loss = "a write to it was cut off"
                    raise TimeoutExpired(
                        f"{self.name} did not take {len(data)} bytes in {timeout_s:g} s", hint=error.hint
                    ) from error
        self._answer()

    def close(self) -> None:
        self._closed = True
        self._transport.close()

    def _answer(self) -> None:
        """Send what the peer is owed; if a write is under way, it does so when it is through."""
        while self._answers and not self._loss and self._writing.acquire(blocking=False):
            try:
                answers, self._answers = self._answers, b""
                self._transport.write(answers, _ANSWER_TIMEOUT_S)
            except (TimeoutExpired, ConnectionLost):
                self._loss = "it takes no more bytes"
            finally:
                self._writing.release()

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionLost(f"the connection to {self.name} is closed")

    def _check_there(self) -> None:
        if self._loss:
            raise ConnectionLost(f"the connection to {self.name} is lost: {self._loss}", hint=self._lost_hint)
