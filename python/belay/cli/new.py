"""`belay new`."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import typer

from ..exceptions import ConfigError
from . import console, options
from .help import App

TEMPLATE = Path(__file__).with_name("template")


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command()(new)


def new(
    name: str = typer.Argument(..., metavar="NAME", help="Folder to make; its last part names the project."),
    quiet: bool = options.QUIET,
    debug: bool = options.DEBUG,
) -> None:
    """Make a new project.

    Examples:
        belay new my-project
    """
    folder = Path(options.filled(name, "NAME"))
    project = folder.resolve().name
    package = re.sub(r"[-. ]", "_", project)
    if not package.isidentifier() or keyword.iskeyword(package):
        raise ConfigError(
            f"{project!r} gives no package name that can be imported", hint="use letters, digits and -"
        )
    from ..project import names  # not for `--help`

    what = names.on_host(package)
    if what:
        raise ConfigError(
            f"a project cannot be called {project!r}: this is {what}", hint="choose another name"
        )
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise ConfigError(f"{folder} exists and is not empty", hint="choose another name")
        _write(folder, project, package)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}", hint="choose another place") from None
    console.note(f"made {folder}: change to it and try belay install sim: --main main.py --follow")


def _write(folder: Path, project: str, package: str) -> None:
    """Fill ``folder``. Files named `dot-NAME` become `.NAME`: packaging tools heed a `.gitignore`."""
    for source in sorted(TEMPLATE.rglob("*")):
        if not source.is_file() or "__pycache__" in source.parts:
            continue
        path = source.relative_to(TEMPLATE).as_posix()
        target = folder / path.replace("package/", f"{package}/").replace("dot-", ".")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text("utf-8").replace("PROJECT", project).replace("PACKAGE", package)
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
