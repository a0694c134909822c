"""The command line's table of commands, its exit statuses, and the one place that catches errors."""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any, List, Sequence

import typer

from ..exceptions import BelayException
from . import console
from .help import App, Group

# typer 0.20 stands on click, later ones carry a copy of it: this class is reached the same way in both.
_UsageError: Any = typer.BadParameter.__base__

_INTERRUPTED = 130
"""128 and SIGINT's number, as shells have it; what Typer makes of KeyboardInterrupt too."""

PANELS = {
    "Board": ("list", "select", "info", "exec", "run", "terminal"),
    "Files": ("sync", "fs"),
    "Project": ("new", "add", "update", "install", "clean", "cache"),
}
"""What ``belay --help`` lists. Each command is a file beside this one with ``register(app)``."""
COMMANDS = tuple(name for names in PANELS.values() for name in names)


class _Root(Group):
    panels = PANELS


def build(arguments: Sequence[str]) -> typer.Typer:
    """The application; only the file of the wanted command is imported, all of them for the help."""
    app = App(cls=_Root, name="belay")
    app.callback()(root)
    wanted = _words(arguments)[:1]
    for name in wanted if wanted and wanted[0] in COMMANDS else COMMANDS:
        importlib.import_module(f".{name}", __package__).register(app)
    return app


def _words(arguments: Sequence[str]) -> List[str]:
    """The words of the line that is run, or of the one that a shell completes."""
    if "_BELAY_COMPLETE" not in os.environ:
        return list(arguments)
    # Typer would take rich, 70 ms, to strip our help of the markup that it does not have.
    sys.modules["rich"] = None  # type: ignore[assignment]
    return (os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS", "")).split()[1:]


def root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    """Control a microcontroller board from ordinary Python.

    PORT is a serial port (/dev/ttyUSB0, COM3), sim: (a simulated board), ws://HOST or telnet://HOST (a board
    on the network), or exec:COMMAND. Where it is left out: BELAY_DEVICE, else the only USB port.

    Examples:
        belay new my-project
        belay run sim: main.py
        belay exec /dev/ttyUSB0 "os.listdir()"
    """
    if version:
        from .._native import __version__

        print(f"belay {__version__}")
        raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit status: 0 success, 1 error (also when the board's program raised), 2 usage, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # whatever the terminal can show
    try:
        app = build(arguments)
        status = app(args=list(arguments) or ["--help"], prog_name="belay", standalone_mode=False)
        if sys.stdout:  # a shell may have closed it
            sys.stdout.flush()
    except _UsageError as error:
        command = " ".join(["belay", *(word for word in arguments[:1] if word in COMMANDS)])
        console.report_usage(error.format_message(), error.ctx.command_path if error.ctx else command)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        console.note("interrupted")
        return _INTERRUPTED
    except BelayException as error:
        console.report(error)
        return 1
    except BrokenPipeError:  # `belay ... | head`; Typer does the same for those that it meets
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more
        return 1
    except Exception as error:
        console.report_fault(error)
        return 1
    if status == _INTERRUPTED:
        console.note("interrupted")
    return status if isinstance(status, int) else 0
