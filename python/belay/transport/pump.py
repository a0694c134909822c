"""A transport over a pyserial object that has no descriptor to wait on: correct, if slow.

Two threads move the bytes, because such an object can neither wait for "readable" without consuming nor
bound every write: one blocks in the object's ``read``, one in its ``write``; the transport's own operations
wait on a condition. What was read and not yet asked for is held in memory without a limit.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Callable, Optional

from ..exceptions import ConnectionLost, TimeoutExpired
from .base import READ_BYTES, Line

if TYPE_CHECKING:
    import serial

__all__ = ["PORT_TIMEOUT_S", "PumpTransport"]

PORT_TIMEOUT_S = 1.0
"""The object's own read timeout: only bounds how long ``close`` may take where nothing cancels a read."""

_WRITE_BYTES = 4096

# What pyserial raises when a line goes away or is closed under a call: SerialException is an OSError, and the
# drivers stumble over attributes that have become None.
_GONE = (OSError, TypeError, ValueError, AttributeError)


class PumpTransport:
    """A :class:`~belay.transport.base.Transport` over an open pyserial object.

    Args:
        port: open, with ``timeout=PORT_TIMEOUT_S``; closed by ``close``.
        line: what the line can take.
        name: what to call it in messages.
        lost_hint: what to do when the line is lost.
    """

    def __init__(self, port: serial.Serial, *, line: Line, name: str, lost_hint: str = "") -> None:
        self.line = line
        self.name = name
        self.control: Optional[object] = None
        self._lost_hint = lost_hint
        self._port = port
        self._changed = threading.Condition()
        self._received = bytearray()
        self._outgoing = bytearray()
        self._in_hand = False
        self._loss = ""
        self._closed = False
        self._threads = [
            threading.Thread(target=target, name=f"belay: {name}", daemon=True)
            for target in (self._pump_in, self._pump_out)
        ]
        for thread in self._threads:
            thread.start()

    def read(self, timeout_s: float) -> bytes:
        with self._changed:
            self._wait(lambda: bool(self._received), timeout_s)
            self._check_open()
            if not self._received:
                self._check_there()
            data = bytes(self._received[:READ_BYTES])
            del self._received[:READ_BYTES]
            return data

    def wait_readable(self, timeout_s: float) -> bool:
        with self._changed:
            return self._wait(lambda: bool(self._received), timeout_s)

    def write(self, data: bytes, timeout_s: float) -> None:
        with self._changed:
            self._check_open()
            self._check_there()
            self._outgoing += data
            self._changed.notify_all()
            taken = self._wait(lambda: not self._outgoing and not self._in_hand, timeout_s)
            left = len(self._outgoing)
            self._outgoing.clear()
            self._check_open()
            if left or self._in_hand:
                self._check_there()
            if not taken:
                raise TimeoutExpired(
                    f"{self.name} did not take {len(data)} bytes in {timeout_s:g} s",
                    hint="the board does not read: its program may be stuck; reset the board",
                )

    def close(self) -> None:
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        for step in ("cancel_read", "cancel_write", "close"):
            with suppress(Exception):  # A line that is gone may refuse even to be closed.
                getattr(self._port, step)()
        for thread in self._threads:
            thread.join(2 * PORT_TIMEOUT_S)

    def _wait(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        """Wait for ``ready`` or the line's end; ``False`` past the timeout. The lock is held."""
        limit_s = min(timeout_s, threading.TIMEOUT_MAX)
        return self._changed.wait_for(lambda: ready() or bool(self._loss) or self._closed, limit_s)

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionLost(f"the connection to {self.name} is closed")

    def _check_there(self) -> None:
        if self._loss:
            raise ConnectionLost(f"the connection to {self.name} is lost: {self._loss}", hint=self._lost_hint)

    def _pump_in(self) -> None:
        while not self._closed:
            try:
                data = self._port.read(1)
                if data:
                    data += self._port.read(self._port.in_waiting)
            except _GONE as error:
                return self._lose(error)
            with self._changed:
                self._received += data
                self._changed.notify_all()
        return None

    def _pump_out(self) -> None:
        while True:
            with self._changed:
                self._in_hand = False
                self._changed.notify_all()
                self._wait(lambda: bool(self._outgoing), threading.TIMEOUT_MAX)
                if self._closed or self._loss:
                    return None
                chunk = bytes(self._outgoing[:_WRITE_BYTES])
                del self._outgoing[:_WRITE_BYTES]
                self._in_hand = True
            try:
                self._port.write(chunk)
            except _GONE as error:
                return self._lose(error)

    def _lose(self, error: Exception) -> None:
        with self._changed:
            self._loss = self._loss or str(error)
            self._changed.notify_all()
