"""Modules that are imported when they are first needed.

``import belay`` has 60 ms; pyserial, ``subprocess`` and the simulated board would take a third of that, and
most programs need one of them. This is the one place outside ``cli`` that may delay an import (house rule 7).
"""

from __future__ import annotations

import importlib
from typing import Any, Callable

__all__ = ["late"]


def late(module: str, name: str) -> Callable[..., Any]:
    """A function that imports ``module`` (relative to this package) when called, and calls its ``name``."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        return getattr(importlib.import_module(module, __package__), name)(*arguments, **keywords)

    return call
