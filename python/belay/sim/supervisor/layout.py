"""Where things are in the memory that the host, the supervisor and the board share.

One block of `STATE_BYTES` bytes, zero at first. Each reads and writes single cells of 1, 2 or 4 bytes,
aligned, little-endian, with no lock: each cell has one writer, named here. The firmware repeats these numbers
as constants (`firmware/machine.py`); a test compares them.
"""

from __future__ import annotations

import mmap

STATE_BYTES = 65536

# From offset 0.
END_REASON = 0  # u8, board: why it asks to be ended
END_HARD = 1  # machine.reset(): as at power-on
END_SOFT = 2  # SystemExit in boot.py or main.py
SCHEDULED = 1  # u8, board: events have been scheduled, and their handlers have not begun
CAUSE = 2  # u8, supervisor: what machine.reset_cause() says
CAUSE_POWER_ON, CAUSE_HARD, CAUSE_SOFT = 1, 2, 3
HANDLING = 3  # u8, board: handlers are running
CLOCK = 4  # u32, board: machine.freq(), 0 until it is set
UNIQUE_ID = 8  # 8 bytes, host

# The pins: PIN_COUNT records of PIN_BYTES bytes.
PINS = 64
PIN_COUNT = 64
PIN_BYTES = 32
PIN_MODE = 0  # u8, board: one of MODE_*
PIN_PULL = 1  # u8, board: one of PULL_*
PIN_LATCH = 2  # u8, board: the level that an output drives
PIN_DRIVEN = 3  # u8, host: 0 nobody drives the pin from outside, else 1 + level
PIN_ANALOG = 4  # u16, host: what an ADC reads
PIN_DUTY = 6  # u16, board: PWM, of 65535
PIN_FREQUENCY = 8  # u32, board: PWM, in Hz
PIN_CHANGES = 12  # u32, board: how often the latch has changed
PIN_TRIGGER = 16  # u8, board: the edges it wants to hear of, TRIGGER_*
PIN_RISES = 20  # u16, host: how many such edges there were
PIN_FALLS = 22  # u16, host

MODE_UNSET, MODE_IN, MODE_OUT, MODE_OPEN_DRAIN, MODE_PWM, MODE_ANALOG = range(6)
PULL_NONE, PULL_UP, PULL_DOWN = range(3)
TRIGGER_FALLING, TRIGGER_RISING = 4, 8  # as machine.Pin.IRQ_* on rp2

NAMED_PINS = {"LED": 25}  # as on a Raspberry Pi Pico

# The timers.
TIMERS = 2304
TIMER_COUNT = 16
TIMER_BYTES = 16
TIMER_MODE = 0  # u8, board: 0 off, 1 once, 2 periodic
TIMER_SERIAL = 2  # u16, board: another number each time it is set anew
TIMER_PERIOD = 4  # u32, board: in microseconds
TIMER_TICKS = 8  # u32, supervisor: how often it has elapsed

# The buses: one bit for each address of an I2C bus with a device; any bit for an SPI bus.
BUS_COUNT = 3  # 0 and 1; 2 is the one of SoftI2C and SoftSPI
I2C_PRESENT = 2560  # 16 bytes for each bus, host
SPI_PRESENT = 2624  # 1 byte for each bus, host

# One transfer at a time. The board writes its part, then the request number, then a byte to the host, which
# does the transfer, writes its part, then the same number as reply, then a byte to the board.
TRANSFER_REQUEST = 2688  # u32, board
TRANSFER_REPLY = 2692  # u32, host
TRANSFER_KIND = 2696  # u8, board: 0 I2C, 1 SPI
TRANSFER_BUS = 2697  # u8, board
TRANSFER_ADDRESS = 2698  # u8, board: I2C
TRANSFER_WRITES = 2700  # u32, board: bytes of TRANSFER_DATA to the device
TRANSFER_READS = 2704  # u32, board: bytes wanted from it
TRANSFER_ERROR = 2708  # u32, host: 0, or the errno to raise
TRANSFER_DATA = 4096  # both in turn
TRANSFER_BYTES = 16384

# What was last sent to NeoPixels, for one pin each.
STRIPS = 32768
STRIP_COUNT = 8
STRIP_BYTES = 4096
STRIP_SERIAL = 0  # u32, board: odd while it writes
STRIP_PIN = 4  # u8, board: 1 + the pin
STRIP_LENGTH = 6  # u16, board: bytes at STRIP_DATA
STRIP_DATA = 8

# Descriptors that the board process has besides its terminal (0, 1, 2), and the bytes that go over them.
FLASH_DESCRIPTOR = 3
REQUEST_DESCRIPTOR = 4  # to the supervisor
EVENT_DESCRIPTOR = 5  # from the supervisor: any byte says that a counter has moved
TRANSFER_DESCRIPTOR = 6  # to the host
REPLY_DESCRIPTOR = 7  # from the host
STATE_DESCRIPTOR = 8  # the shared memory's file
SOURCE_DESCRIPTOR = 9  # the first of the firmware's files; they are closed when they have been read
REQUEST_END = 0  # end this life, for END_REASON
REQUEST_WAKE = 1  # handlers are scheduled, and the board may be waiting for input
REQUEST_TIMERS = 2  # a timer has been set
REQUEST_INTERRUPT = 3  # Ctrl-C again: it has met a handler, and the program is to have it

# From the host to the supervisor.
COMMAND_EVENT = b"e"  # a pin has changed that the board listens to
COMMAND_RESET = b"r"  # the reset button

FLASH_BLOCK_BYTES = 4096


def restart(state: mmap.mmap, cause: int) -> None:
    """Set what a new life begins with.

    A soft reset keeps the levels of outputs, as on real boards. What the world outside does to the board
    always stays, and so does the number of the last transfer.
    """
    state[END_REASON] = state[SCHEDULED] = state[HANDLING] = 0
    state[CAUSE] = cause
    state[TIMERS : TIMERS + TIMER_COUNT * TIMER_BYTES] = bytes(TIMER_COUNT * TIMER_BYTES)
    for start in range(PINS, PINS + PIN_COUNT * PIN_BYTES, PIN_BYTES):
        state[start + PIN_TRIGGER] = 0
        if cause != CAUSE_SOFT:
            for first, end in ((PIN_MODE, PIN_DRIVEN), (PIN_DUTY, PIN_TRIGGER)):
                state[start + first : start + end] = bytes(end - first)
    if cause != CAUSE_SOFT:
        state[CLOCK : CLOCK + 4] = bytes(4)
        state[STRIPS:STATE_BYTES] = bytes(STATE_BYTES - STRIPS)
