"""A board whose lines can be cut while it goes on: ``Device(Outlet("sim:"), attempts=1)``.

Each call gives a new line to the same board, as plugging a cable in again does. What the board says while no
line is there, or behind a cut, waits for the next one.

A line of kind ``cut`` says itself that it is lost, in the middle of a write too. The others (``KINDS``) are
lines of the operating system, with a relay at their far end, that end as such lines do.
"""

import os
import select
import socket
import sys
import threading
import time
from dataclasses import dataclass

from belay.exceptions import ConnectionFailedError, ConnectionLost
from belay.transport.connect import connect
from belay.transport.descriptor import DescriptorTransport
from belay.transport.ports import UsbSpecifier
from belay.transport.process import raw_terminal

from .lines import RELAY
from .transports import DOWN, UP, WrappingTransport

_SLICE_S = 0.02


class OutletLine(WrappingTransport):
    """One line; ``cut_after`` says when it breaks."""

    def __init__(self, transport, rest):
        super().__init__(transport)
        self._rest = rest
        self._closed = False
        self._mutes = False
        self._left = {}
        self.passed = {UP: 0, DOWN: 0}

    def cut_after(self, direction, count):
        """Pass ``count`` more bytes in this direction, then nothing in either."""
        self._left = {direction: count}

    def mute_after(self, direction, count):
        """The same, but the line does as if nothing had happened: it takes bytes, and nothing comes."""
        self._left = {direction: count}
        self._mutes = True

    def let_pass(self):
        """Forget a cut that has not happened."""
        self._left = {}
        self._mutes = False

    def read(self, timeout_s):
        self._check()
        if self._left.get(DOWN) == 0 or (self._mutes and self._left.get(UP) == -1):
            self._cut()
            time.sleep(timeout_s)
            return b""
        data = bytes(self._rest) or super().read(timeout_s)
        self._rest.clear()
        if DOWN in self._left:
            self._rest += data[self._left[DOWN] :]
            data = data[: self._left[DOWN]]
            self._left[DOWN] -= len(data)
        self.passed[DOWN] += len(data)
        return data

    def wait_readable(self, timeout_s):
        while not (self._closed or self._rest) and timeout_s > 0:
            if super().wait_readable(min(_SLICE_S, timeout_s)):
                return True
            timeout_s -= _SLICE_S
        return self._closed or bool(self._rest)

    def write(self, data, timeout_s):
        self._check()
        if UP in self._left and len(data) > self._left[UP]:
            super().write(data[: max(self._left[UP], 0)], timeout_s)
            self._left[UP] = -1
            self._cut()
            return
        if self._mutes and self._left.get(DOWN) == 0:
            return
        super().write(data, timeout_s)
        if UP in self._left:
            self._left[UP] -= len(data)
        self.passed[UP] += len(data)

    def close(self):
        self._closed = True

    def _cut(self):
        self._closed = not self._mutes
        self._check()

    def _check(self):
        if self._closed:
            raise ConnectionLost("the connection is lost: the test cut it")


@dataclass
class Far:
    """The board's end of a real line."""

    descriptor: int
    hang_up: object
    """Ends the line."""


def _eof(board, number):
    """A read that returns nothing, a write that finds a broken pipe."""
    near, far = socket.socketpair()
    far_descriptor = far.detach()
    descriptor = near.detach()
    transport = DescriptorTransport(descriptor, descriptor, line=board.line, name="socket pair")
    return transport, Far(far_descriptor, lambda: os.close(far_descriptor))


def _eio(board, number):
    """A read that fails with EIO: what the host's end of a pseudo-terminal does."""
    near, far = raw_terminal()
    transport = DescriptorTransport(near, near, line=board.line, name="terminal")
    return transport, Far(far, lambda: os.close(far))


@dataclass
class _Port:
    device: str
    vid: int = 0x2E8A
    pid: int = 0x0005
    serial_number: str = "E6605838"
    manufacturer = product = location = None


def _terminal(prefix="", suffix=""):
    def open_line(board, number):
        far, near = os.openpty()
        try:
            transport = connect(f"{prefix}{os.ttyname(near)}{suffix}", ports=list, environment={})
        finally:
            os.close(near)
        return transport, Far(far, lambda: os.close(far))

    return open_line


def _usb(board, number):
    """A USB port that is found by its serial number, and has another name each time."""
    far, near = os.openpty()
    name = f"/tmp/belay-{os.getpid()}-{number}"
    os.symlink(os.ttyname(near), name)
    try:
        wanted = UsbSpecifier(serial_number="e6605838")
        transport = connect(wanted, ports=lambda: [_Port(name)], environment={})
    finally:
        os.unlink(name)
        os.close(near)
    assert transport.name == name
    return transport, Far(far, lambda: os.close(far))


def _child(board, number):
    """A child process that exits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        command = f"exec:{sys.executable} -I -S {RELAY} {server.getsockname()[1]}"
        transport = connect(command, ports=list, environment={})
        transport.line = board.line
        far = server.accept()[0]
    far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return transport, Far(far.fileno(), far.close)


KINDS = {
    "EOF": _eof,
    "EIO": _eio,
    "serial port": _terminal(),
    "SerialException": _terminal("alt://", "?class=Serial"),
    "USB port that comes back under another name": _usb,
    "child exit": _child,
}


class RealLine:
    """The far end of a line of ``KINDS``: copies between it and the board; counts, and cuts."""

    def __init__(self, board, far, rest):
        self.passed = {UP: 0, DOWN: 0}
        self._board = board
        self._far = far
        self._rest = rest
        self._left = {}
        self._mutes = self._muted = False
        self._stop, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def cut_after(self, direction, count):
        """Pass ``count`` more bytes in this direction, then end the line."""
        self._left = {direction: count}

    def mute_after(self, direction, count):
        """The same, but nothing ends: the line goes on taking bytes, and nothing comes."""
        self._mutes = True
        self._left = {direction: count}

    def let_pass(self):
        """Forget a cut that has not happened."""
        self._left = {}
        self._mutes = False

    def close(self):
        """End the line. Idempotent."""
        if self._stop >= 0:
            os.close(self._wake)
            self._thread.join(20)
            assert not self._thread.is_alive()
            os.close(self._stop)
            self._stop = -1

    def _copy(self):
        try:
            if self._rest:
                self._down()
            while True:
                # What comes from the board of a muted line waits for the next one.
                sources = [self._far.descriptor, self._stop] + [self._board._input] * (not self._muted)
                ready = select.select(sources, [], [])[0]
                if self._stop in ready:
                    return
                if self._far.descriptor in ready and not self._up():
                    return
                if self._board._input in ready and not self._muted and not self._down():
                    return
        except OSError:
            return  # the host has closed its end
        finally:
            self._far.hang_up()

    def _up(self):
        data = os.read(self._far.descriptor, 65536)
        if not data:
            return False
        if self._muted:
            return True
        return self._pass(UP, data, lambda data: self._board.write(data, 20))

    def _down(self):
        data = bytes(self._rest) or self._board.read(0)
        self._rest.clear()
        return self._pass(DOWN, data, self._tell)

    def _pass(self, way, data, write):
        count = min(self._left.get(way, len(data)), len(data))
        write(data[:count])
        self.passed[way] += count
        if way not in self._left:
            return True
        self._left[way] -= count
        if way == DOWN:
            self._rest += data[count:]
        if len(data) == count:
            return True
        self._muted = self._mutes
        return self._mutes

    def _tell(self, data):
        while data:
            data = data[os.write(self._far.descriptor, data) :]


class Outlet:
    """Opens lines to one board.

    Args:
        target: the board.
        kind: of the lines.

    Attributes:
        line: the latest one.
        opened: how many there were.
        unplugged: so many openings fail from now on.
    """

    def __init__(self, target, kind="cut"):
        self._board = connect(target)
        self._kind = kind
        self._rest = bytearray()
        self.line = None
        self.opened = 0
        self.unplugged = 0

    def __call__(self):
        if self.unplugged:
            self.unplugged -= 1
            raise ConnectionFailedError("there is no port")
        self.opened += 1
        if self._kind == "cut":
            self.line = OutletLine(self._board, self._rest)
            return self.line
        if self.line is not None:
            self.line.close()
        transport, far = KINDS[self._kind](self._board, self.opened)
        self.line = RealLine(self._board, far, self._rest)
        return transport

    def close(self):
        """Switch the board off."""
        if isinstance(self.line, RealLine):
            self.line.close()
        self._board.close()
