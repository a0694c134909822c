"""What can be said about a decorated function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """The options of all decorators; each has those that it documents."""

    minify: bool = True
    register: bool = True
    record: bool = True
    ignore_errors: bool = False
    autoinit: bool = False
    implementation: str = ""
    timeout: Optional[float] = None
    trusted: bool = False
    retry: bool = False
