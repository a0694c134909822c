"""`belay install`."""

from __future__ import annotations

from pathlib import Path
from typing import List, Optional

import typer

from ..exceptions import BelayException
from . import console
from .options import DEBUG, IN_PLACE, MPY_CROSS, PASSWORD, PORT, QUIET, TIMEOUT, open_device
from .progress import transferring


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("install")(install)


def install(
    port: Optional[str] = PORT,
    groups: Optional[List[str]] = typer.Option(
        None, "--with", metavar="GROUP", help="An optional group of dependencies too; repeatable."
    ),
    main: Optional[Path] = typer.Option(None, "--main", metavar="FILE", help="Store FILE as /main.py."),
    script: Optional[Path] = typer.Option(
        None, "--run", metavar="FILE", help="Run FILE without storing it, and show what it prints."
    ),
    follow: bool = typer.Option(
        False, "--follow", help="Show what main.py prints until it ends; ctrl-c stops it."
    ),
    mpy_cross: str = MPY_CROSS,
    in_place: bool = IN_PLACE,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    debug: bool = DEBUG,
    quiet: bool = QUIET,
) -> None:
    """Bring a board up to date with this project, and restart it.

    The dependencies go to /lib, the project's folder to /NAME. Only what differs is sent.

    Example: belay install /dev/ttyUSB0 --main main.py --follow
    """
    # Not for `--help`.
    from ..device.main_program import check_can_follow, follow_main, start_main
    from ..device.scripts import run_script
    from ..project import config, install

    project = config.load()
    if script is not None and not script.is_file():
        raise BelayException(f"there is no file {script}", hint="--run takes the .py file to be run")
    with install.prepared(project, groups=groups or (), main=main) as installation:
        if installation.differing:
            console.note(
                f"warning: not what .belay/lock.json says: {', '.join(installation.differing)}; "
                "belay update --locked restores them"
            )
        with open_device(port, password, timeout, startup="") as device:
            if follow and script is None:
                check_can_follow(device)
            install.install(
                device,
                installation,
                mpy_cross_binary=True if mpy_cross == "auto" else mpy_cross or None,
                in_place=in_place,
                watch=transferring,
            )
            if script is not None:
                run_script(device, script)
            elif follow:
                follow_main(device)
            else:
                start_main(device)
