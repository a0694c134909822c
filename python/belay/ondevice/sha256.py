"""Hashing as one number (``rust/core/src/hash.rs``): the first eight bytes of the SHA-256."""


def __belay_fh(pieces):
    from hashlib import sha256

    it = sha256()
    for piece in pieces:
        it.update(piece)
    return int.from_bytes(it.digest()[:8], "little")
