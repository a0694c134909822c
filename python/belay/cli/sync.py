"""``belay sync``: a folder of the board becomes what one of the host is."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional

import typer

from ..exceptions import BelayException
from .options import DEBUG, IN_PLACE, MPY_CROSS, PASSWORD, QUIET, TIMEOUT, open_device, port_and
from .progress import transferring


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("sync")(sync)


def sync(
    words: List[str] = typer.Argument(..., metavar="[PORT] FOLDER", show_default=False),
    dst: str = typer.Option("/", "--dst", help="Folder on the board."),
    keep: Optional[List[str]] = typer.Option(
        None,
        "--keep",
        help="Not deleted though FOLDER lacks it; repeatable. For / else: boot.py, webrepl_cfg.py, lib.",
    ),
    keep_all: bool = typer.Option(False, "--keep-all", help="Delete nothing."),
    ignore: Optional[List[str]] = typer.Option(
        None, "--ignore", help="Not sent: a pattern as in .gitignore; repeatable."
    ),
    minify: bool = typer.Option(True, help="Send Python files in fewer bytes."),
    mpy_cross: str = MPY_CROSS,
    in_place: bool = IN_PLACE,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    debug: bool = DEBUG,
    quiet: bool = QUIET,
) -> None:
    """Make the board's files what a folder's are; only what differs is sent.

    Example: belay sync /dev/ttyUSB0 board/
    """
    port, name = port_and(words, "FOLDER")
    if not Path(name).exists():
        raise BelayException(f"there is no folder or file {name}", hint="belay sync [PORT] FOLDER")
    with open_device(port, password, timeout, startup="") as device, transferring(dst) as update:
        device.sync(
            name,
            dst,
            True if keep_all else keep,
            ignore,
            minify,
            True if mpy_cross == "auto" else mpy_cross or None,
            update,
            in_place,
        )
