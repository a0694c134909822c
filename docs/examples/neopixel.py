"""A strip of addressable colours."""

import os

import belay

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:

    @device.setup
    def prepare(pin, count):
        from neopixel import NeoPixel

        strip = NeoPixel(Pin(pin, Pin.OUT), count)

    @device.task
    def show(index, colour):
        strip[index] = colour
        strip.write()

    @device.teardown
    def dark():
        strip.fill((0, 0, 0))
        strip.write()

    prepare(16, 3)
    show(0, (255, 0, 0))
    show(2, (0, 0, 255))
    if device.sim:
        print(device.sim.neopixel(16).colours)
