"""Inflating a block: CircuitPython, and MicroPython before 1.21."""


def __belay_fz(data, bits):
    try:
        from zlib import decompress
    except ImportError:
        from uzlib import decompress
    return decompress(data, -bits)
