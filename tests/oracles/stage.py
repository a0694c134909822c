"""What staging a folder must give, the plain way: one file after the other, in Python."""

from __future__ import annotations

import fnmatch
import hashlib
import io
import os
import tokenize
import zlib
from pathlib import Path
from typing import Dict, Sequence, Tuple

DROPPED = {tokenize.COMMENT, tokenize.NL}


def shorter(source: bytes) -> bytes:
    """The program without its comments: what a minifier does at least."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    kept = [(token.type, token.string) for token in tokens if token.type not in DROPPED]
    return tokenize.untokenize(kept)


def staged(folder: Path, ignore: Sequence[str], shrink: bool) -> Dict[str, Tuple[int, int, int]]:
    """By name: size on the host, SHA-256 (its first eight bytes), and CRC-32 of what the board is to have."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not _ignored(name, ignore)]
        for name in names:
            if _ignored(name, ignore):
                continue
            path = Path(place) / name
            source = path.read_bytes()
            content = shorter(source) if shrink and name.endswith(".py") else source
            sha256 = int.from_bytes(hashlib.sha256(content).digest()[:8], "little")
            crc32 = len(content) << 32 | zlib.crc32(content)
            found[path.relative_to(folder).as_posix()] = (len(source), sha256, crc32)
    return found


def _ignored(name: str, ignore: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in ignore)
