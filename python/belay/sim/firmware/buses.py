"""I2C and SPI: every transfer is done by the host."""

from cells import replies, transfers, u8, u32, view
from events import disable_irq, enable_irq
from micropython import const

_I2C_PRESENT = const(2560)
_SPI_PRESENT = const(2624)
_BUS_COUNT = const(3)
_TRANSFER_REQUEST = const(2688)
_TRANSFER_REPLY = const(2692)
_TRANSFER_KIND = const(2696)
_TRANSFER_BUS = const(2697)
_TRANSFER_ADDRESS = const(2698)
_TRANSFER_WRITES = const(2700)
_TRANSFER_READS = const(2704)
_TRANSFER_ERROR = const(2708)
_TRANSFER_DATA = const(4096)
_TRANSFER_BYTES = const(16384)

_byte = bytearray(1)


def _finish():
    """Wait until the host has done the last transfer, be it one that was interrupted."""
    while u32[_TRANSFER_REPLY // 4] != u32[_TRANSFER_REQUEST // 4]:
        replies.readinto(_byte)


def _transfer(kind, bus, address, data, reads):
    """Do one transfer. Returns what was read."""
    size = len(data)
    if size > _TRANSFER_BYTES or reads > _TRANSFER_BYTES:
        raise ValueError("transfer too long")
    state = disable_irq()  # a handler could begin another transfer
    try:
        _finish()
        u8[_TRANSFER_KIND] = kind
        u8[_TRANSFER_BUS] = bus
        u8[_TRANSFER_ADDRESS] = address
        u32[_TRANSFER_WRITES // 4] = size
        u32[_TRANSFER_READS // 4] = reads
        view[_TRANSFER_DATA : _TRANSFER_DATA + size] = data
        u32[_TRANSFER_REQUEST // 4] = u32[_TRANSFER_REQUEST // 4] + 1 & 0xFFFFFFFF
        transfers.write(_byte)
        _finish()
        reply = bytes(view[_TRANSFER_DATA : _TRANSFER_DATA + reads])
    finally:
        enable_irq(state)
    error = u32[_TRANSFER_ERROR // 4]
    if error:
        raise OSError(error)
    return reply


def _bus(id):
    if not 0 <= id < _BUS_COUNT:
        raise ValueError("bad bus number")
    return id


class I2C:
    def __init__(self, id=0, *, scl=None, sda=None, freq=400000, timeout=50000):
        self._bus = _bus(id)

    def init(self, *arguments, **options):
        pass

    def deinit(self):
        pass

    def _exchange(self, address, data, reads):
        if not self._present(address):
            raise OSError(5)
        return _transfer(0, self._bus, address, data, reads)

    def _present(self, address):
        return u8[_I2C_PRESENT + self._bus * 16 + (address >> 3)] >> (address & 7) & 1

    def scan(self):
        return [address for address in range(8, 120) if self._present(address)]

    def readfrom(self, addr, nbytes, stop=True):
        return self._exchange(addr, b"", nbytes)

    def readfrom_into(self, addr, buf, stop=True):
        buf[:] = self._exchange(addr, b"", len(buf))

    def writeto(self, addr, buf, stop=True):
        self._exchange(addr, buf, 0)
        return len(buf)

    def writevto(self, addr, vector, stop=True):
        return self.writeto(addr, b"".join(bytes(part) for part in vector))

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        return self._exchange(addr, memaddr.to_bytes(addrsize // 8, "big"), nbytes)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        buf[:] = self._exchange(addr, memaddr.to_bytes(addrsize // 8, "big"), len(buf))

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._exchange(addr, memaddr.to_bytes(addrsize // 8, "big") + bytes(buf), 0)


class SoftI2C(I2C):
    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        self._bus = 2


class SPI:
    MSB = 0
    LSB = 1

    def __init__(self, id=0, baudrate=1000000, **options):
        self._bus = _bus(id)

    def init(self, *arguments, **options):
        pass

    def deinit(self):
        pass

    def write(self, buf):
        self._exchange(buf, None)

    def read(self, nbytes, write=0):
        buf = bytearray(nbytes)
        self.readinto(buf, write)
        return bytes(buf)

    def readinto(self, buf, write=0):
        self._exchange(bytes((write,)) * len(buf), buf)

    def write_readinto(self, write_buf, read_buf):
        if len(write_buf) != len(read_buf):
            raise ValueError("buffers must be the same length")
        self._exchange(write_buf, read_buf)

    def _exchange(self, data, buf):
        data = memoryview(data)
        for start in range(0, len(data), _TRANSFER_BYTES):
            part = data[start : start + _TRANSFER_BYTES]
            if u8[_SPI_PRESENT + self._bus]:
                reply = _transfer(1, self._bus, 0, part, len(part))
            else:
                reply = bytes(len(part))  # nobody drives the line
            if buf is not None:
                memoryview(buf)[start : start + len(part)] = reply


class SoftSPI(SPI):
    def __init__(self, baudrate=500000, **options):
        self._bus = 2
