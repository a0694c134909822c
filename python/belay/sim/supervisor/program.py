"""The MicroPython program that starts a life."""

from __future__ import annotations

import ctypes
import mmap
import os

from . import layout

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "firmware")
_START = "boot.py"


class Program:
    """Makes the text for MicroPython's ``-c``, and opens the files that it reads.

    Args:
        state: the shared memory.
        shares_memory: whether a life has it at the same address; else it is given its file.
        flash_bytes: size of the flash image.
        confined: whether the kernel keeps the board from the host's files.
        runs_main: whether a start runs boot.py and main.py.
    """

    def __init__(
        self, state: mmap.mmap, shares_memory: bool, flash_bytes: int, confined: bool, runs_main: bool
    ) -> None:
        self._address = ctypes.addressof(ctypes.c_char.from_buffer(state)) if shares_memory else 0
        self._given = {
            "blocks": flash_bytes // layout.FLASH_BLOCK_BYTES,
            "confined": confined,
            "runs_main": runs_main,
        }
        names = {name for name in os.listdir(_FOLDER) if name.endswith(".py")}
        # Two ways to the shared memory, under one name.
        names.remove("cells.py" if not shares_memory else "file_cells.py")
        self._names = [_START, *sorted(names - {_START})]

    def open(self) -> list[int]:
        """Open the firmware's files for one life, which has them from `layout.SOURCE_DESCRIPTOR` on."""
        return [os.open(os.path.join(_FOLDER, name), os.O_RDONLY) for name in self._names]

    def text(self, ready: bytes, prompt: bytes, raw: bool) -> str:
        """The program of one life; see `firmware/boot.py` for what it is given."""
        modules = (name[:-3].replace("file_cells", "cells") for name in self._names)
        files = {name: layout.SOURCE_DESCRIPTOR + number for number, name in enumerate(modules)}
        given = {
            **self._given,
            "state": self._address,
            "files": files,
            "ready": ready.decode(),
            "prompt": prompt.decode(),
            "raw": raw,
        }
        words = "".join(f", {name!r}: {value!r}" for name, value in given.items())
        return f"exec(open({layout.SOURCE_DESCRIPTOR}).read(), {{'main': globals(){words}}})"
