"""Lines that show what is on its way, on a terminal only."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any, Callable, Iterator, Optional

from . import console

if TYPE_CHECKING:
    from rich.progress import Progress

_NARROW = 70
"""Columns below which there is room only for a name and the bytes."""


@contextlib.contextmanager
def downloading() -> Iterator[Callable[[int], None]]:
    """A function that takes the number of bytes that each chunk brought."""
    if console.quiet or not sys.stderr.isatty():
        yield lambda received_bytes: None
        return
    with _progress("downloading", transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda received_bytes: progress.update(task, advance=received_bytes)


@contextlib.contextmanager
def transferring(what: str) -> Iterator[Optional[Callable[..., Any]]]:
    """What ``Device.sync`` takes as ``progress_update``."""
    if console.quiet or not sys.stderr.isatty():
        yield None
        return
    with _progress(what) as progress:
        task = progress.add_task("comparing", total=None)
        yield lambda **keywords: progress.update(task, **keywords)
        if progress.tasks[0].total is None:
            progress.update(task, visible=False)
            progress.console.print(f"{what} is up to date", markup=False)


def _progress(what: str, *, transient: bool = False) -> Progress:
    from rich.console import Console  # 50 ms
    from rich.progress import BarColumn, DownloadColumn, Progress, Task, TextColumn, TransferSpeedColumn
    from rich.table import Column
    from rich.text import Text
    from rich.theme import Theme

    class Rate(TransferSpeedColumn):
        """Nothing, not a question mark, for what is over before there is a rate."""

        def render(self, task: Task) -> Text:
            return super().render(task) if task.finished_speed or task.speed else Text()

    # A rate in red, as rich has it, looks like an error.
    screen = Console(stderr=True, highlight=False, theme=Theme({"progress.data.speed": "none"}))
    place = Column(no_wrap=True, overflow="crop", max_width=min(30, screen.width // 2 - 2))
    label = TextColumn(what.replace("{", "{{").replace("}", "}}"), markup=False, table_column=place)
    columns = [label, DownloadColumn()]
    if screen.width >= _NARROW:
        text, bar = TextColumn("{task.description}", table_column=Column(no_wrap=True)), BarColumn(None)
        columns = [label, text, bar, DownloadColumn(), Rate()]
    return Progress(*columns, console=screen, transient=transient)
