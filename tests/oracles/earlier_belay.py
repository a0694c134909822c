"""The earlier `minify`, that of PyPI ``belay`` 0.30.1: run as a program, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

VERSION = "0.30.1"
PROGRAM = """
import json, sys
from belay import minify

def attempt(source):
    try:
        return minify(source)
    except Exception:
        return None

json.dump([attempt(source) for source in json.load(sys.stdin)], sys.stdout)
"""


class Unavailable(Exception):
    """It is not installed and could not be; the text says why."""


def minify_all(sources: list[str]) -> list[str | None]:
    """What it makes of each source; ``None`` where it fails.

    Raises:
        Unavailable: it cannot be had.
    """
    with tempfile.TemporaryDirectory() as elsewhere:  # where no other belay is to be imported from
        done = subprocess.run(
            [str(_python()), "-c", PROGRAM],
            input=json.dumps(sources), capture_output=True, text=True, check=True, timeout=300, cwd=elsewhere,
        )  # fmt: skip
    return json.loads(done.stdout)


def _python() -> Path:
    """The interpreter of its environment, which is made in the user's cache the first time."""
    folder = platformdirs.user_cache_path("belay-development") / f"belay-{VERSION}"
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if not complete.exists():
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            for command in (
                [sys.executable, "-m", "venv", "--clear", folder],
                [*install, f"belay=={VERSION}"],
            ):
                subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            reason = str(error.stderr or error).strip().splitlines()[-1]
            raise Unavailable(f"belay {VERSION}: {reason}") from None
        complete.touch()
    return python
