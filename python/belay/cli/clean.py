"""`belay clean`."""

from __future__ import annotations

from . import changes, options
from .help import App


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command()(clean)


def clean(quiet: bool = options.QUIET, debug: bool = options.DEBUG) -> None:
    """Remove packages that pyproject.toml no longer names.

    Examples:
        belay clean
    """
    from ..packages import update as verbs
    from ..project import config

    changes.show(verbs.clean(config.load().settings))
