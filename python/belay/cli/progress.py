"""The line that shows a download, on a terminal only."""

from __future__ import annotations

import contextlib
import sys
from typing import Callable, Iterator

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
