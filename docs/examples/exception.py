"""An exception of the board: its traceback names this file, and it can be asked for its parts."""

import os

import belay

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:

    @device.task
    def divide(a, b):
        return a / b  # goes wrong for b == 0

    try:
        divide(1, 0)
    except belay.exceptions.PyboardException as error:
        print(error)
        frame = error.frames[-1]
        print(f"{error.type_name} in {frame.function}(): {frame.source}")
