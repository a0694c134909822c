"""Several boards of one class."""

from belay import Device


class Lamp(Device):
    @Device.task
    def set(state):
        Pin(25, Pin.OUT).value(state)


lamps = [Lamp("sim:") for _ in range(2)]  # on hardware: Lamp("/dev/ttyUSB0"), Lamp("/dev/ttyUSB1")
lamps[0].set(True)
lamps[1].set(False)
print([lamp.sim.pin(25).value for lamp in lamps])
for lamp in lamps:
    lamp.close()
