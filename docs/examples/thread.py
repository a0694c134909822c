"""A thread of the board runs in the background while the host calls tasks."""

import os
import time

import belay

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:
    device("ticks = 0")

    @device.thread
    def tick(period_ms):
        global ticks
        while True:
            ticks += 1
            time.sleep_ms(period_ms)

    @device.task
    def count():
        return ticks

    tick(10)
    before = count()
    time.sleep(0.2)
    print("the thread is running" if count() > before else "the thread stands still")
