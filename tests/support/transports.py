"""Transports for tests: each wraps any other and is one itself.

CountingTransport    counts exchanges and bytes
CuttingTransport     loses the line after so many bytes
CorruptingTransport  changes or drops one byte
"""

from dataclasses import dataclass

from benches.link import CREDIT

from belay.exceptions import ConnectionLost

UP = "up"  # to the board
DOWN = "down"  # from the board


class WrappingTransport:
    """Does what the wrapped transport does."""

    def __init__(self, transport):
        self.transport = transport
        self.line = transport.line
        self.control = transport.control
        self.name = transport.name

    def read(self, timeout_s):
        return self.transport.read(timeout_s)

    def wait_readable(self, timeout_s):
        return self.transport.wait_readable(timeout_s)

    def write(self, data, timeout_s):
        self.transport.write(data, timeout_s)

    def close(self):
        self.transport.close()


@dataclass(frozen=True)
class Count:
    """What passed."""

    exchanges: int
    """Bursts from the host that the board answered."""
    credits: int
    """Bursts that only went on because the board granted room."""
    bytes_up: int
    bytes_down: int


class CountingTransport(WrappingTransport):
    """Counts exchanges: a burst is all that the host writes until it writes again after an answer.

    So the count does not depend on how the answer was cut into reads, nor the burst into writes. Answers that
    are credits are counted apart.
    """

    def __init__(self, transport):
        super().__init__(transport)
        self._reset()

    def _reset(self):
        self._counts = dict.fromkeys(("exchanges", "credits", "bytes_up", "bytes_down"), 0)
        self._asked, self._answer = False, b""

    def take(self):
        """The count since the last ``take``, and begin anew."""
        count = self.count
        self._reset()
        return count

    @property
    def count(self):
        """The count since the last ``take``; a burst that has had its answer is in it."""
        counts = dict(self._counts)
        if self._asked and self._answer:
            counts[self._kind()] += 1
        return Count(**counts)

    def write(self, data, timeout_s):
        if self._asked and self._answer:
            self._counts[self._kind()] += 1
        if self._answer:
            self._answer = b""
        self._asked = self._asked or bool(data)
        self._counts["bytes_up"] += len(data)
        super().write(data, timeout_s)

    def read(self, timeout_s):
        data = super().read(timeout_s)
        self._answer += data
        self._counts["bytes_down"] += len(data)
        return data

    def _kind(self):
        return "credits" if CREDIT.fullmatch(self._answer) else "exchanges"


class CuttingTransport(WrappingTransport):
    """Loses the line when ``count`` bytes have passed in one direction.

    The bytes before it pass; then the wrapped transport is closed and everything raises ``ConnectionLost``.
    """

    def __init__(self, transport, direction, count):
        super().__init__(transport)
        self._direction = direction
        self._left = count

    def write(self, data, timeout_s):
        if self._direction == UP and len(data) > self._left:
            super().write(data[: self._left], timeout_s)
            self._cut()
        self._check()
        super().write(data, timeout_s)
        if self._direction == UP:
            self._left -= len(data)

    def read(self, timeout_s):
        self._check()
        if self._direction == DOWN and self._left == 0:
            self._cut()
        data = super().read(timeout_s)
        if self._direction == DOWN:
            data = data[: self._left]
            self._left -= len(data)
        return data

    def _cut(self):
        self._left = -1
        self.transport.close()
        self._check()

    def _check(self):
        if self._left < 0:
            raise ConnectionLost(f"the connection to {self.name} is lost: the test cut it")


class InterruptingTransport(WrappingTransport):
    """Raises ``KeyboardInterrupt`` at an operation: before it, or, where it is a write, behind it.

    Attributes:
        left: so many operations go well before that; negative: all.
        behind: interrupt behind a write.
    """

    left = -1
    behind = False

    def read(self, timeout_s):
        self._count()
        return super().read(timeout_s)

    def write(self, data, timeout_s):
        if not self.behind:
            self._count()
        super().write(data, timeout_s)
        if self.behind:
            self._count()

    def _count(self):
        self.left -= 1
        if self.left == -1:
            raise KeyboardInterrupt


def flip(byte):
    """Another byte."""
    return bytes([byte ^ 0x55])


def drop(byte):
    """No byte."""
    return b""


class CorruptingTransport(WrappingTransport):
    """Passes byte ``position`` (from 0) of one direction through ``change``: ``flip`` or ``drop``."""

    def __init__(self, transport, direction, position, change=flip):
        super().__init__(transport)
        self._direction = direction
        self._left = position
        self._change = change

    def write(self, data, timeout_s):
        super().write(self._pass(data) if self._direction == UP else data, timeout_s)

    def read(self, timeout_s):
        while True:
            data = super().read(timeout_s)
            passed = self._pass(data) if self._direction == DOWN else data
            if passed or not data:  # What is left of a read must not look like a timeout.
                return passed

    def _pass(self, data):
        at, self._left = self._left, self._left - len(data)
        if not 0 <= at < len(data):
            return data
        return data[:at] + self._change(data[at]) + data[at + 1 :]
