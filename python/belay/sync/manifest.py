"""What a folder holds, as six sums: host and board compare them instead of lists.

A name belongs to one of six parts by its own hash, and adds to that part's sum a product of its content's and
its name's hash, so that no two contents can change places unnoticed. A part differs for about one change in
2**48 unseen. What differs is then listed, part by part.
"""

from __future__ import annotations

from typing import List, Mapping

from .._native import content_hashes

__all__ = ["FNV", "HASHES", "PARTS", "part_of", "sums"]

HASHES = ("sha256", "crc32", "fnv")
"""The hashes in the order of ``content_hashes``, by the names of their topics in ``ondevice``."""
FNV = HASHES.index("fnv")
PARTS = 6
"""``ondevice/compare.py`` and ``list.py`` say the same."""
_SUM_MASK = (1 << 48) - 1


def part_of(name: str, kind: int) -> int:
    """The part that a name belongs to; the name of a folder ends with a slash."""
    return content_hashes(name.encode())[kind] % PARTS


def sums(entries: Mapping[str, int], kind: int) -> List[int]:
    """The sums of a folder: each name with its content's hash, 0 for folders."""
    totals = [0] * PARTS
    for name, content in entries.items():
        place = content_hashes(name.encode())[kind]
        part = place % PARTS
        totals[part] = (totals[part] + (content + 1) * (place * 2 + 1)) & _SUM_MASK
    return totals
