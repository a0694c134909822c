"""What a ``sim:`` string says.

``sim:[NAME][?heap=SIZE][&flash=SIZE][&main=off]``: NAME keeps the board's files between runs; a size is a
number of bytes, or of ``k`` or ``M``; with ``main=off`` no start of the board runs boot.py or main.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..exceptions import ConnectionFailedError
from .supervisor.layout import FLASH_BLOCK_BYTES

DEFAULT_HEAP_BYTES = 192 << 10
DEFAULT_FLASH_BYTES = 2 << 20

_HINT = "write sim:, sim:NAME, or with sizes sim:NAME?heap=192k&flash=2M"


@dataclass(frozen=True)
class Options:
    """A board to simulate.

    Attributes:
        name: whose filesystem is kept; empty: a new one, deleted at the end.
        heap_bytes: free to the user's programs after start, at least.
        flash_bytes: size of the filesystem; None: as it is, 2 MiB when new.
        runs_main: a start runs boot.py and main.py.
    """

    name: str = ""
    heap_bytes: int = DEFAULT_HEAP_BYTES
    flash_bytes: int | None = None
    runs_main: bool = True


def parse(text: str) -> Options:
    """Read what stands behind ``sim:``.

    Raises:
        ConnectionFailedError: it is not of the form above.
    """
    name, _, words = text.partition("?")
    if name and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}", name):
        raise ConnectionFailedError(
            f"{name!r} is no name for a simulated board: letters, digits, '_', '-' and '.' only", hint=_HINT
        )
    sizes = {"heap": DEFAULT_HEAP_BYTES, "flash": 0}
    runs_main = True
    for word in filter(None, words.split("&")):
        key, _, value = word.partition("=")
        if key == "main":
            if value not in ("on", "off"):
                raise ConnectionFailedError(f"main= takes on or off, not {value!r}", hint=_HINT)
            runs_main = value == "on"
            continue
        if key not in sizes:
            raise ConnectionFailedError(f"a simulated board has no option {key!r}", hint=_HINT)
        sizes[key] = _size(key, value)
    if sizes["heap"] < 16 << 10:
        raise ConnectionFailedError("a simulated board needs a heap of 16k or more", hint=_HINT)
    if sizes["flash"] % FLASH_BLOCK_BYTES:
        raise ConnectionFailedError(f"flash must be a multiple of {FLASH_BLOCK_BYTES} bytes", hint=_HINT)
    if 0 < sizes["flash"] < 4 * FLASH_BLOCK_BYTES:
        raise ConnectionFailedError("a simulated board needs a flash of 16k or more", hint=_HINT)
    return Options(name, sizes["heap"], sizes["flash"] or None, runs_main)


def _size(key: str, text: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,9})([kKmM]?)", text)
    if not match:
        raise ConnectionFailedError(f"{text!r} is no size for {key}", hint=_HINT)
    return int(match[1]) << {"": 0, "k": 10, "m": 20}[match[2].lower()]
