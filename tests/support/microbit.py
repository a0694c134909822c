"""A BBC micro:bit in an emulator, behind a UART of 115200 baud: MicroPython 1.9.2 with 9 kB free.

Debian's packages ``qemu-system-arm`` and ``firmware-microbit-micropython``.
"""

import os
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from belay.transport.process import raw_terminal

FIRMWARE = Path("/usr/share/firmware-microbit-micropython/firmware.hex")
BYTES_PER_S = 11_520
_PIECE = 8


def missing():
    """Why there can be no micro:bit here; empty where there can."""
    if shutil.which("qemu-system-arm") is None:
        return "qemu-system-arm is not installed"
    return "" if FIRMWARE.exists() else "firmware-microbit-micropython is not installed"


@contextmanager
def microbit():
    """Path of the serial port of a board that has just been switched on."""
    host, port = raw_terminal()
    emulator = subprocess.Popen(
        [
            *("qemu-system-arm", "-M", "microbit", "-display", "none", "-monitor", "none"),
            *("-serial", "stdio", "-device", f"loader,file={FIRMWARE}"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    ends = [
        threading.Thread(target=_copy, args=(host, emulator.stdin.fileno())),
        threading.Thread(target=_copy, args=(emulator.stdout.fileno(), host)),
    ]
    for end in ends:
        end.start()
    try:
        yield os.ttyname(port)
    finally:
        emulator.kill()
        emulator.wait()
        os.close(port)
        for end in ends:
            end.join()
        os.close(host)
        emulator.stdin.close()
        emulator.stdout.close()


def _copy(source, target):
    """Bytes at the speed of the UART, until either end is closed."""
    with suppress(OSError):
        while data := os.read(source, 4096):
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                os.write(target, piece)
                time.sleep(len(piece) / BYTES_PER_S)
