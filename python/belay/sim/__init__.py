"""The simulated board: a real MicroPython in a process of its own, with a board's limits and pins.

`launch` starts one and gives the two descriptors of its REPL, which a transport wraps, and the
`SimulatedBoard` that is its pins. How it works is said in `supervisor/` (the process), `firmware/` (what runs
on the board before the user's code), `flash` (its filesystem) and `board` (the host's side of the pins).
"""

from __future__ import annotations

from .board import Adc, Pin, Pwm, SimulatedBoard
from .launcher import Launched, launch

__all__ = ["Adc", "Launched", "Pin", "Pwm", "SimulatedBoard", "launch"]
