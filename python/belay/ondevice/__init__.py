"""Code of ours that runs on the board: real Python files, one topic each.

Each states what must be loaded before it. Values go in as arguments, by code that the host appends. All
names are ``__belay_*``; what is needed once deletes itself.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from .._native import minify

__all__ = ["CONVENIENCE_IMPORTS", "code"]

CONVENIENCE_IMPORTS = {
    "micropython": (
        "import os",
        "import time",
        "import machine",
        "from time import sleep",
        "from micropython import const",
        *(f"from machine import {name}" for name in ("ADC", "I2C", "Pin", "PWM", "SPI", "Timer")),
    ),
    "circuitpython": (
        "import os",
        "import time",
        "import board",
        "import digitalio",
        "from time import sleep",
        "import analogio",
        "from busio import I2C",
        "from busio import SPI",
    ),
}
"""By implementation: what a board imports when a device is opened with ``startup=None``."""


@lru_cache(maxsize=None)
def code(topic: str) -> str:
    """The text of ``topic`` as it goes to the board: minified, without empty lines, with a final newline.

    Its line numbers are not those of the file.
    """
    _docstring, *lines = minify(Path(__file__).with_name(f"{topic}.py").read_text("utf-8")).split("\n")
    return "".join(f"{line}\n" for line in lines if line)
