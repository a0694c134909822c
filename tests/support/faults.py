"""A board that outlives the host's end of its line, and the faults that happen to the latter.

``Survivor`` is a view of an open transport: closing it leaves the board as it is, like a host that dies or a
link that breaks, and the next view finds the board in whatever state it was. A view's line can be given a
fault once the device is open.
"""

import time

from tests.support.transports import WrappingTransport

from belay.exceptions import ConnectionLost


class Survivor(WrappingTransport):
    """A view of ``transport`` that can be closed alone."""

    def __init__(self, transport):
        super().__init__(transport)
        self._closed = False

    def read(self, timeout_s):
        self._check()
        return super().read(timeout_s)

    def wait_readable(self, timeout_s):
        give_up = time.monotonic() + timeout_s
        while not self._closed and time.monotonic() < give_up:
            if super().wait_readable(0.02):
                return not self._closed
        return self._closed

    def write(self, data, timeout_s):
        self._check()
        super().write(data, timeout_s)

    def close(self):
        self._closed = True

    def _check(self):
        if self._closed:
            raise ConnectionLost(f"the connection to {self.name} is closed")


class Faulty(WrappingTransport):
    """A line that becomes what ``break_by`` makes of it."""

    def break_by(self, fault, *arguments):
        """Have all bytes from now on pass a faulty transport: ``break_by(CuttingTransport, UP, 100)``."""
        self.transport = fault(self.transport, *arguments)
