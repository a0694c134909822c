"""``belay exec``: one expression or statement on a board."""

from __future__ import annotations

from typing import List

import typer

from ..repl.output import STDOUT, write_text
from .options import DEBUG, PASSWORD, QUIET, TIMEOUT, open_device, port_and


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("exec")(execute)


def execute(
    words: List[str] = typer.Argument(..., metavar="[PORT] STATEMENT", show_default=False),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    debug: bool = DEBUG,
    quiet: bool = QUIET,
) -> None:
    """Run a statement on a board, or print an expression's value.

    Example: belay exec /dev/ttyUSB0 "os.listdir()"
    """
    port, code = port_and(words, "STATEMENT")
    with open_device(port, password, timeout) as device:
        value = device(code)
    if value is not None:
        write_text(STDOUT, f"{value!r}\n")
