"""The quick start, on a simulated board: what ``make demo`` shows."""

import os

import belay

target = os.environ.get("BELAY_DEVICE", "sim:")
print(f"Opening {target} ...")
device = belay.Device(target)
board = device.implementation
print(f"{board.name} v{'.'.join(map(str, board.version))} runs on it.\n")


@device.task
def set_led(state):
    print(f"Printing from device; turning LED to {state}.")
    Pin(25, Pin.OUT).value(state)


@device.task
def add(a, b):
    return a + b


for state in (True, False):
    print(f"The host calls set_led({state}):")
    set_led(state)
    if device.sim:
        print(f"Pin 25 of the simulated board is {'high' if device.sim.pin(25).value else 'low'}.\n")

print(f"The board computes add(2, 3) = {add(2, 3)}")
device.close()
