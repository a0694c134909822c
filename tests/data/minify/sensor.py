# SPDX-FileCopyrightText: 2024 The belay authors
#
# SPDX-License-Identifier: Apache-2.0
"""
A driver for a made-up temperature and humidity sensor on I2C.

    sensor = Sensor(I2C(0), address=0x5A)
    sensor.temperature     # °C
"""

import struct
import time

from micropython import const

try:
    from typing import Iterator, Optional, Tuple  # only on the host
except ImportError:
    pass

_WHO_AM_I = const(0x0F)     # always 0b0110_1001
_CONTROL = const(0x2A)
_DATA = const(0x00)         # three bytes, most significant first

__version__ = "0.0.0+auto.0"
__repo__ = "https://example.com/sensor.git"


class SensorError(Exception):
    """The sensor is not what it should be."""


class Sensor:
    """One sensor.

    :param ~machine.I2C i2c: the bus
    :param int address: 7 bits, ``0x5A`` unless a pin is pulled down
    """

    _buffer = bytearray(6)  # shared: one transfer at a time
    offsets = {
        "t": -46.85,  # datasheet, 5.1
        "h": -6.0,

    }

    def __init__(self, i2c, address = 0x5A, *, retries: int = 3) -> None:
        self._i2c = i2c
        self._address = address
        for attempt in range(retries):
            if self._read(_WHO_AM_I, 1)[0] == 0b0110_1001:
                break
            time.sleep_ms(10 << attempt)
        else:
            raise SensorError("no sensor at " + hex(address) + '; is it "awake"?')
        self.reset()

    # -- registers ---------------------------------------------------------

    def _read(self, register, count):
        """Bytes of the chip; a view that the next call overwrites."""
        view = memoryview(self._buffer)[: count]
        self._i2c.readfrom_mem_into(self._address, register, view)
        return view

    def _write(self, register: int, *values: int) -> None:
        self._i2c.writeto_mem(self._address, register, bytes(values))

    def reset(self):
        'Back to what it was when power came.'
        self._write(_CONTROL, 1 << 7)
        while self._read(_CONTROL, 1)[0] & 0x80: pass

    # -- values --------------------------------------------------------------

    @property
    def temperature(self) -> float:
        """In °C; ``nan`` while it warms up."""
        raw, = struct.unpack('>H', self._read(_DATA, 2))
        if not raw :
            return float("nan")
        return 175.72 * (raw & ~0b11) / 65536 \
            + self.offsets [ "t" ]

    @temperature.setter
    def temperature(self, value):
        raise AttributeError("temperature: can't be set")

    def readings(self, *, pause_ms=100):
        # type: (int) -> Iterator[Tuple[float, float]]
        """Yields for ever."""
        while True :
            h = struct.unpack('>xxH', self._read(_DATA, 4))[0]
            yield self.temperature, -6 + 125 * h / 0xFFFF if h else 0.
            time.sleep_ms (pause_ms)

    def __enter__(self): return self

    def __exit__(self, *_): self.reset()

    def __repr__(self):
        return "<Sensor %#x: %s>" % (self._address,
                                     "ok" if self._i2c else "closed")
