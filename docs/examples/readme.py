import belay

with belay.Device("sim:") as device:

    @device.setup                       # runs in the board's global scope
    def prepare(pin):
        led = Pin(pin, Pin.OUT)

    @device.task                        # sent once; each call is one exchange
    def blink(times):
        for i in range(times):
            led.toggle()
            yield led.value()           # a real generator on the host

    prepare(25)
    print(list(blink(4)))               # [1, 0, 1, 0]
    print(device("1 + 1"))              # any expression: 2
    try:
        device("1 / 0")
    except belay.exceptions.PyboardException as error:
        print(error.type_name)          # ZeroDivisionError
