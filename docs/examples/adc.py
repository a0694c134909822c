"""Read an analog input: setup makes the object once, the task uses it."""

import os

import belay

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:
    if device.sim:
        device.sim.adc(26).value = 32768  # half of 3.3 V

    @device.setup
    def prepare(pin):
        sensor = ADC(Pin(pin))

    @device.task
    def read_volts():
        return sensor.read_u16() * 3.3 / 65535

    prepare(26)
    print(f"{read_volts():.2f} V")
