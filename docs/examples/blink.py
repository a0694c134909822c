"""Blink an LED: a task with an argument, called in a loop of the host."""

import os
import time

import belay

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:

    @device.task
    def set_led(state):
        Pin(25, Pin.OUT).value(state)

    for _ in range(3):
        set_led(True)
        time.sleep(0.1)
        set_led(False)
        time.sleep(0.1)
    print("blinked 3 times")
