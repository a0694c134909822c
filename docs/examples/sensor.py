"""A sensor on I2C: on the simulated board, one that is plugged in from the host."""

import os

import belay
from belay.sim import I2cRegisters

THERMOMETER = 0x48

with belay.Device(os.environ.get("BELAY_DEVICE", "sim:")) as device:
    if device.sim:
        sensor = I2cRegisters()
        sensor.registers[0:2] = (2150).to_bytes(2, "big")  # hundredths of a degree
        device.sim.i2c(0).attach(THERMOMETER, sensor)

    @device.setup
    def prepare(data, clock):
        bus = I2C(0, sda=Pin(data), scl=Pin(clock))

    @device.task
    def read_celsius(address):
        return int.from_bytes(bus.readfrom_mem(address, 0, 2), "big") / 100

    prepare(4, 5)
    print(f"{read_celsius(THERMOMETER)} degrees")
