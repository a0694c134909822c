"""A generator of the board: each value is made when the host asks for it."""

import os

import belay

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:

    @device.task
    def countdown(start):
        while start:
            step = yield start
            start -= step or 1
        return "lift-off"

    for number in countdown(3):
        print(number)

    counter = countdown(10)
    print(next(counter), counter.send(5), counter.send(4))
    try:
        next(counter)
    except StopIteration as stop:
        print(stop.value)
