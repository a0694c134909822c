"""Inflating a block: MicroPython 1.21 and later."""


def __belay_fz(data, bits):
    from deflate import RAW, DeflateIO
    from io import BytesIO

    return DeflateIO(BytesIO(data), RAW, bits).read()
