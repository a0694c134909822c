"""``belay sync``: a folder of the board becomes what one of the host is."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional

import typer

from ..exceptions import BelayException
from . import options
from .help import App
from .options import DEBUG, IN_PLACE, MPY_CROSS, PASSWORD, QUIET, TIMEOUT, open_device, port_and
from .progress import transferring


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("sync")(sync)


def sync(
    words: List[str] = options.words(
        "[PORT] FOLDER", "FOLDER  What it gets: a folder's content, or one file."
    ),
    dst: str = typer.Option(
        "/", "--dst", metavar="PATH", show_default=False, help="Where on the board; else /."
    ),
    keep: Optional[List[str]] = typer.Option(
        None,
        "--keep",
        metavar="NAME",
        help="Do not delete it; repeatable. In / if not given: boot.py, webrepl_cfg.py, lib.",
    ),
    keep_all: bool = typer.Option(False, "--keep-all", help="Delete nothing."),
    ignore: Optional[List[str]] = typer.Option(
        None, "--ignore", metavar="PATTERN", help="Do not send what fits, as in .gitignore; repeatable."
    ),
    minify: bool = typer.Option(
        True,
        "--minify/--no-minify",
        show_default=False,
        help="Send Python files in fewer bytes; else as they are.",
    ),
    mpy_cross: str = MPY_CROSS,
    in_place: bool = IN_PLACE,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Make a board's files what a folder's are.

    Only what differs is sent. What the folder lacks is deleted on the board.

    Examples:
        belay sync /dev/ttyUSB0 board/
        belay sync sim:demo lib/ --dst /lib --mpy-cross-binary auto
    """
    port, name = port_and(words, "FOLDER")
    if not dst.startswith("/"):
        raise typer.BadParameter(f"{dst!r} does not begin with a slash", param_hint="'--dst'")
    if not Path(name).exists():
        raise BelayException(f"there is no folder or file {name}", hint="belay sync [PORT] FOLDER")
    with open_device(port, password, timeout, startup="") as device, transferring(dst) as update:
        device.sync(
            name,
            dst,
            True if keep_all else keep,
            ignore,
            minify,
            options.compiler(mpy_cross),
            update,
            in_place,
        )
