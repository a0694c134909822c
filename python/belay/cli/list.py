"""``belay list``: the USB serial ports that boards may be at."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Dict, List

from . import console
from .help import App
from .options import DEBUG, JSON, QUIET

COLUMNS = ("vid", "pid", "serial_number", "manufacturer", "product", "location")


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("list")(list_)


def list_(json_: bool = JSON, quiet: bool = QUIET, debug: bool = DEBUG) -> None:
    """List the USB serial ports.

    Examples:
        belay list
        belay list --json
    """
    from ..transport.ports import usb_ports  # not for `--help`

    ports = usb_ports()
    if json_:
        print(json.dumps([{"device": path, **asdict(usb)} for path, usb in ports], ensure_ascii=False))
    elif ports:
        rows = [
            {"port": path, **{name: shown(value) for name, value in asdict(usb).items()}}
            for path, usb in ports
        ]
        print("\n".join(table(rows)))
    else:
        console.note("no USB serial port was found")


def shown(value: object) -> str:
    """A field of a port; nothing where it is not known."""
    return "" if value is None else str(value)


def table(rows: List[Dict[str, str]]) -> List[str]:
    """Columns under their names; all rows have the same keys."""
    names = list(rows[0])
    widths = [max(len(name), *(len(row[name]) for row in rows)) for name in names]
    lines = [names, *([row[name] for name in names] for row in rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
