"""`belay update`."""

from __future__ import annotations

from typing import List, Optional

import typer

from . import changes, completion, console, options, progress
from .help import App

_PACKAGES = typer.Argument(
    None,
    metavar="[PACKAGE]...",
    help="Update these only.",
    show_default=False,
    autocompletion=completion.packages,
)


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command()(update)


def update(
    packages: Optional[List[str]] = _PACKAGES,
    offline: bool = typer.Option(False, "--offline", help="Make no request: use the cache alone."),
    locked: bool = typer.Option(False, "--locked", help="Fetch what .belay/lock.json says, or fail."),
    quiet: bool = options.QUIET,
    debug: bool = options.DEBUG,
) -> None:
    """Download the dependencies that pyproject.toml names.

    Those that it no longer names are removed.

    Examples:
        belay update
        belay update --locked
    """
    from ..packages import update as verbs
    from ..packages.cache import Cache, default_root
    from ..project import config

    settings = config.load().settings
    with progress.downloading() as watch:
        how = verbs.Options(Cache(default_root()), offline=offline, locked=locked, watch=watch)
        done = verbs.update(settings, packages or [], how)
    changes.show(done)
    if not done:
        console.note("no dependencies: belay add NAME adds one")
