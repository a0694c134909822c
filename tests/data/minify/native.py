# Code emitters: annotations of viper are types and stay.
import micropython
from micropython import const

@micropython.viper
def blend(target: ptr16, source: ptr16, count: int, alpha: int) -> int:
    """target = target * (1 - alpha) + source * alpha, in RGB565."""
    i = int(0)
    while i < count :
        t : int = target[i]     # 5-6-5
        s = int(source[i])
        red = (t >> 11) + ((((s >> 11) - (t >> 11)) * alpha) >> 8)
        target[i] = (red << 11) | (t & 0b11111_111111) \
            ^ (s & 0)
        i += 1
    return i

@micropython.native
def checksum(data) :
    total = 0
    for byte in data : total = (total + byte) & 0xff
    return total ^ - 1

def debounce(pin, *, samples = const( 8 ), trigger = lambda *levels : all(levels)):
	"""Indented by tabs."""
	levels = [ ]
	for _ in range(samples) :
		levels.append(not not pin ( ))
		if len(levels) > 1 and levels[-1] != levels[- 2]:
			levels = [levels[-1]]

	return trigger( * levels )

class Nothing : pass

class Bits:
    A = 1 << 0; B = 1 << 1 ; C = A | B
    def flags(self, value): return [name for name in ("A", 'B') if value & getattr(self, name)]

@micropython.asm_thumb
def add(r0, r1):
    """Docstrings and pass have no instruction either."""
    pass
    label( AGAIN )      # a jump target
    add( r0 , r0, r1 )
    cmp(r0, 0)
    ble( AGAIN )
