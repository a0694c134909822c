"""What `update`, `add` and `clean` say of each package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable

from . import console

if TYPE_CHECKING:
    from ..packages.plan import Change


def show(changes: Iterable[Change]) -> None:
    """One line a package on stdout; nothing with ``--quiet``."""
    for change in changes if not console.quiet else ():
        print(_line(change))


def _line(change: Change) -> str:
    line = f"{change.group}/{change.name}: {change.what}"
    before, after = change.before[:12], change.after[:12]
    if change.what == "updated" and before != after:
        line += f" {before or '?'} -> {after or '?'}"
    elif after or before:
        line += f" {after or before}"
    if change.files:
        line += f", {change.files} file{'s' if change.files > 1 else ''}"
    return line
