"""A board whose lines can be cut while it goes on: ``Device(Outlet("sim:"), attempts=1)``.

Each call gives a new line to the same board, as plugging a cable in again does. What the board says while no
line is there waits for the next one.
"""

import time

from belay.exceptions import ConnectionFailedError, ConnectionLost
from belay.transport.connect import connect

from .transports import DOWN, UP, WrappingTransport

_SLICE_S = 0.02


class OutletLine(WrappingTransport):
    """One line; ``cut_after`` says when it breaks."""

    def __init__(self, transport):
        super().__init__(transport)
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

    def read(self, timeout_s):
        self._check()
        if self._left.get(DOWN) == 0 or (self._mutes and self._left.get(UP) == -1):
            self._cut()
            time.sleep(timeout_s)
            return b""
        data = super().read(timeout_s)
        if DOWN in self._left:
            data = data[: self._left[DOWN]]
            self._left[DOWN] -= len(data)
        self.passed[DOWN] += len(data)
        return data

    def wait_readable(self, timeout_s):
        while not self._closed and timeout_s > 0:
            if super().wait_readable(min(_SLICE_S, timeout_s)):
                return True
            timeout_s -= _SLICE_S
        return self._closed

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


class Outlet:
    """Opens lines to one board.

    Attributes:
        line: the latest one.
        opened: how many there were.
        unplugged: so many openings fail from now on.
    """

    def __init__(self, target):
        self._board = connect(target)
        self.line = None
        self.opened = 0
        self.unplugged = 0

    def __call__(self):
        if self.unplugged:
            self.unplugged -= 1
            raise ConnectionFailedError("there is no port")
        self.opened += 1
        self.line = OutletLine(self._board)
        return self.line

    def close(self):
        """Switch the board off."""
        self._board.close()
