"""`neopixel`: addressable colours on one pin. As MicroPython's, on `machine.bitstream`."""

from machine import bitstream


class NeoPixel:
    ORDER = (1, 0, 2, 3)  # where red, green, blue and white stand on the wire

    def __init__(self, pin, n, bpp=3, timing=1):
        self.pin = pin
        self.n = n
        self.bpp = bpp
        self.buf = bytearray(n * bpp)
        self.timing = timing

    def __len__(self):
        return self.n

    def _start(self, i):
        if not -self.n <= i < self.n:
            raise IndexError("pixel out of range")
        return i % self.n * self.bpp

    def __setitem__(self, i, colour):
        start = self._start(i)
        for place in range(self.bpp):
            self.buf[start + self.ORDER[place]] = colour[place]

    def __getitem__(self, i):
        start = self._start(i)
        return tuple(self.buf[start + self.ORDER[place]] for place in range(self.bpp))

    def fill(self, colour):
        for i in range(self.n):
            self[i] = colour

    def write(self):
        bitstream(self.pin, 0, self.timing, self.buf)
