"""``belay run``: a script on a board, without storing it there."""

from __future__ import annotations

from pathlib import Path
from typing import List

import typer

from ..device.scripts import run_script
from ..exceptions import BelayException
from .options import DEBUG, PASSWORD, QUIET, TIMEOUT, open_device, port_and


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("run")(run)


def run(
    words: List[str] = typer.Argument(..., metavar="[PORT] FILE", show_default=False),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    debug: bool = DEBUG,
    quiet: bool = QUIET,
) -> None:
    """Run a script on a board without storing it there.

    Example: belay run /dev/ttyUSB0 blink.py
    """
    port, name = port_and(words, "FILE")
    path = Path(name)
    if not path.is_file():
        raise BelayException(f"there is no file {name}", hint="belay run [PORT] FILE runs a .py file")
    with open_device(port, password, timeout, startup="") as device:
        run_script(device, path)
