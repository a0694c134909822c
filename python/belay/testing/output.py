"""What a board prints during a test."""

from __future__ import annotations

import io
import sys
import threading

__all__ = ["BoardOutput"]


class BoardOutput(io.StringIO):
    """Collects what the board prints; ``text`` is what it has printed since the test began.

    A board may print at any time, from the thread that reads while no call is in flight.

    Args:
        live: also show it on ``sys.stdout`` as it comes.
    """

    def __init__(self, *, live: bool = False) -> None:
        super().__init__()
        self._live = live
        self._lock = threading.Lock()
        self._reported = 0

    def write(self, text: str) -> int:
        if self._live:
            sys.stdout.write(text)
            sys.stdout.flush()
        with self._lock:
            return super().write(text)

    @property
    def text(self) -> str:
        """All of it, from the test's set-up on; what came between two tests belongs to the second."""
        return self.getvalue()

    def unreported(self) -> str:
        """What came since the last call."""
        with self._lock:
            text = self.getvalue()
            start, self._reported = self._reported, len(text)
            return text[start:]

    def begin(self) -> None:
        """Forget what was reported: a new test begins."""
        with self._lock:
            rest = self.getvalue()[self._reported :]
            self.seek(0)
            self.truncate()
            super().write(rest)
            self._reported = 0
