# fault at 3:5
def blink(pin, times):
    """Blinks.
    for _ in range(times):
        pin.toggle()
