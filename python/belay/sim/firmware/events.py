"""Handlers of pins and timers.

They run on the main thread, by `micropython.schedule`, between two of its steps. A thread waits for events
and does nothing but schedule: it touches no object that another thread may change.
"""

import _thread
import sys
import time

from cells import flags, requests, u8, u16, u32
from micropython import const, schedule

_SCHEDULED = const(1)
_HANDLING = const(3)
_PIN_TRIGGER = const(16)
_PIN_RISES = const(20)
_PIN_FALLS = const(22)
_TIMERS = const(2304)
_TIMER_COUNT = const(16)
_TIMER_BYTES = const(16)
_TIMER_SERIAL = const(2)
_TIMER_PERIOD = const(4)
_TIMER_TICKS = const(8)
_EVENT_DESCRIPTOR = const(5)
_REQUEST_WAKE = const(1)
_REQUEST_TIMERS = const(2)
_REQUEST_INTERRUPT = const(3)

irqs = {}  # a pin's record -> its Irq
_timers = {}  # a timer's record -> it
_held = 0  # how often disable_irq() was called
_listening = False


def listen():
    global _listening
    if not _listening:
        _listening = True
        _thread.start_new_thread(_wait, (open(_EVENT_DESCRIPTOR, "rb").readinto, requests.write, flags))


def _wait(readinto, write, flags):
    event = bytearray(1)  # read to the full
    wake = bytes((_REQUEST_WAKE,))
    sleep_ms = time.sleep_ms
    while True:
        readinto(event)
        if not flags[_SCHEDULED]:
            flags[_SCHEDULED] = 1
            while True:
                try:
                    schedule(_dispatch, None)
                    break
                except RuntimeError:  # the program has filled the queue itself
                    sleep_ms(1)
            write(wake)


def _dispatch(_):
    u8[_HANDLING] = 1
    try:
        flags[_SCHEDULED] = 0
        if not _held:
            for irq in list(irqs.values()):
                irq._run()
            for timer in list(_timers.values()):
                timer._run()
    except KeyboardInterrupt:  # meant for the program: the scheduler would show it and go on
        requests.write(bytes((_REQUEST_INTERRUPT,)))
    finally:
        u8[_HANDLING] = 0


def _call(handler, argument):
    try:
        handler(argument)
    except Exception as error:  # as a real board's scheduler does
        sys.print_exception(error)


def disable_irq():
    global _held
    _held += 1
    return _held - 1


def enable_irq(state):
    global _held
    _held = state
    if not state:
        _dispatch(None)


class Irq:
    def __init__(self, pin, handler, trigger):
        at = pin._at
        self._pin = pin
        self._handler = handler
        self._flags = 0
        self._rises = u16[(at + _PIN_RISES) // 2]
        self._falls = u16[(at + _PIN_FALLS) // 2]
        u8[at + _PIN_TRIGGER] = trigger if handler else 0

    def __call__(self):
        self._run()

    def flags(self):
        return self._flags

    def trigger(self):
        return u8[self._pin._at + _PIN_TRIGGER]

    def _run(self):
        at = self._pin._at
        rises = u16[(at + _PIN_RISES) // 2]
        falls = u16[(at + _PIN_FALLS) // 2]
        up = rises - self._rises & 0xFFFF
        down = falls - self._falls & 0xFFFF
        self._rises = rises
        self._falls = falls
        # Edges alternate; the last one led to the level that is there now.
        rising = (up > down) if up != down else not self._pin.value()
        while up or down:
            rising = up > 0 and (rising or not down)
            if rising:
                up -= 1
            else:
                down -= 1
            self._flags = 8 if rising else 4
            rising = not rising
            if self._handler:
                _call(self._handler, self._pin)


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id=-1, **options):
        self._at = 0
        if options:
            self.init(**options)

    def init(self, *, mode=PERIODIC, freq=-1, period=-1, tick_hz=1000, callback=None, hard=False):
        self.deinit()
        period_us = int(1000000 / freq) if freq != -1 else period * 1000000 // tick_hz
        if not 0 < period_us < 1 << 32:
            raise ValueError("invalid period")
        for at in range(_TIMERS, _TIMERS + _TIMER_COUNT * _TIMER_BYTES, _TIMER_BYTES):
            if at not in _timers:
                break
        else:
            raise OSError(12)
        self._at = at
        self._callback = callback
        self._ticks = u32[(at + _TIMER_TICKS) // 4]
        _timers[at] = self
        u32[(at + _TIMER_PERIOD) // 4] = period_us
        u16[(at + _TIMER_SERIAL) // 2] += 1
        u8[at] = 2 if mode else 1
        listen()
        requests.write(bytes((_REQUEST_TIMERS,)))

    def deinit(self):
        if self._at:
            u8[self._at] = 0
            del _timers[self._at]
            self._at = 0

    def _run(self):
        at = self._at
        if not at:  # a callback before this one ended it
            return
        elapsed = u32[(at + _TIMER_TICKS) // 4] - self._ticks
        self._ticks += elapsed
        if elapsed and u8[at] == 1:
            self.deinit()
        # A program that falls behind loses ticks past the length of a real board's queue.
        for _ in range(min(elapsed, 8)):
            if self._callback:
                _call(self._callback, self)
