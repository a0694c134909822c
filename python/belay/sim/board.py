"""The host's view of a simulated board: its pins, seen and driven while a program runs.

Reading and writing goes through shared memory: it costs nothing, asks nobody, and works in whatever state the
board is. Example::

    device = Device("sim:")
    device("from machine import Pin; Pin(25, Pin.OUT).on()")
    assert device.sim.pin("LED").value == 1
    device.sim.adc(26).value = 32768
"""

from __future__ import annotations

import mmap
import struct

from .supervisor import layout

_MODES = {
    layout.MODE_UNSET: "unset",
    layout.MODE_IN: "in",
    layout.MODE_OUT: "out",
    layout.MODE_OPEN_DRAIN: "open_drain",
    layout.MODE_PWM: "pwm",
    layout.MODE_ANALOG: "analog",
}
_PULLS = {layout.PULL_NONE: None, layout.PULL_UP: "up", layout.PULL_DOWN: "down"}


class SimulatedBoard:
    """What is around a simulated board's processor. Safe to use from several threads.

    It stays readable after the board has ended: the pins are then as it left them.
    """

    def __init__(self, state: mmap.mmap) -> None:
        self._state = state

    def pin(self, pin: int | str) -> Pin:
        """A pin by number (0 to 63) or name (``"LED"`` is 25, ``"GP25"``)."""
        return Pin(self._state, _number(pin))

    def adc(self, pin: int | str) -> Adc:
        """An analog input by pin, or by channel: 0 to 3 are pins 26 to 29, 4 is the temperature sensor."""
        number = _number(pin)
        return Adc(self._state, number + 26 if number <= 4 else number)

    def pwm(self, pin: int | str) -> Pwm:
        """The pulse-width modulation of a pin."""
        return Pwm(self._state, _number(pin))


class _Record:
    """A pin's cells in the shared memory."""

    def __init__(self, state: mmap.mmap, number: int) -> None:
        self.number = number
        self._state = state
        self._at = layout.PINS + number * layout.PIN_BYTES

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.number}>"


class Pin(_Record):
    """A pin as a voltmeter and a wire see it."""

    @property
    def value(self) -> int:
        """The level on the wire, 0 or 1.

        An output's is what the board drives. An input's is what the host drives, else what its pull says,
        else 0. Setting it drives the wire from outside until `release`; an output does not care.
        """
        state, at = self._state, self._at
        mode, latch = state[at + layout.PIN_MODE], state[at + layout.PIN_LATCH]
        if mode == layout.MODE_OUT or (mode == layout.MODE_OPEN_DRAIN and not latch):
            return latch
        driven = state[at + layout.PIN_DRIVEN]
        return driven - 1 if driven else int(state[at + layout.PIN_PULL] == layout.PULL_UP)

    @value.setter
    def value(self, level: int) -> None:
        if level not in (0, 1):
            raise ValueError(f"a level is 0 or 1, not {level!r}")
        self._state[self._at + layout.PIN_DRIVEN] = 1 + level

    def release(self) -> None:
        """Drive the wire no longer from outside."""
        self._state[self._at + layout.PIN_DRIVEN] = 0

    @property
    def mode(self) -> str:
        """``unset``, ``in``, ``out``, ``open_drain``, ``pwm`` or ``analog``: what the board made of it."""
        return _MODES[self._state[self._at + layout.PIN_MODE]]

    @property
    def pull(self) -> str | None:
        """``up``, ``down`` or None: the pull resistor that the board switched on."""
        return _PULLS[self._state[self._at + layout.PIN_PULL]]


class Adc(_Record):
    """An analog input."""

    @property
    def value(self) -> int:
        """What the board's converter reads, 0 to 65535 of full scale; set it to apply a voltage."""
        return int(struct.unpack_from("<H", self._state, self._at + layout.PIN_ANALOG)[0])

    @value.setter
    def value(self, value: int) -> None:
        if not 0 <= value <= 65535:
            raise ValueError(f"an analog value is 0 to 65535, not {value!r}")
        struct.pack_into("<H", self._state, self._at + layout.PIN_ANALOG, value)


class Pwm(_Record):
    """A pin's pulse-width modulation, as the board set it."""

    @property
    def active(self) -> bool:
        """Whether the pin is in the hands of the PWM."""
        return self._state[self._at + layout.PIN_MODE] == layout.MODE_PWM

    @property
    def frequency_hz(self) -> int:
        """Pulses per second."""
        return int(struct.unpack_from("<I", self._state, self._at + layout.PIN_FREQUENCY)[0])

    @property
    def duty_u16(self) -> int:
        """The share of each period that is high, of 65535."""
        return int(struct.unpack_from("<H", self._state, self._at + layout.PIN_DUTY)[0])


def _number(pin: int | str) -> int:
    if isinstance(pin, str):
        number = layout.NAMED_PINS.get(pin, int(pin[2:]) if pin[:2] == "GP" and pin[2:].isdigit() else -1)
    else:
        number = pin
    if not 0 <= number < layout.PIN_COUNT:
        raise ValueError(f"a simulated board has no pin {pin!r}")
    return number
