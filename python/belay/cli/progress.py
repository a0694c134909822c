"""Lines that show what is on its way, on a terminal only."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Callable, Iterator, Optional

from . import console


@contextlib.contextmanager
def downloading() -> Iterator[Callable[[int], None]]:
    """A function that takes the number of bytes that each chunk brought."""
    if console.quiet or not sys.stderr.isatty():
        yield lambda received_bytes: None
        return
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

    columns = (SpinnerColumn(), TextColumn("downloading"), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("downloading", total=None)
        yield lambda received_bytes: progress.update(task, advance=received_bytes)


@contextlib.contextmanager
def transferring(what: str) -> Iterator[Optional[Callable[..., Any]]]:
    """What ``Device.sync`` takes as ``progress_update``."""
    if console.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
    from rich.table import Column

    place = Column(no_wrap=True, overflow="ellipsis", max_width=30)
    label = TextColumn(what.replace("{", "{{").replace("}", "}}"), markup=False, table_column=place)
    columns = (label, TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False)) as progress:
        task = progress.add_task("comparing", total=None)
        yield lambda **keywords: progress.update(task, **keywords)
        if progress.tasks[0].total is None:
            progress.update(task, visible=False)
            progress.console.print(f"{what} is up to date", markup=False)
