"""`belay install`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, List, Optional

import typer

from ..exceptions import BelayException
from . import completion, console, options
from .help import App, Command
from .options import DEBUG, IN_PLACE, MPY_CROSS, PASSWORD, PORT, QUIET, TIMEOUT, open_device
from .progress import transferring

_UsageError: Any = typer.BadParameter.__base__


class _InstallCommand(Command):
    """Says what a script behind PORT was meant to be."""

    def parse_args(self, ctx: Any, args: List[str]) -> List[str]:
        try:
            return super().parse_args(ctx, args)
        except _UsageError as error:
            extra = re.search(r"extra argument(?:\(s\)|s)? \((\S+\.py)\)", error.message)
            if extra:
                error.message += f": did you mean --main {extra[1]}?"
            raise


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("install", cls=_InstallCommand)(install)


def install(
    port: Optional[str] = PORT,
    groups: Optional[List[str]] = typer.Option(
        None,
        "--with",
        metavar="GROUP",
        help="An optional group of dependencies too; repeatable.",
        autocompletion=completion.optional_groups,
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
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Bring this project and its dependencies to a board.

    The dependencies go to /lib, the project's folder to /NAME. Only what differs is sent; then the board
    restarts.

    Examples:
        belay install /dev/ttyUSB0
        belay install sim:demo --main main.py --follow
    """
    # Not for `--help`.
    from ..device.main_program import check_can_follow, follow_main, start_main
    from ..device.scripts import read_script, run_script
    from ..project import config, install

    project = config.load()
    source = ""
    if script is not None:
        if not script.is_file():
            raise BelayException(f"there is no file {script}", hint="--run takes the .py file to be run")
        source = read_script(script)
    with install.prepared(project, groups=groups or (), main=main) as installation:
        if installation.differing:
            console.note(
                f"warning: not what .belay/lock.json says: {', '.join(installation.differing)}; "
                "belay update --locked restores them"
            )
        if not installation.parts and script is None:
            console.note(
                f"nothing to install: {project.path} names no packages and no folder, and there is no --main"
            )
        with open_device(port, password, timeout, startup="") as device:
            if follow and script is None:
                check_can_follow(device)
            install.install(
                device,
                installation,
                mpy_cross_binary=options.compiler(mpy_cross),
                in_place=in_place,
                watch=transferring,
            )
            if script is not None:
                run_script(device, script, source)
                return
            # To ask takes an exchange; what MicroPython starts that was just given a main.py is known.
            stored = main is not None
            if device.implementation.name == "circuitpython" if stored else follow:
                warning = install.not_started(device, stored=stored)
                if warning:
                    console.note(warning)
            if follow:
                follow_main(device)
            else:
                start_main(device)
