"""What a sync is to do, and what it has done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Optional

from .plan import Keep
from .stage import Tree

__all__ = ["Goal", "Progress", "Report"]

Progress = Callable[..., Any]
"""Called as ``rich.progress.Progress.update`` is, without the task."""


@dataclass(frozen=True)
class Goal:
    """What a folder of the board is to be."""

    root: str
    """The folder, with a slash at the end."""
    tree: Tree
    keep: Keep
    only: bool = False
    """Nothing else in the folder is looked at."""
    in_place: bool = False
    progress: Optional[Progress] = None


@dataclass
class Report:
    """What a sync has done."""

    files: int = 0
    file_bytes: int = 0
    sent_bytes: int = 0
    """As blocks, deflated."""
