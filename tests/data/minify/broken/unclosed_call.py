# fault at 4:18
import machine

led = machine.Pin(25, machine.Pin.OUT
for _ in range(10):
    led.toggle()
