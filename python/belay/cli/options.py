"""Options and arguments that several commands share."""

from __future__ import annotations

import typer

from . import console


def _set_debug(value: bool) -> None:
    console.debug = value


def _set_quiet(value: bool) -> None:
    console.quiet = value


DEBUG = typer.Option(False, "--debug", callback=_set_debug, help="Show host tracebacks.")
QUIET = typer.Option(False, "--quiet", "-q", callback=_set_quiet, help="Print results and errors only.")
