"""``belay info``: what runs on a board, and what it can do."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Dict, Optional

from .help import App
from .options import DEBUG, JSON, PASSWORD, PORT, QUIET, TIMEOUT, open_device

# Some boards have no filesystem, or an `os` without `statvfs`.
_SPACE = """
def __belay_space():
    import gc, os
    gc.collect()
    try:
        flash = os.statvfs("/")
        return gc.mem_free(), flash[0] * flash[3], flash[1] * flash[2]
    except Exception:
        return gc.mem_free(), None, None
"""


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("info")(info)


def info(
    port: Optional[str] = PORT,
    json_: bool = JSON,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Show what runs on a board and how much room it has.

    Examples:
        belay info /dev/ttyUSB0
        belay info --json sim:
    """
    with open_device(port, password, timeout, startup="") as device:
        line = device._link.session.transport
        device(_SPACE)
        ram_free, flash_free, flash_total = device("__belay_space()")
        modes = device.fs.modes
        found: Dict[str, Any] = {
            **asdict(device.implementation),
            "ram_free_bytes": ram_free,
            "flash_free_bytes": flash_free,
            "flash_bytes": flash_total,
            "hash": modes.hash,
            "transfer": {"blocks": modes.blocks, "inflate": modes.inflate},
            "port": line.name,
            "line": asdict(line.line),
        }
        device("del __belay_space")
    print(json.dumps(found) if json_ else _text(found))


def _text(found: Dict[str, Any]) -> str:
    version = ".".join(map(str, found["version"]))
    line = found["line"]
    flow = "pushes back" if line["pushes_back"] else "loses what does not fit"
    rows = [
        ("code", " ".join(found["emitters"]) or "bytecode only"),
        ("arch", found["arch"] or "none"),
        ("RAM", f"{found['ram_free_bytes']:,} bytes free"),
    ]
    if found["flash_bytes"] is not None:
        rows.append(("flash", f"{found['flash_free_bytes']:,} of {found['flash_bytes']:,} bytes free"))
    inflated = found["transfer"]["inflate"]
    rows += [
        ("sync", f"{found['transfer']['blocks']} blocks, {inflated or 'not compressed'}, {found['hash']}"),
        ("port", found["port"]),
        ("line", f"{line['kind']}: {flow}, {line['in_flight_bytes']:,} bytes in flight"),
    ]
    head = f"{found['name']} v{version} - {found['platform']}"
    return "\n".join([head, *(f"  {name:5}  {text}" for name, text in rows)])
