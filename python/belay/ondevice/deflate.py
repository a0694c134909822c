"""Inflating a block: MicroPython 1.21 and later."""


def __belay_fz(data, bits):
    from io import BytesIO

    from deflate import RAW, DeflateIO

    return DeflateIO(BytesIO(data), RAW, bits).read()
