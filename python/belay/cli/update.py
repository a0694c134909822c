"""`belay update`."""

from __future__ import annotations

from typing import List, Optional

import typer

from . import changes, console, options, progress

_PACKAGES = typer.Argument(None, help="Update these only.", show_default=False)


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(update)


def update(
    packages: Optional[List[str]] = _PACKAGES,
    offline: bool = typer.Option(False, "--offline", help="Work from the cache alone, without a request."),
    locked: bool = typer.Option(False, "--locked", help="Fetch exactly what .belay/lock.json says, or fail."),
    quiet: bool = options.QUIET,
    debug: bool = options.DEBUG,
) -> None:
    """Download the dependencies that pyproject.toml names, and remove those that it no longer names."""
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
