"""Whether ports are free again: nothing more is open than before, and a port can be had exclusively."""

import gc
import os
import stat
from contextlib import contextmanager, suppress

import serial
from tests.support.outlet import Far, RealLine

from belay.transport.connect import connect


def open_descriptors():
    """How many terminals, pipes and sockets this process has open.

    Files are not counted: a simulated board that is over keeps its pins' last state in one.
    """
    modes = []
    for name in os.listdir("/dev/fd"):
        with suppress(OSError):  # the one that lists them
            modes.append(os.fstat(int(name)).st_mode)
    return sum(stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) for mode in modes)


@contextmanager
def all_released():
    """No descriptor that was opened inside is open afterwards: no port is left locked, whatever its kind."""
    gc.collect()  # what earlier tests have left
    before = open_descriptors()
    yield
    after = open_descriptors()
    assert after <= before, f"{after - before} descriptors were left open"


def is_free(path):
    """Whether somebody else can open a serial port and lock it against others."""
    try:
        serial.Serial(path, exclusive=True).close()
    except serial.SerialException:
        return False
    return True


@contextmanager
def serial_board(target="sim:"):
    """The path of a serial port with a board behind it, which stays when the port is closed."""
    far, near = os.openpty()
    board = connect(target)
    line = RealLine(board, Far(far, lambda: os.close(far)), bytearray())
    try:
        yield os.ttyname(near), line
    finally:
        os.close(near)
        line.close()
        board.close()
