"""Hashing as one number (``rust/core/src/hash.rs``), for boards that have no hash of their own: FNV-1a, with
the size above it. Interpreted code does some 25 kB/s.
"""


def __belay_fh(pieces):
    it = 0x811C9DC5
    size = 0
    for piece in pieces:
        for byte in piece:
            it = (it ^ byte) * 16777619 & 0xFFFFFFFF
        size += len(piece)
    return size << 32 | it
