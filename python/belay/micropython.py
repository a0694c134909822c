"""Decorators of the board that do nothing on the host.

``from belay import micropython`` lets a host file carry functions that the board compiles in its own way::

    @device.task
    @micropython.native
    def fast(n): ...
"""

from __future__ import annotations

from typing import TypeVar

__all__ = ["asm_thumb", "const", "native", "viper"]

T = TypeVar("T")


def native(function: T) -> T:
    """Native code on the board; the function itself here."""
    return function


def viper(function: T) -> T:
    """Native code with machine types on the board; the function itself here."""
    return function


def asm_thumb(function: T) -> T:
    """Thumb assembly on the board; the function itself here."""
    return function


def const(value: T) -> T:
    """A constant that the board's compiler folds; the value itself here."""
    return value
