"""What a board prints during a test."""

from __future__ import annotations

import io
import sys

__all__ = ["BoardOutput"]


class BoardOutput(io.StringIO):
    """Collects what the board prints; ``text`` is what it has printed since the test began.

    Args:
        live: also show it on ``sys.stdout`` as it comes.
    """

    def __init__(self, *, live: bool = False) -> None:
        super().__init__()
        self._live = live
        self._reported = 0

    def write(self, text: str) -> int:
        if self._live:
            sys.stdout.write(text)
            sys.stdout.flush()
        return super().write(text)

    @property
    def text(self) -> str:
        """All of it, from the test's set-up on."""
        return self.getvalue()

    def unreported(self) -> str:
        """What came since the last call."""
        text = self.getvalue()
        start, self._reported = self._reported, len(text)
        return text[start:]

    def begin(self) -> None:
        """Forget everything: a new test begins."""
        self.seek(0)
        self.truncate()
        self._reported = 0
