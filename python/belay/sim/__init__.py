"""The simulated board: a real MicroPython in a process of its own, with a board's limits and pins.

`launch` starts one and gives the two descriptors of its REPL, which a transport wraps, and the
`SimulatedBoard` around it. How it works is said in `supervisor/` (the process), `firmware/` (what runs on the
board before the user's code), `flash` (its filesystem), `board` (the host's side of the pins) and `buses`
(devices to plug in).
"""

from __future__ import annotations

from .board import Adc, Pin, Pwm, SimulatedBoard, Strip
from .buses import I2cBus, I2cDevice, I2cRegisters, SpiBus, SpiDevice
from .launcher import Launched, launch

__all__ = [
    "Adc",
    "I2cBus",
    "I2cDevice",
    "I2cRegisters",
    "Launched",
    "Pin",
    "Pwm",
    "SimulatedBoard",
    "SpiBus",
    "SpiDevice",
    "Strip",
    "launch",
]
