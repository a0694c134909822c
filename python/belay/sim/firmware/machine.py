"""`machine` of the simulated board, composed of the files beside this one.

What a name means is said in MicroPython's own documentation of `machine`, the port being nearest to rp2.
"""

from buses import I2C, SPI, SoftI2C, SoftSPI
from cells import end, u8, u32, view
from events import Timer, disable_irq, enable_irq
from micropython import const
from pins import ADC, PWM, Pin, bitstream
from umachine import *  # Signal, PinBase, mem8 and so on, idle, soft_reset, time_pulse_us

_CAUSE = const(2)
_CLOCK = const(4)
_UNIQUE_ID = const(8)

PWRON_RESET = 1
HARD_RESET = 2
SOFT_RESET = 3


def reset():
    end(1)


def reset_cause():
    return u8[_CAUSE]


def unique_id():
    return bytes(view[_UNIQUE_ID : _UNIQUE_ID + 8])


def freq(hz=None):
    if hz is None:
        return u32[_CLOCK // 4] or 125000000
    u32[_CLOCK // 4] = hz
