"""Running a script file on the board without storing it there."""

from __future__ import annotations

import ast
from contextlib import suppress
from pathlib import Path

from ..exceptions import BelayException
from ..repl import wire
from ..repl.response import statements
from .device import Device
from .source import inner_names
from .tracebacks import Location

__all__ = ["read_script", "run_script"]


def read_script(path: Path) -> str:
    """The text of a file of Python.

    Raises:
        OSError: the file cannot be read.
        BelayException: it is no UTF-8, whatever its first lines say: a board knows nothing else.
    """
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BelayException(
            f"{path}, line {line}: this is not UTF-8", hint="save the file as UTF-8"
        ) from None


def run_script(device: Device, path: Path, source: str) -> None:
    """Run a file's statements in the board's global scope; tracebacks name the file.

    Args:
        source: its text (``read_script``): what is wrong with it is told before a board is interrupted.

    Raises:
        PyboardException: it raised on the board.
    """
    text, shift = wire.prepare(source)
    location = Location(str(path), 1, shift, source.count("\n") + 1)
    with suppress(SyntaxError):  # what the host cannot parse the board may know
        device._link.sources.add_inner(inner_names(ast.parse(source)), location)
    device._link.perform(statements(wire.execution(text)), module=[location])
