"""A board as a class of one's own: methods for the board, and methods of the host."""

import os

from belay import Device


class Lamp(Device):
    @Device.setup(autoinit=True)
    def setup():
        led = Pin(25, Pin.OUT)

    @Device.task
    def set(state):
        led.value(state)

    @Device.task
    def get():
        return led.value()

    @Device.teardown
    def off():
        led.value(0)

    def toggle(self):
        """Runs on the host, and calls the board twice."""
        self.set(not self.get())


with Lamp(os.environ.get("BELAY_DEVICE", "sim:")) as lamp:
    lamp.toggle()
    print("the lamp is", "on" if lamp.get() else "off")
