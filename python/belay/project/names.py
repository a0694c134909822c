"""Names that the folder of a project cannot have: it would hide a module, or be in the way of another."""

from __future__ import annotations

import sys
from typing import FrozenSet

__all__ = ["LIBRARY", "on_board", "on_host"]

LIBRARY = "lib"
"""Where the packages go on the board."""

# MicroPython's modules, of all ports together: docs/library/index.rst, and `help("modules")`. The root comes
# before them on a board's path, or they before it: one of the two cannot be imported.
_MODULES = """
    __main__ _asyncio _boot _thread argparse array asyncio binascii bluetooth btree builtins cmath collections
    cryptolib deflate dht ds18x20 errno esp esp32 espnow flashbdev framebuf gc hashlib heapq inisetup io json
    lwip machine math micropython mip neopixel network ntptime onewire openamp os platform pyb random re
    requests rp2 select socket ssl stm struct sys time tls uasyncio uctypes urequests vfs webrepl
    webrepl_setup websocket zephyr zsensor
"""
# main.py and its like of the board's root; the project's own tests; what those import.
_OURS = frozenset(("boot", "code", "main", "belay", "pytest", "pytest_belay", "tests"))


def on_board(name: str) -> str:
    """What stands in the way of a folder of this name in the board's root; empty for nothing."""
    name = name.lower()  # to FAT, upper and lower case are one
    if name == LIBRARY:
        return "where the packages go"
    return "a module of the board's own" if name in _MODULES.split() else ""


def on_host(name: str) -> str:
    """The same of a project that is new, whose tests run on this computer."""
    what = on_board(name)
    if what:
        return what
    if name.lower() in _OURS:
        return "a name that the project needs itself"
    # Known from Python 3.10 on.
    standard: FrozenSet[str] = getattr(sys, "stdlib_module_names", frozenset())
    return "a module of Python's own" if name in standard else ""
