"""Where things are in the memory that the host and the board share.

One block of `STATE_BYTES` bytes, zero at power-on, mapped by the host and by the board process. Either side
reads and writes single cells of 1, 2 or 4 bytes, aligned, little-endian, with no lock: each cell has one
writer. The firmware repeats these numbers as constants (`firmware/machine.py`); a test compares them.
"""

from __future__ import annotations

import mmap

STATE_BYTES = 65536

# One byte each, from offset 0.
END_REASON = 0  # written by the board before it asks to be ended
END_HARD = 1  # machine.reset(): as at power-on
END_SOFT = 2  # SystemExit in boot.py or main.py

# The pins: PIN_COUNT records of PIN_BYTES bytes.
PINS = 64
PIN_COUNT = 64
PIN_BYTES = 16
PIN_MODE = 0  # u8, board: see MODES
PIN_PULL = 1  # u8, board: see PULLS
PIN_LATCH = 2  # u8, board: the level that an output drives
PIN_DRIVEN = 3  # u8, host: 0 nobody drives the pin from outside, else 1 + level
PIN_ANALOG = 4  # u16, host: what an ADC reads
PIN_DUTY = 6  # u16, board: PWM, of 65535
PIN_FREQUENCY = 8  # u32, board: PWM, in Hz

MODE_UNSET, MODE_IN, MODE_OUT, MODE_OPEN_DRAIN, MODE_PWM, MODE_ANALOG = range(6)
PULL_NONE, PULL_UP, PULL_DOWN = range(3)

NAMED_PINS = {"LED": 25}  # as on a Raspberry Pi Pico

# Descriptors that the board process has besides its terminal (0, 1, 2).
FLASH_DESCRIPTOR = 3
REQUEST_DESCRIPTOR = 4

FLASH_BLOCK_BYTES = 4096


def power_on(state: mmap.mmap) -> None:
    """Set what the board writes as it is at power-on; what the world outside drives stays."""
    for start in range(PINS, PINS + PIN_COUNT * PIN_BYTES, PIN_BYTES):
        for first, count in ((PIN_MODE, 3), (PIN_DUTY, 6)):
            state[start + first : start + first + count] = bytes(count)
