"""``belay info``: what runs on a board."""

from __future__ import annotations

import dataclasses
import json
from typing import Optional

import typer

from .options import DEBUG, JSON, PASSWORD, PORT, QUIET, TIMEOUT, open_device


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("info")(info)


def info(
    port: Optional[str] = PORT,
    json_: bool = JSON,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    debug: bool = DEBUG,
    quiet: bool = QUIET,
) -> None:
    """Show what runs on a board.

    Example: belay info /dev/ttyUSB0
    """
    with open_device(port, password, timeout, startup="") as device:
        implementation = device.implementation
    if json_:
        print(json.dumps(dataclasses.asdict(implementation)))
    else:
        version = ".".join(map(str, implementation.version))
        print(f"{implementation.name} v{version} - {implementation.platform}")
