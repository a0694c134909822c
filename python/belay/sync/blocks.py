"""Packing: what a plan says as blocks for ``ondevice/receive.py``, which has the format."""

from __future__ import annotations

import struct
import zlib
from typing import Callable, Iterable, Iterator, Mapping, Tuple

from .._native import content_hashes
from ..exceptions import FileSystemError
from .plan import Step

__all__ = ["block", "bodies", "hidden"]

Encode = Callable[[bytes], bytes]

_PIECE_BYTES = 250
_SMALLEST_PIECE_BYTES = 32
"""A piece of a file that is shorter waits for the next block."""
_LETTERS = {"make": b"m", "remove": b"d", "remove folder": b"x"}
# Values that stand for 03: none that a REPL takes for a command, should it ever see them.
_STAND_INS = bytes([*range(6, 256), 0])


def bodies(
    root: str, steps: Iterable[Step], files: Mapping[str, Tuple[bytes, int]], limit: int, *, remind: bool
) -> Iterator[Tuple[bytes, int]]:
    """Bodies of blocks, and how many bytes of files are in each.

    Args:
        root: the folder on the board, with a slash at the end.
        steps: in order.
        files: by name, each content and its hash.
        limit: bytes that a body may have.
        remind: each body meets a receiver that has forgotten which path it was at.

    Raises:
        FileSystemError: a path does not fit a block.
    """
    body, carried = bytearray(), 0
    for letter, data in _operations(root, steps, files, remind):
        at = 0
        while True:
            room = limit - len(body) - 3
            part = data[at : at + max(room, 0)]
            whole = room >= 0 and at + len(part) == len(data)
            if whole or (letter == b"a" and len(part) >= _SMALLEST_PIECE_BYTES):
                body += letter + struct.pack("<H", len(part)) + part
                at += len(part)
                carried += len(part) if letter == b"a" else 0
                if whole:
                    break
            elif not body:
                raise FileSystemError(
                    f"the path {data.decode()} is too long for a board with so little memory",
                    hint="shorten it",
                )
            yield bytes(body), carried
            body, carried = bytearray(), 0
    if body:
        yield bytes(body), carried


def _operations(
    root: str, steps: Iterable[Step], files: Mapping[str, Tuple[bytes, int]], remind: bool
) -> Iterator[Tuple[bytes, bytes]]:
    for step in steps:
        path = (root + step.name).encode()
        if step.action == "put":
            content, number = files[step.name]
            yield b"w", path
            if content:
                yield b"a", content
            if remind:
                yield b"p", path
            yield b"r", struct.pack("<Q", number)[:6]
        else:
            yield _LETTERS[step.action], path


def block(body: bytes, *, kind: int, bits: int, encode: Encode) -> bytes:
    """A block as it goes over the line.

    Args:
        body: what it says; empty: the end.
        kind: which hash the board checks it by.
        bits: two to the power of the window that the board inflates with; 0: it cannot.
        encode: ``hidden`` or ``b64encode``.
    """
    deflated = False
    if bits and body:
        compressor = zlib.compressobj(9, zlib.DEFLATED, -bits)
        packed = compressor.compress(body) + compressor.flush()
        deflated = len(packed) < len(body)
        body = packed if deflated else body
    head = struct.pack("<HBx", len(body), deflated)
    check = content_hashes(head + body)[kind] & 0xFFFFFFFF
    return encode(head + struct.pack("<I", check)) + encode(body)


def hidden(data: bytes) -> bytes:
    """The same without the byte 03: see ``ondevice/hidden.py``."""
    pieces = []
    for at in range(0, len(data), _PIECE_BYTES):
        piece = data[at : at + _PIECE_BYTES]
        stand_in = next(value for value in _STAND_INS if value not in piece)
        pieces += [bytes([stand_in]), piece.replace(b"\x03", bytes([stand_in]))]
    return b"".join(pieces)
