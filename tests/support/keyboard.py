"""A person at a terminal: one end of a pseudo-terminal, whose other end a program takes for its own."""

import os
import pty
import select
import termios
import threading
from time import monotonic

DEADLINE_S = 30


class Person:
    """Types at ``keyboard``, and sees what comes to the screen, as a terminal emulator does."""

    def __init__(self):
        self._ours, self.keyboard = pty.openpty()
        self.seen = b""
        self._more = threading.Condition()
        self._wake_read, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        os.close(self._wake)
        self._thread.join(DEADLINE_S)
        for descriptor in (self._ours, self.keyboard, self._wake_read):
            os.close(descriptor)

    def type(self, keys):
        keys = keys.encode() if isinstance(keys, str) else keys
        while keys:
            keys = keys[os.write(self._ours, keys) :]

    def await_text(self, text, count=1, deadline_s=DEADLINE_S):
        """Wait until ``text`` has been seen ``count`` times since the last call, and forget up to there."""
        text = text.encode() if isinstance(text, str) else text
        with self._more:
            assert self._more.wait_for(lambda: self.seen.count(text) >= count, deadline_s), self.seen[-1000:]
            at = 0
            for _ in range(count):
                at = self.seen.index(text, at) + len(text)
            before, self.seen = self.seen[:at], self.seen[at:]
            return before

    def settings(self):
        return termios.tcgetattr(self.keyboard)

    def await_raw(self):
        """Wait until the terminal is raw: what is typed from now on is not echoed by it."""
        deadline = monotonic() + DEADLINE_S
        while self.settings()[3] & termios.ECHO:
            assert monotonic() < deadline
            select.select([], [], [], 0.005)

    def _look(self):
        while self._wake_read not in (ready := select.select([self._ours, self._wake_read], [], [])[0]):
            assert ready
            data = os.read(self._ours, 65536)
            with self._more:
                self.seen += data
                self._more.notify_all()
