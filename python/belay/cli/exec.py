"""``belay exec``: one expression or statement on a board."""

from __future__ import annotations

from typing import List

from ..repl.output import STDOUT, write_text
from . import options
from .help import App
from .options import DEBUG, PASSWORD, QUIET, TIMEOUT, open_device, port_and


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("exec")(execute)


def execute(
    words: List[str] = options.words("[PORT] STATEMENT", "STATEMENT  What to run on it.", files=False),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Run a statement on a board, or print an expression's value.

    Examples:
        belay exec /dev/ttyUSB0 "os.listdir()"
        belay exec sim: "6 * 7"
    """
    port, code = port_and(words, "STATEMENT")
    with open_device(port, password, timeout) as device:
        value = device(code)
    if value is not None:
        write_text(STDOUT, f"{value!r}\n")
