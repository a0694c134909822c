"""Reading bytes that were sent without the byte 03, which interrupts.

They come in pieces of 250, each behind a byte that it lacks and that stands for 03 in it.
"""


def __belay_fi(read, size):
    it = read(size + (size + 249) // 250)
    return b"".join(
        [it[at + 1 : at + 251].replace(it[at : at + 1], b"\x03") for at in range(0, len(it), 251)]
    )
