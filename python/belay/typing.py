"""Types that belay's public signatures share."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Frame"]


class Frame(NamedTuple):
    """One frame of a traceback from the board."""

    file: str
    line: int
    """Counted from 1, in ``file``."""
    function: str
    """Name of the function, ``"<module>"`` at the top level."""
    source: str
    """The line's text without indentation; empty where it is not known."""
