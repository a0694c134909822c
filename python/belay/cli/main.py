"""The command line's table of commands, its exit statuses, and the one place that catches errors."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Sequence

import typer

from ..exceptions import BelayException
from . import console

# typer 0.20 stands on click, later ones carry a copy of it: this class is reached the same way in both.
_UsageError: Any = typer.BadParameter.__base__

_INTERRUPTED = 130
"""128 and SIGINT's number, as shells have it; what Typer makes of KeyboardInterrupt too."""

COMMANDS = (
    *("new", "info", "list", "select", "terminal", "exec", "run", "sync", "fs"),
    *("update", "add", "install", "clean", "cache"),
)
"""Each is a file beside this one with ``register(app)``. The order is that of ``belay --help``."""


def build(arguments: Sequence[str]) -> typer.Typer:
    """The application; only the file of the wanted command is imported, all of them for the help."""
    app = typer.Typer(
        name="belay",
        help="Control a microcontroller board from ordinary Python.",
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # help without importing rich: 50 ms
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(root)
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    for name in [wanted] if wanted in COMMANDS else COMMANDS:
        importlib.import_module(f".{name}", __package__).register(app)
    return app


def root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    """Control a microcontroller board from ordinary Python."""
    if version:
        from .._native import __version__

        print(f"belay {__version__}")
        raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit status: 0 success, 1 error (also when the board's program raised), 2 usage, 130 interrupted.
    """
    app = build(arguments)
    try:
        status = app(args=list(arguments) or ["--help"], prog_name="belay", standalone_mode=False)
    except _UsageError as error:
        console.report_usage(error.format_message(), error.ctx.command_path if error.ctx else "belay")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        console.note("interrupted")
        return _INTERRUPTED
    except BelayException as error:
        console.report(error)
        return 1
    except Exception as error:
        console.report_fault(error)
        return 1
    sys.stdout.flush()
    if status == _INTERRUPTED:
        console.note("interrupted")
    return status if isinstance(status, int) else 0
