"""What a board can do for a transfer: guessed from its implementation, corrected by what it refuses.

A guess costs nothing when it is right, which is nearly always; a probe would cost each sync something. Each
way is tried until one works, and remembered for as long as the board is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Tuple

from ..transport.base import Line
from .manifest import HASHES

__all__ = ["Ability", "Modes"]

_BLOCKS_UNDER_WAY = 4
"""On a line that pushes back: enough that none of its ends waits."""
_NATIVE_DEFLATE = (1, 21, 0)
"""MicroPython with the module ``deflate``; before it, ``uzlib``."""
_READERS = {
    "buffer": ("hidden", "__import__('sys').stdin.buffer.read"),
    "console": ("hidden", "__import__('usb_cdc').console.read"),
    "text": ("base64", "__import__('sys').stdin.read"),
    "literal": ("hidden", ""),
}
"""By way: the topic of ``ondevice`` that decodes, and where the board reads from."""


@dataclass(frozen=True)
class Modes:
    """How files come to a board, as far as is known: a mode that it refuses is replaced by the next best."""

    hash: str
    """By which content is compared and checked: ``"sha256"``, ``"crc32"`` or ``"fnv"``."""
    blocks: str
    """``"buffer"`` or ``"console"``: as bytes; ``"text"``: as base64; ``"literal"``: in programs."""
    inflate: Optional[str]
    """The board's module that inflates them: ``"deflate"`` or ``"zlib"``; ``None``: they are not deflated."""


class Ability:
    """The ways to transfer that are left for one board, best first.

    Args:
        name: of its implementation.
        version: of that.
        line: what the line to it can take.
    """

    def __init__(self, name: str, version: Tuple[int, int, int], line: Line) -> None:
        circuitpython = name == "circuitpython"
        self._line = line
        self.unread_bytes = line.ring_bytes
        """So much of a block may be under way; ``None``: all of it."""
        self.bits = 15
        """Two to the power of the most that a block may hold, as far as is known."""
        self._hashes: List[str] = ["crc32", "sha256", "fnv"] if circuitpython else list(HASHES)
        self._ways: List[str] = ["console" if circuitpython else "buffer", "text", "literal"]
        self._inflaters: List[str] = ["zlib"] if circuitpython else ["deflate", "zlib"]
        if not circuitpython and version < _NATIVE_DEFLATE:
            self._inflaters.reverse()
        console = "__import__('usb_cdc').console.write"
        self._writers = [console if circuitpython else "__import__('sys').stdout.buffer.write", "None"]
        self._lists: List[str] = ["scan", ""] if circuitpython else ["", "scan"]

    @property
    def modes(self) -> Modes:
        """The best of each."""
        return Modes(self.hash, self.way, self.inflater or None)

    @property
    def window(self) -> int:
        """Blocks that may be under way."""
        return _BLOCKS_UNDER_WAY if self._line.pushes_back or self.unread_bytes else 1

    @property
    def hash(self) -> str:
        """The topic of the hash."""
        return self._hashes[0]

    @property
    def kind(self) -> int:
        """Its place in ``HASHES``."""
        return HASHES.index(self.hash)

    @property
    def scan(self) -> Tuple[str, str]:
        """The topic needed to list a folder, and the name of what does."""
        topic = self._lists[0]
        return topic, "__belay_fs" if topic else "__import__('os').ilistdir"

    @property
    def way(self) -> str:
        """How blocks come to the board."""
        return self._ways[0]

    @property
    def reader(self) -> Tuple[str, str]:
        """The topic that decodes blocks, and what reads them; empty where they go as literals."""
        return _READERS[self.way]

    @property
    def inflater(self) -> str:
        """The topic that inflates blocks; empty where none does."""
        return self._inflaters[0] if self._inflaters else ""

    @property
    def writer(self) -> str:
        """What writes bytes on the board; ``None`` where only text can be written."""
        return self._writers[0]

    def without_writer(self) -> bool:
        """Bytes cannot be written so; whether there is another way."""
        return _next(self._writers)

    def without_hash(self) -> bool:
        """The hash is not there; whether another one is left to be tried."""
        return _next(self._hashes)

    def without_scan(self) -> bool:
        """Folders cannot be listed so; whether there is another way."""
        return _next(self._lists)

    def without_way(self) -> bool:
        """Blocks cannot be read so; whether there is another way."""
        return _next(self._ways)

    def without_trust(self) -> None:
        """Something was lost: never have more under way than the line holds while the board does not read."""
        if not self._line.pushes_back:
            self.unread_bytes = self.unread_bytes or self._line.in_flight_bytes

    def without_inflater(self) -> None:
        """Blocks cannot be inflated so."""
        self._inflaters.pop(0)


def _next(choices: List[str]) -> bool:
    if len(choices) > 1:
        del choices[0]
        return True
    return False
