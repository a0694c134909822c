"""What can be plugged into a simulated board's buses: devices written in Python, on the host.

A transfer stops the board until the device has answered. Devices run one at a time, in a thread of their own,
also while a program runs and while the host waits for it.
"""

from __future__ import annotations

import errno
import mmap
import operator
import os
import struct
import threading
import traceback

from .supervisor import layout

_I2C_KIND = 0


class I2cDevice:
    """A device on an I2C bus: derive from it, and say what happens.

    An exception is an error on the bus: the board gets an ``OSError`` (that of an ``OSError``, else EIO); the
    traceback of any other is shown on the host's standard error.
    """

    def write(self, data: bytes) -> None:
        """The board has written; of ``writeto_mem``, the register's number stands first."""

    def read(self, count: int) -> bytes:
        """The board reads. What is missing to `count` bytes is 0xFF, as on a bus that nobody drives."""
        return b""


class I2cRegisters(I2cDevice):
    """A device with numbered registers of a byte each, which is what most sensors are.

    The first bytes of a write choose the register, the others are stored from there on; reading goes on from
    there. Set what the board is to read: ``sensor.registers[0:2] = bytes((0x19, 0x80))``.

    Args:
        size: how many registers there are; numbers beyond begin again at 0.
        number_bytes: how many bytes choose a register; 2 is ``addrsize=16``.
    """

    def __init__(self, size: int = 256, *, number_bytes: int = 1) -> None:
        self.registers = bytearray(size)
        self._number_bytes = number_bytes
        self._next = 0

    def write(self, data: bytes) -> None:
        self._next = int.from_bytes(data[: self._number_bytes], "big")
        for value in data[self._number_bytes :]:
            self.registers[self._next % len(self.registers)] = value
            self._next += 1

    def read(self, count: int) -> bytes:
        numbers = range(self._next, self._next + count)
        self._next += count
        return bytes(self.registers[number % len(self.registers)] for number in numbers)


class SpiDevice:
    """A device on an SPI bus: derive from it, and say what happens."""

    def select(self) -> None:
        """The board has selected the device anew since the last transfer: its pin has gone to 0."""

    def transfer(self, data: bytes) -> bytes:
        """The board sends; the device sends as many bytes at the same time (missing ones are 0)."""
        return b""


class I2cBus:
    """One I2C bus: 0 and 1 are those of ``I2C(0)`` and ``I2C(1)``, 2 is that of ``SoftI2C``."""

    __slots__ = ("_present", "_state", "devices")

    def __init__(self, state: mmap.mmap, number: int) -> None:
        self._state = state
        self._present = layout.I2C_PRESENT + 16 * number
        self.devices: dict[int, I2cDevice] = {}

    def attach(self, address: int, device: I2cDevice) -> None:
        """Plug a device in, in place of one that may be there."""
        address = whole(address, "an I2C address", 127)
        _check(device, ("write", "read"), "I2cDevice")
        self.devices[address] = device
        self._state[self._present + address // 8] |= 1 << address % 8

    def detach(self, address: int) -> None:
        """Pull a device out: the board gets an error from then on."""
        del self.devices[address]
        self._state[self._present + address // 8] &= ~(1 << address % 8)

    def transfer(self, address: int, data: bytes, count: int) -> bytes:
        """One transfer: write if there is data, then read if there is a count."""
        device = self.devices.get(address)
        if device is None:
            raise OSError(errno.EIO, "pulled out")
        if data or not count:
            device.write(data)
        return device.read(count)[:count].ljust(count, b"\xff") if count else b""


class SpiBus:
    """One SPI bus: 0 and 1 are those of ``SPI(0)`` and ``SPI(1)``, 2 is that of ``SoftSPI``."""

    __slots__ = ("_present", "_selected", "_state", "devices")

    def __init__(self, state: mmap.mmap, number: int) -> None:
        self._state = state
        self._present = layout.SPI_PRESENT + number
        self.devices: list[tuple[int | None, SpiDevice]] = []
        self._selected: dict[int, int] = {}

    def attach(self, device: SpiDevice, *, select: int | None = None) -> None:
        """Plug a device in.

        Args:
            device: what is on the bus.
            select: number of the pin that selects it when it is 0; None: it always listens.
        """
        _check(device, ("select", "transfer"), "SpiDevice")
        if select is not None:
            select = whole(select, "the number of a pin", layout.PIN_COUNT - 1)
        self.devices.append((select, device))
        self._state[self._present] = 1

    def detach(self, device: SpiDevice) -> None:
        """Pull a device out."""
        self.devices = [entry for entry in self.devices if entry[1] is not device]
        self._state[self._present] = bool(self.devices)

    def transfer(self, data: bytes) -> bytes:
        """One transfer with all devices that are selected; on the wire back, 1 wins."""
        reply = bytes(len(data))
        for pin, device in self.devices:
            if pin is not None:
                at = layout.PINS + pin * layout.PIN_BYTES
                if self._state[at + layout.PIN_LATCH]:
                    continue
                changes = struct.unpack_from("<I", self._state, at + layout.PIN_CHANGES)[0]
                if changes != self._selected.get(pin):
                    self._selected[pin] = changes
                    device.select()
            answer = device.transfer(data)[: len(data)].ljust(len(data), b"\0")
            reply = bytes(one | other for one, other in zip(reply, answer))
        return reply


def whole(number: int, what: str, most: int | None = None) -> int:
    """The number, if it is one from 0 to ``most``; ``None``: any.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is too small or too large.
    """
    try:
        index = operator.index(number)
    except TypeError:
        raise TypeError(f"{what} is an int, not {number!r}") from None
    if most is not None and not 0 <= index <= most:
        raise ValueError(f"{what} is 0 to {most}, not {number!r}")
    return index


def _check(device: object, methods: tuple[str, ...], base: str) -> None:
    missing = [f"{name}()" for name in methods if not callable(getattr(device, name, None))]
    if missing or isinstance(device, type):
        lacks = "is a class, not a device" if isinstance(device, type) else f"has no {', '.join(missing)}"
        raise TypeError(f"{device!r} {lacks}; derive from belay.sim.{base} and attach an object of it")


class Buses:
    """All buses of a board, and the thread that serves them.

    Args:
        state: the shared memory.
        transfers: descriptor on which the board tells of a transfer; at its end the board is gone.
        replies: descriptor to answer on.
    """

    def __init__(self, state: mmap.mmap, transfers: int, replies: int) -> None:
        self.i2c = [I2cBus(state, number) for number in range(layout.BUS_COUNT)]
        self.spi = [SpiBus(state, number) for number in range(layout.BUS_COUNT)]
        self._state = state
        self._transfers = transfers
        self._replies = replies
        self._thread = threading.Thread(target=self._serve, name="belay-sim-buses", daemon=True)
        self._start = threading.Lock()

    def serve(self) -> None:
        """Serve the board from now on."""
        with self._start:
            if not self._thread.ident:
                self._thread.start()

    def close(self) -> None:
        """Stop. The board has ended before: its end is what ends the thread."""
        if self._thread.ident:
            self._thread.join()
        os.close(self._transfers)
        os.close(self._replies)

    def _serve(self) -> None:
        while os.read(self._transfers, 64):
            number = self._state[layout.TRANSFER_REQUEST : layout.TRANSFER_REQUEST + 4]
            if number == self._state[layout.TRANSFER_REPLY : layout.TRANSFER_REPLY + 4]:
                continue
            reply, error = self._answer()
            self._state[layout.TRANSFER_DATA : layout.TRANSFER_DATA + len(reply)] = reply
            struct.pack_into("<I", self._state, layout.TRANSFER_ERROR, error)
            self._state[layout.TRANSFER_REPLY : layout.TRANSFER_REPLY + 4] = number
            try:
                os.write(self._replies, b"\0")
            except BrokenPipeError:
                return

    def _answer(self) -> tuple[bytes, int]:
        """Do the transfer; returns what was read, and the number of an error."""
        kind, bus, address = struct.unpack_from("<BBB", self._state, layout.TRANSFER_KIND)
        writes, count = struct.unpack_from("<II", self._state, layout.TRANSFER_WRITES)
        data = self._state[layout.TRANSFER_DATA : layout.TRANSFER_DATA + writes]
        try:
            if kind == _I2C_KIND:
                return self.i2c[bus].transfer(address, data, count), 0
            return self.spi[bus].transfer(data), 0
        except OSError as error:
            return b"", error.errno or errno.EIO
        except Exception:  # a user's function: the board goes on
            traceback.print_exc()
            return b"", errno.EIO
