"""Pins, and what has one: each is a record in the shared memory."""

from cells import u8, u16, u32, view
from events import Irq, irqs, listen
from micropython import const
from umachine import PinBase

_PINS = const(64)
_PIN_COUNT = const(64)
_PIN_BYTES = const(32)
_PIN_PULL = const(1)
_PIN_LATCH = const(2)
_PIN_DRIVEN = const(3)
_PIN_ANALOG = const(4)
_PIN_DUTY = const(6)
_PIN_FREQUENCY = const(8)
_PIN_CHANGES = const(12)
_MODE_PWM = const(4)
_MODE_ANALOG = const(5)
_STRIPS = const(32768)
_STRIP_COUNT = const(8)
_STRIP_BYTES = const(4096)
_STRIP_PIN = const(4)
_STRIP_LENGTH = const(6)
_STRIP_DATA = const(8)


def _record(pin):
    """The offset of a pin's record."""
    if isinstance(pin, Pin):
        return pin._at
    if isinstance(pin, str):
        pin = 25 if pin == "LED" else int(pin[2:]) if pin[:2] == "GP" else -1
    if not 0 <= pin < _PIN_COUNT:
        raise ValueError("unknown pin")
    return _PINS + pin * _PIN_BYTES


def _latch(at, level):
    if u8[at + _PIN_LATCH] != level:
        u8[at + _PIN_LATCH] = level
        u32[(at + _PIN_CHANGES) // 4] += 1


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
            _latch(at, 1 if value else 0)
        if pull != -1:
            u8[at + _PIN_PULL] = pull or 0
        if mode != -1:
            if not 1 <= mode <= 3:
                raise ValueError("invalid mode")
            u8[at] = mode

    def value(self, level=None):
        at = self._at
        if level is not None:
            _latch(at, 1 if level else 0)
            return None
        mode = u8[at]
        latch = u8[at + _PIN_LATCH]
        if mode == 2 or (mode == 3 and not latch):
            return latch
        driven = u8[at + _PIN_DRIVEN]
        return driven - 1 if driven else 1 if u8[at + _PIN_PULL] == 1 else 0

    __call__ = value

    def on(self):
        _latch(self._at, 1)

    def off(self):
        _latch(self._at, 0)

    high = on
    low = off

    def toggle(self):
        _latch(self._at, u8[self._at + _PIN_LATCH] ^ 1)

    def mode(self, mode=None):
        if mode is None:
            return u8[self._at]
        self.init(mode)

    def pull(self, pull=-1):
        if pull == -1:
            return u8[self._at + _PIN_PULL] or None
        self.init(-1, pull)

    def irq(self, handler=0, trigger=IRQ_FALLING | IRQ_RISING, *, priority=1, wake=None, hard=False):
        at = self._at
        if handler == 0 and at in irqs:
            return irqs[at]
        irq = Irq(self, handler or None, trigger)
        irqs[at] = irq
        listen()
        return irq

    def __repr__(self):
        return "Pin(%d)" % ((self._at - _PINS) // _PIN_BYTES)


class ADC:
    CORE_TEMP = 4

    def __init__(self, id):
        # As on rp2: 0 to 4 are the converter's channels, its pins begin at 26.
        self._at = _record(id + 26 if isinstance(id, int) and 0 <= id <= 4 else id)
        u8[self._at] = _MODE_ANALOG

    def read_u16(self):
        return u16[(self._at + _PIN_ANALOG) // 2]

    def read(self):
        return self.read_u16() >> 4

    def read_uv(self):
        return self.read_u16() * 3300000 // 65535


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
        u8[self._at] = _MODE_PWM

    def deinit(self):
        u8[self._at] = 0
        u16[(self._at + _PIN_DUTY) // 2] = 0

    def freq(self, value=None):
        if value is None:
            return u32[(self._at + _PIN_FREQUENCY) // 4]
        if value < 1:
            raise ValueError("freq too small")
        u32[(self._at + _PIN_FREQUENCY) // 4] = value

    def duty_u16(self, value=None):
        if value is None:
            return u16[(self._at + _PIN_DUTY) // 2]
        u16[(self._at + _PIN_DUTY) // 2] = min(max(value, 0), 65535)

    def duty_ns(self, value=None):
        freq = self.freq()
        if value is None:
            return self.duty_u16() * 1000000000 // (65535 * freq) if freq else 0
        self.duty_u16(value * freq * 65535 // 1000000000)


def bitstream(pin, encoding, timing, data):
    number = (_record(pin) - _PINS) // _PIN_BYTES + 1
    size = len(data)
    if size > _STRIP_BYTES - _STRIP_DATA:
        raise ValueError("too many pixels")
    for at in range(_STRIPS, _STRIPS + _STRIP_COUNT * _STRIP_BYTES, _STRIP_BYTES):
        if u8[at + _STRIP_PIN] in (0, number):
            break
    else:
        raise OSError(12)
    u32[at // 4] += 1
    u8[at + _STRIP_PIN] = number
    u16[(at + _STRIP_LENGTH) // 2] = size
    view[at + _STRIP_DATA : at + _STRIP_DATA + size] = data
    u32[at // 4] += 1
