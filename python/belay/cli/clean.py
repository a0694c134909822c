"""`belay clean`."""

from __future__ import annotations

import typer

from . import changes, options


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(clean)


def clean(quiet: bool = options.QUIET, debug: bool = options.DEBUG) -> None:
    """Remove downloaded packages and groups that pyproject.toml no longer names."""
    from ..packages import update as verbs
    from ..project import config

    changes.show(verbs.clean(config.load().settings))
