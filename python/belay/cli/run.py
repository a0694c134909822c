"""``belay run``: a script on a board, without storing it there; or a program here that finds the packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, List

import typer

from ..exceptions import BelayException
from . import options, run_executable
from .help import App, Command
from .options import DEBUG, PASSWORD, QUIET, TIMEOUT, open_device, port_and

_VALUE_OPTIONS = ("--password", "--timeout")
_IS_EXECUTABLE = "belay.is_executable"


class _RunCommand(Command):
    """Ends our part of the line before EXECUTABLE: what follows is passed on untouched, `--help` too."""

    def parse_args(self, ctx: Any, args: List[str]) -> List[str]:
        position = run_executable.executable_at(args, _VALUE_OPTIONS)
        ctx.meta[_IS_EXECUTABLE] = position is not None
        if position is not None and "--" not in args[:position]:
            args = [*args[:position], "--", *args[position:]]
        return super().parse_args(ctx, args)


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("run", cls=_RunCommand)(run)


def run(
    context: typer.Context,
    words: List[str] = options.words(
        "[PORT] FILE.py | EXECUTABLE [ARGUMENT]...",
        "FILE.py  A script to run on it.\nEXECUTABLE  A program of this computer, with its arguments.",
    ),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> int:
    """Run a script on a board, or a program of this computer.

    The script is not stored on the board. The program finds the project and its dependencies in MICROPYPATH;
    all that follows its name is its own.

    Examples:
        belay run /dev/ttyUSB0 blink.py
        belay run micropython -m unittest
    """
    if context.meta[_IS_EXECUTABLE]:
        return run_executable.execute(words)
    if len(words) > 2:
        raise typer.BadParameter("a script on a board takes no arguments: belay run [PORT] FILE.py")
    port, name = port_and(words, "FILE.py")
    path = Path(name)
    if not path.is_file():
        raise BelayException(f"there is no file {name}", hint="belay run [PORT] FILE.py")
    from ..device.scripts import read_script, run_script  # not for `--help`

    source = read_script(path)
    with open_device(port, password, timeout, startup="") as device:
        run_script(device, path, source)
    return 0
