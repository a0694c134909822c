"""``belay terminal``: a person at a board's prompt."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Optional

import typer

from . import console
from .help import App
from .options import DEBUG, PASSWORD, PORT, QUIET, TIMEOUT, open_device


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("terminal")(terminal)


def terminal(
    port: Optional[str] = PORT,
    log_file: Optional[Path] = typer.Option(
        None, "--log", metavar="FILE", help="Append what the board says to FILE.", dir_okay=False
    ),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Type at a board's prompt; ctrl-] leaves.

    Examples:
        belay terminal /dev/ttyUSB0
        belay terminal --log board.log
    """
    from ..device.terminal import local_terminal  # not for `--help`

    local_terminal()  # before the board is interrupted
    with ExitStack() as stack:
        log: Optional[BinaryIO] = None
        if log_file is not None:
            try:
                log = stack.enter_context(log_file.open("ab", buffering=0))
            except OSError as error:
                raise typer.BadParameter(f"{log_file} cannot be written: {error.strerror}") from error
        device = stack.enter_context(open_device(port, password, timeout))
        console.note("ctrl-] leaves the terminal")
        device.terminal(log=log)
