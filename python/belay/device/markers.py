"""Functions of a class body that are marked for the board, and which of them one instance takes.

A marked function stays what it is and carries a ``Mark``. Several of one name, for different
implementations, are collected by the class body's namespace (``meta.DeviceMeta``).
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from .options import Options

__all__ = ["Function", "Mark", "Namespace", "choose", "mark", "marked_methods"]

_ATTRIBUTE = "__belay_mark__"
Function = Callable[..., Any]
"""Of the user's, or what it became: called here, run on the board."""


@dataclass(frozen=True)
class Mark:
    """What a decorator says of a function in a class body."""

    kind: str
    options: Options
    overloads: Tuple[Function, ...] = ()
    """All functions of the name, in the order of their definition; empty until there are several."""


def mark(function: Any, kind: str, options: Options) -> Any:
    """Mark a function for the board.

    Raises:
        ValueError: it needs arguments although nobody gives any.
        TypeError: it is no function.
    """
    if isinstance(function, staticmethod):
        function = function.__func__
    if not inspect.isfunction(function):
        raise TypeError(f"@Device.{kind} marks functions, not {function!r}")
    parameters = inspect.signature(function).parameters
    if parameters and (options.autoinit or kind == "teardown"):
        what = "an autoinit setup" if options.autoinit else "a teardown in a class"
        raise ValueError(
            f"{function.__name__}(): {what} is called without arguments, so it has no parameters"
        )
    setattr(function, _ATTRIBUTE, Mark(kind, options))
    return function


def mark_of(function: Any) -> Optional[Mark]:
    """The mark of a class attribute, if it has one."""
    return getattr(function, _ATTRIBUTE, None) if inspect.isfunction(function) else None


class Namespace(Dict[str, Any]):
    """A class body's namespace that collects overloads instead of forgetting all but the last."""

    def __setitem__(self, name: str, value: Any) -> None:
        before, now = mark_of(self.get(name)), mark_of(value)
        if before and now:
            earlier = before.overloads or (self[name],)
            _check_overload(name, earlier, before, now)
            setattr(value, _ATTRIBUTE, Mark(now.kind, now.options, (*earlier, value)))
        elif (before or now) and name in self:
            raise ValueError(f"{name}: marked and unmarked methods of one name cannot be mixed")
        super().__setitem__(name, value)


def _check_overload(name: str, earlier: Tuple[Function, ...], before: Mark, now: Mark) -> None:
    if before.kind != now.kind:
        raise ValueError(f"{name}: a {before.kind} and a {now.kind} cannot have one name")
    taken = [_implementation(function) for function in earlier]
    if "" in taken:
        raise ValueError(f"{name}: the overload without implementation= takes every board, so it comes last")
    if now.options.implementation in taken:
        raise ValueError(f"{name}: there is an overload for {now.options.implementation!r} already")


def _implementation(function: Function) -> str:
    found = mark_of(function)
    return found.options.implementation if found else ""


def marked_methods(cls: type) -> Iterator[Tuple[str, Mark, Tuple[Function, ...]]]:
    """The marked methods of a class, those of its bases first, each in the order of definition.

    Yields:
        name, mark, and the overloads of the name.
    """
    names: List[str] = []
    for base in reversed(cls.__mro__):
        names += [name for name in vars(base) if name not in names]
    for name in names:
        function = inspect.getattr_static(cls, name)
        found = mark_of(function)
        if found:
            yield name, found, found.overloads or (function,)


def choose(overloads: Tuple[Function, ...], implementation: str) -> Optional[Tuple[Function, Options]]:
    """The overload for a board and its options, or ``None``."""
    for function in overloads:
        found = mark_of(function)
        if found and found.options.implementation in ("", implementation):
            return function, found.options
    return None
