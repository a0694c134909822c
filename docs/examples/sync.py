"""External modules and files: a folder goes to the board, and code there imports from it."""

import os
from pathlib import Path

import belay

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:
    device.sync(Path(__file__).parent / "files")  # again and again: only what differs is sent
    print([entry.name for entry in device.fs.ls()])

    if device.sim:
        device.sim.adc(4).value = 14021  # 27 degrees

    @device.setup
    def prepare():
        from thermometer import Thermometer

        thermometer = Thermometer(ADC(4))

    @device.task
    def measure():
        with open("/place.txt") as file:
            place = file.read().strip()
        return place, round(thermometer.celsius())

    prepare()
    print("{} has {} degrees".format(*measure()))
