"""``belay terminal``: a person at a board's prompt."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Optional

import typer

from . import console
from .options import DEBUG, PASSWORD, PORT, QUIET, TIMEOUT, open_device


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("terminal")(terminal)


def terminal(
    port: Optional[str] = PORT,
    log_file: Optional[Path] = typer.Option(
        None, "--log", metavar="FILE", help="Append all that the board says to FILE.", dir_okay=False
    ),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    debug: bool = DEBUG,
    quiet: bool = QUIET,
) -> None:
    """Type at a board's prompt; ctrl-] leaves.

    Example: belay terminal /dev/ttyUSB0
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
