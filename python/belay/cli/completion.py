"""What a shell may complete: functions that Typer calls with what has been typed of a word.

They are cheap and silent: no request, no board, nothing written, and no error at a prompt.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, List, Sequence, Tuple

import typer

from ..exceptions import BelayException

if TYPE_CHECKING:
    from ..packages.settings import Group


def ports(incomplete: str) -> Iterator[Tuple[str, str]]:
    """What PORT may be, and what is there."""
    from ..transport.ports import usb_ports

    yield "sim:", "a simulated board"
    try:
        for path, usb in usb_ports():
            yield path, usb.product or "USB serial port"
    except BelayException:  # BELAY_PORTS names a file that cannot be read
        return


def first_port(context: typer.Context, incomplete: str) -> Iterator[Tuple[str, str]]:
    """The same for the first of several words."""
    if not context.params.get("words"):
        yield from ports(incomplete)


def ports_first(context: typer.Context, incomplete: str) -> Iterator[Tuple[str, str]]:
    """The same where PORT may come before files of the host: not in the way of those."""
    if incomplete:
        yield from first_port(context, incomplete)


def groups(incomplete: str) -> List[str]:
    """The groups of the project around the working directory."""
    return [group.name for group in _groups()]


def optional_groups(incomplete: str) -> List[str]:
    """Those of them that an install takes only by name."""
    return [group.name for group in _groups() if group.optional]


def packages(incomplete: str) -> List[str]:
    """The packages of the project around the working directory."""
    return [each.name for group in _groups() for each in group.dependencies]


def elements(incomplete: str) -> List[str]:
    """What the cache holds."""
    from ..packages.cache import Cache, default_root

    try:
        return [element.name for element in Cache(default_root()).elements()]
    except OSError:
        return []


def _groups() -> Sequence[Group]:
    from ..project import config

    try:  # `config.load` would finish an update that was killed
        path = config.find(Path.cwd())
        found = config.parse(path.read_text("utf-8"), path, os.environ)
    except (BelayException, OSError, UnicodeDecodeError):
        return []
    return found.settings.groups
