"""Other tools for the benches, each in an environment of its own in the user's cache, run as programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import platformdirs

VERSIONS = {"belay": "0.30.1", "mpremote": "1.28.0", "mpytool": "2.6.0"}
INSTALL_TIMEOUT_S = 300

_missing: dict[str, str] = {}
"""Peers that could not be had, and why: each is tried once."""


class Unavailable(Exception):
    """It is not installed and could not be; the text says why."""


def environment(name: str) -> Path:
    """The folder of a peer's programs.

    Raises:
        Unavailable: it cannot be had.
    """
    if name in _missing:
        raise Unavailable(_missing[name])
    version = VERSIONS[name]
    folder = platformdirs.user_cache_path("belay-development") / f"{name}-{version}"
    complete = folder / "complete"
    if not complete.exists():
        python = folder / "bin" / "python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            for command in (
                [sys.executable, "-m", "venv", "--clear", folder],
                [*install, f"{name}=={version}"],
            ):
                subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            reason = str(error.stderr or error).strip().splitlines()[-1]
            _missing[name] = f"{name} {version}: {reason}"
            raise Unavailable(_missing[name]) from None
        complete.touch()
    return folder / "bin"
