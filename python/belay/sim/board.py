"""The host's view of a simulated board: its pins, seen and driven while a program runs.

Reading and writing goes through shared memory: it costs nothing, asks nobody, and works in whatever state the
board is. Example::

    device = Device("sim:")
    device("from machine import Pin; Pin(25, Pin.OUT).on()")
    assert device.sim.pin("LED").value == 1
    device.sim.adc(26).value = 32768
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import threading
from typing import Callable

from .buses import Buses, I2cBus, SpiBus, whole
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

    The pins stay readable after the board has ended: they are then as it left them. Like its pins, it has no
    other attributes than these: a misspelt one is an error.
    """

    __slots__ = ("_buses", "_commands", "_lock", "_state")

    def __init__(self, state: mmap.mmap, commands: int, buses: Buses) -> None:
        """Of a board that has been started.

        Args:
            state: the shared memory.
            commands: descriptor to the supervisor; closed by `close`.
            buses: what is plugged in; closed by `close`.
        """
        self._state = state
        self._commands = commands
        self._buses = buses
        self._lock = threading.Lock()

    def pin(self, pin: int | str) -> Pin:
        """A pin by number (0 to 63) or name (``"LED"`` is 25, ``"GP25"``)."""
        return Pin(self._state, _number(pin), self)

    def adc(self, pin: int | str) -> Adc:
        """An analog input by pin, or by channel: 0 to 3 are pins 26 to 29, 4 is the temperature sensor."""
        number = _number(pin)
        return Adc(self._state, number + 26 if number <= 4 else number)

    def pwm(self, pin: int | str) -> Pwm:
        """The pulse-width modulation of a pin."""
        return Pwm(self._state, _number(pin))

    def neopixel(self, pin: int | str, *, bytes_per_pixel: int = 3) -> Strip:
        """The addressable colours on a pin; 4 bytes per pixel are those with white."""
        return Strip(self._state, _number(pin), bytes_per_pixel)

    def i2c(self, number: int = 0) -> I2cBus:
        """An I2C bus, to plug devices into; 2 is that of ``SoftI2C``."""
        self._buses.serve()
        return self._buses.i2c[_bus(number)]

    def spi(self, number: int = 0) -> SpiBus:
        """An SPI bus, to plug devices into; 2 is that of ``SoftSPI``."""
        self._buses.serve()
        return self._buses.spi[_bus(number)]

    @property
    def unique_id(self) -> bytes:
        """What ``machine.unique_id()`` gives: always the same for a named board."""
        return self._state[layout.UNIQUE_ID : layout.UNIQUE_ID + 8]

    def reset(self) -> None:
        """Press the reset button: as at power-on, whatever the board is doing. The files stay."""
        self._command(layout.COMMAND_RESET)

    def close(self) -> None:
        """Give back what the host has of a board that has ended. Idempotent."""
        with self._lock:
            if self._commands >= 0:
                os.close(self._commands)
                self._commands = -1
                self._buses.close()

    def _drive(self, at: int, change: Callable[[], None], level: Callable[[], int]) -> None:
        """Change what drives a pin from outside, and tell the board of the edge that it makes."""
        with self._lock:
            before = level()
            change()
            after = level()
            edge = layout.TRIGGER_RISING if after > before else layout.TRIGGER_FALLING
            if after == before or not self._state[at + layout.PIN_TRIGGER] & edge:
                return
            cell = at + (layout.PIN_RISES if after else layout.PIN_FALLS)
            count = struct.unpack_from("<H", self._state, cell)[0]
            struct.pack_into("<H", self._state, cell, (count + 1) & 0xFFFF)
        self._command(layout.COMMAND_EVENT)

    def _command(self, command: bytes) -> None:
        with self._lock, contextlib.suppress(BrokenPipeError):  # the board has ended
            if self._commands >= 0:
                os.write(self._commands, command)


class _Record:
    """A pin's cells in the shared memory."""

    __slots__ = ("_at", "_state", "number")

    def __init__(self, state: mmap.mmap, number: int) -> None:
        self.number = number
        self._state = state
        self._at = layout.PINS + number * layout.PIN_BYTES

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.number}>"


class Pin(_Record):
    """A pin as a voltmeter and a wire see it."""

    __slots__ = ("_board",)

    def __init__(self, state: mmap.mmap, number: int, board: SimulatedBoard) -> None:
        super().__init__(state, number)
        self._board = board

    @property
    def value(self) -> int:
        """The level on the wire, 0 or 1.

        An output's is what the board drives. An input's is what the host drives, else what its pull says,
        else 0. Setting it drives the wire from outside until `release`; an output does not care. An edge that
        the board has asked for by ``Pin.irq`` calls its handler, also while a program runs.
        """
        state, at = self._state, self._at
        mode, latch = state[at + layout.PIN_MODE], state[at + layout.PIN_LATCH]
        if mode == layout.MODE_OUT or (mode == layout.MODE_OPEN_DRAIN and not latch):
            return latch
        driven = state[at + layout.PIN_DRIVEN]
        return driven - 1 if driven else int(state[at + layout.PIN_PULL] == layout.PULL_UP)

    @value.setter
    def value(self, level: int) -> None:
        self._drive(1 + whole(level, "a level", 1))

    def release(self) -> None:
        """Drive the wire no longer from outside."""
        self._drive(0)

    def _drive(self, driven: int) -> None:
        def change() -> None:
            self._state[self._at + layout.PIN_DRIVEN] = driven

        self._board._drive(self._at, change, lambda: self.value)

    @property
    def changes(self) -> int:
        """How often the board has changed what it drives, since power-on."""
        return int(struct.unpack_from("<I", self._state, self._at + layout.PIN_CHANGES)[0])

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

    __slots__ = ()

    @property
    def value(self) -> int:
        """What the board's converter reads, 0 to 65535 of full scale; set it to apply a voltage."""
        return int(struct.unpack_from("<H", self._state, self._at + layout.PIN_ANALOG)[0])

    @value.setter
    def value(self, value: int) -> None:
        value = whole(value, "an analog value", 65535)
        struct.pack_into("<H", self._state, self._at + layout.PIN_ANALOG, value)


class Pwm(_Record):
    """A pin's pulse-width modulation, as the board set it."""

    __slots__ = ()

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


class Strip:
    """The NeoPixels on a pin, as they shine: what was last sent by ``write()``."""

    __slots__ = ("_bytes_per_pixel", "_number", "_state")

    def __init__(self, state: mmap.mmap, number: int, bytes_per_pixel: int) -> None:
        self._state = state
        self._number = number
        self._bytes_per_pixel = bytes_per_pixel

    @property
    def data(self) -> bytes:
        """The bytes as they stand on the wire; empty before the first ``write()``."""
        for at in range(layout.STRIPS, layout.STATE_BYTES, layout.STRIP_BYTES):
            if self._state[at + layout.STRIP_PIN] == self._number + 1:
                return self._read(at)
        return b""

    @property
    def colours(self) -> list[tuple[int, ...]]:
        """Red, green, blue (and white) of each pixel, 0 to 255."""
        data, size = self.data, self._bytes_per_pixel
        pixels = (data[start : start + size] for start in range(0, len(data) - size + 1, size))
        return [(pixel[1], pixel[0], *pixel[2:]) for pixel in pixels]  # on the wire green comes first

    def _read(self, at: int) -> bytes:
        """A copy that the board has not changed meanwhile; it writes for microseconds."""
        while True:
            serial, _, size = struct.unpack_from("<IHH", self._state, at)
            data = self._state[at + layout.STRIP_DATA : at + layout.STRIP_DATA + size]
            if not serial & 1 and serial == struct.unpack_from("<I", self._state, at)[0]:
                return data


def _number(pin: int | str) -> int:
    if isinstance(pin, str):
        number = layout.NAMED_PINS.get(pin, int(pin[2:]) if pin[:2] == "GP" and pin[2:].isdigit() else -1)
    else:
        number = whole(pin, "a pin's number")
    if not 0 <= number < layout.PIN_COUNT:
        raise ValueError(f"a simulated board has no pin {pin!r}")
    return number


def _bus(number: int) -> int:
    return whole(number, "a bus's number", layout.BUS_COUNT - 1)
