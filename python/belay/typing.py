"""Types that belay's public signatures share."""

from __future__ import annotations

import sys
from typing import NamedTuple

# typing_extensions costs 4 ms at start-up: only where it is needed.
if sys.version_info >= (3, 10):
    from typing import ParamSpec, Protocol
else:
    from typing_extensions import ParamSpec, Protocol

__all__ = ["Frame", "ParamSpec", "Protocol"]


class Frame(NamedTuple):
    """One frame of a traceback from the board."""

    file: str
    line: int
    """Counted from 1, in ``file``."""
    function: str
    """Name of the function, ``"<module>"`` at the top level."""
    source: str
    """The line's text without indentation; empty where it is not known."""
