"""The MicroPython program that starts a life."""

from __future__ import annotations

import ctypes
import mmap
import os

from . import layout

_FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "firmware")


class Program:
    """Makes the text for MicroPython's ``-c``.

    The firmware's sources stay in this process's memory, where each forked life finds them at the same
    address: on the board's heap there is only what they compile to.

    Args:
        state: the shared memory.
        flash_bytes: size of the flash image.
        confined: whether the kernel keeps the board from the host's files.
    """

    def __init__(self, state: mmap.mmap, flash_bytes: int, confined: bool) -> None:
        self._state = ctypes.c_char.from_buffer(state)
        self._blocks = flash_bytes // layout.FLASH_BLOCK_BYTES
        self._confined = confined
        self._sources = {}
        for name in sorted(os.listdir(_FOLDER)):
            if name.endswith(".py"):
                with open(os.path.join(_FOLDER, name), "rb") as file:
                    source = file.read()
                self._sources[name[:-3]] = (ctypes.create_string_buffer(source, len(source)), len(source))

    def text(self, ready: bytes, prompt: bytes, raw: bool) -> str:
        """The program of one life; see `firmware/boot.py` for what it is given."""
        files = {name: (ctypes.addressof(buffer), size) for name, (buffer, size) in self._sources.items()}
        start = files.pop("boot")
        given = {
            "state": ctypes.addressof(self._state),
            "files": files,
            "blocks": self._blocks,
            "ready": ready.decode(),
            "prompt": prompt.decode(),
            "raw": raw,
            "confined": self._confined,
        }
        words = "".join(f", {name!r}: {value!r}" for name, value in given.items())
        return f"exec(__import__('uctypes').bytearray_at{start}, {{'main': globals(){words}}})"
