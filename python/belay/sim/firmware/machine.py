"""`machine` of the simulated board. Every pin is a record in the memory shared with the host.

The constants are those of `belay/sim/supervisor/layout.py`; what a class means is said in MicroPython's own
documentation of `machine`, the port being nearest to rp2.
"""

import time

import uctypes
from micropython import const
from umachine import *  # Signal, PinBase, mem8 and so on, idle, soft_reset, time_pulse_us

_STATE_BYTES = const(65536)
_END_REASON = const(0)
_PINS = const(64)
_PIN_COUNT = const(64)
_PIN_BYTES = const(16)
_PIN_PULL = const(1)
_PIN_LATCH = const(2)
_PIN_DRIVEN = const(3)
_PIN_ANALOG = const(4)
_PIN_DUTY = const(6)
_PIN_FREQUENCY = const(8)
_MODE_PWM = const(4)
_MODE_ANALOG = const(5)


def _connect(state, descriptor):
    global _requests, _u8, _u16, _u32
    _u8 = uctypes.bytearray_at(state, _STATE_BYTES)
    # One aligned access for each cell: never half of an old value and half of a new one.
    _u16 = uctypes.struct(state, {"_": (uctypes.ARRAY, uctypes.UINT16 | _STATE_BYTES // 2)})._
    _u32 = uctypes.struct(state, {"_": (uctypes.ARRAY, uctypes.UINT32 | _STATE_BYTES // 4)})._
    _requests = open(descriptor, "wb")


def _end(reason):
    _u8[_END_REASON] = reason
    _requests.write(b"\0")
    while True:  # the supervisor ends this process
        try:
            time.sleep(1)
        except BaseException:
            pass


def reset():
    _end(1)


def _record(pin):
    """The offset of a pin's record."""
    if isinstance(pin, Pin):
        return pin._at
    if isinstance(pin, str):
        pin = 25 if pin == "LED" else int(pin[2:]) if pin[:2] == "GP" else -1
    if not 0 <= pin < _PIN_COUNT:
        raise ValueError("unknown pin")
    return _PINS + pin * _PIN_BYTES


class Pin(PinBase):
    IN = 1
    OUT = 2
    OPEN_DRAIN = 3
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=0, alt=0):
        self._at = _record(id)
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=0, alt=0):
        at = self._at
        if value is not None:
            _u8[at + _PIN_LATCH] = 1 if value else 0
        if pull != -1:
            _u8[at + _PIN_PULL] = pull or 0
        if mode != -1:
            if not 1 <= mode <= 3:
                raise ValueError("invalid mode")
            _u8[at] = mode

    def value(self, level=None):
        at = self._at
        if level is not None:
            _u8[at + _PIN_LATCH] = 1 if level else 0
            return None
        mode = _u8[at]
        latch = _u8[at + _PIN_LATCH]
        if mode == 2 or (mode == 3 and not latch):
            return latch
        driven = _u8[at + _PIN_DRIVEN]
        return driven - 1 if driven else 1 if _u8[at + _PIN_PULL] == 1 else 0

    __call__ = value

    def on(self):
        _u8[self._at + _PIN_LATCH] = 1

    def off(self):
        _u8[self._at + _PIN_LATCH] = 0

    high = on
    low = off

    def toggle(self):
        _u8[self._at + _PIN_LATCH] ^= 1

    def mode(self, mode=None):
        if mode is None:
            return _u8[self._at]
        return self.init(mode)

    def pull(self, pull=-1):
        if pull == -1:
            return _u8[self._at + _PIN_PULL] or None
        return self.init(-1, pull)

    def __repr__(self):
        return "Pin(%d)" % ((self._at - _PINS) // _PIN_BYTES)


class ADC:
    CORE_TEMP = 4

    def __init__(self, id):
        # As on rp2: 0 to 4 are the converter's channels, its pins begin at 26.
        self._at = _record(id + 26 if isinstance(id, int) and 0 <= id <= 4 else id)
        _u8[self._at] = _MODE_ANALOG

    def read_u16(self):
        return _u16[(self._at + _PIN_ANALOG) // 2]

    def read(self):
        return _u16[(self._at + _PIN_ANALOG) // 2] >> 4

    def read_uv(self):
        return _u16[(self._at + _PIN_ANALOG) // 2] * 3300000 // 65535


class PWM:
    def __init__(self, dest, *, freq=-1, duty_u16=-1, duty_ns=-1):
        self._at = _record(dest)
        self.init(freq=freq, duty_u16=duty_u16, duty_ns=duty_ns)

    def init(self, *, freq=-1, duty_u16=-1, duty_ns=-1):
        if freq != -1:
            self.freq(freq)
        if duty_u16 != -1:
            self.duty_u16(duty_u16)
        if duty_ns != -1:
            self.duty_ns(duty_ns)
        _u8[self._at] = _MODE_PWM

    def deinit(self):
        _u8[self._at] = 0
        _u16[(self._at + _PIN_DUTY) // 2] = 0

    def freq(self, value=None):
        if value is None:
            return _u32[(self._at + _PIN_FREQUENCY) // 4]
        if value < 1:
            raise ValueError("freq too small")
        _u32[(self._at + _PIN_FREQUENCY) // 4] = value

    def duty_u16(self, value=None):
        if value is None:
            return _u16[(self._at + _PIN_DUTY) // 2]
        _u16[(self._at + _PIN_DUTY) // 2] = min(max(value, 0), 65535)

    def duty_ns(self, value=None):
        freq = _u32[(self._at + _PIN_FREQUENCY) // 4]
        if value is None:
            return _u16[(self._at + _PIN_DUTY) // 2] * 1000000000 // (65535 * freq) if freq else 0
        self.duty_u16(value * freq * 65535 // 1000000000)
