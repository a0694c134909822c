"""Devices plugged into the buses from the host."""

from __future__ import annotations

import errno
import threading

import pytest
from tests.support.line import RAW_BANNER, Line

from belay.sim import I2cDevice, I2cRegisters, SpiDevice


class Thermometer(I2cDevice):
    """Like an LM75: register 0 is the temperature, of 1/256 degree."""

    celsius = 20.0

    def read(self, count: int) -> bytes:
        return int(self.celsius * 256).to_bytes(2, "big")


def test_a_sensor_of_a_few_lines(line: Line) -> None:
    sensor = Thermometer()
    line.sim.i2c(0).attach(0x48, sensor)
    line.run("from machine import I2C, Pin\ni2c = I2C(0, scl=Pin(5), sda=Pin(4), freq=400000)")
    assert line.run("print(i2c.scan())") == "[72]\n"
    code = "print(int.from_bytes(i2c.readfrom_mem(0x48, 0, 2), 'big') / 256)"
    assert line.run(code) == "20.0\n"
    sensor.celsius = 21.5
    assert line.run(code) == "21.5\n"


def test_a_sensor_changes_while_a_program_runs(line: Line) -> None:
    sensor = Thermometer()
    line.sim.i2c(1).attach(0x48, sensor)
    line.write(
        b"from machine import I2C\ni2c = I2C(1)\nprint('go', end='')\n"
        b"while i2c.readfrom(0x48, 2)[0] < 30: pass\nprint('hot')\x04"
    )
    line.read_until(b"go")
    sensor.celsius = 31
    assert line.read_until(b"\x04>") == b"hot\n\x04\x04>"


def test_registers(line: Line) -> None:
    device = I2cRegisters(16)
    device.registers[3:6] = b"abc"
    wide = I2cRegisters(1024, number_bytes=2)
    line.sim.i2c(0).attach(0x20, device)
    line.sim.i2c(0).attach(0x50, wide)
    line.run("from machine import I2C\ni2c = I2C(0)")
    assert line.run("print(i2c.readfrom_mem(0x20, 3, 3), i2c.scan())") == "b'abc' [32, 80]\n"
    assert line.run("print(i2c.writeto(0x20, b'\\x0e12345'), i2c.writeto(0x20, b'\\x00'))") == "6 1\n"
    assert device.registers == b"345abc" + bytes(8) + b"12"
    line.run("b = bytearray(2); i2c.readfrom_into(0x20, b); i2c.writevto(0x20, (b'\\x07', b))")
    assert device.registers[7:9] == b"34"
    line.run("i2c.writeto_mem(0x50, 0x123, b'far', addrsize=16)")
    assert wide.registers[0x123:0x126] == b"far"
    line.run("b = bytearray(3); i2c.readfrom_mem_into(0x50, 0x123, b, addrsize=16)")
    assert line.run("print(b)") == "bytearray(b'far')\n"


def test_an_empty_bus(line: Line) -> None:
    line.run("from machine import I2C, SPI\ni2c = I2C(0)")
    assert line.run("print(i2c.scan(), SPI(0).read(3))") == "[] b'\\x00\\x00\\x00'\n"
    assert "OSError: [Errno 5] EIO" in line.fail("i2c.readfrom(0x48, 1)")[1]
    assert "OSError: [Errno 5] EIO" in line.fail("i2c.writeto(0x48, b'')")[1]
    assert "ValueError" in line.fail("I2C(7)")[1]


def test_a_device_that_is_pulled_out(line: Line) -> None:
    line.sim.i2c(0).attach(0x48, Thermometer())
    line.run("from machine import I2C\ni2c = I2C(0); i2c.readfrom(0x48, 2)")
    line.sim.i2c(0).detach(0x48)
    assert "EIO" in line.fail("i2c.readfrom(0x48, 2)")[1]
    with pytest.raises(ValueError, match="0 to 127"):
        line.sim.i2c(0).attach(128, Thermometer())


def test_errors_of_a_device_are_the_boards(line: Line, capfd: pytest.CaptureFixture[str]) -> None:
    class Broken(I2cDevice):
        def read(self, count: int) -> bytes:
            raise OSError(errno.ETIMEDOUT, "asleep")

        def write(self, data: bytes) -> None:
            raise RuntimeError("a fault in the test's device")

    line.sim.i2c(0).attach(0x48, Broken())
    line.run("from machine import I2C\ni2c = I2C(0)")
    assert "OSError: [Errno 110] ETIMEDOUT" in line.fail("i2c.readfrom(0x48, 2)")[1]
    assert "OSError: [Errno 5] EIO" in line.fail("i2c.writeto(0x48, b'x')")[1]
    assert "a fault in the test's device" in capfd.readouterr().err


def test_short_answers_are_filled_up(line: Line) -> None:
    line.sim.i2c(0).attach(1, I2cDevice())
    line.sim.spi(0).attach(SpiDevice())
    line.run("from machine import I2C, SPI")
    assert line.run("print(I2C(0).readfrom(1, 2), SPI(0).read(2))") == "b'\\xff\\xff' b'\\x00\\x00'\n"


def test_software_buses_are_one_of_their_own(line: Line) -> None:
    line.sim.i2c(2).attach(0x30, I2cRegisters())
    line.run("from machine import I2C, SoftI2C, SoftSPI, Pin")
    assert line.run("print(SoftI2C(Pin(1), Pin(0)).scan(), I2C(0).scan())") == "[48] []\n"
    assert (
        line.run("print(SoftSPI(baudrate=1000, sck=Pin(1), mosi=Pin(2), miso=Pin(3)).read(1))")
        == "b'\\x00'\n"
    )


class Echo(SpiDevice):
    """Answers with what it got before, and counts how often it was chosen."""

    def __init__(self) -> None:
        self.log: list[bytes] = []
        self.selected = 0

    def select(self) -> None:
        self.selected += 1

    def transfer(self, data: bytes) -> bytes:
        self.log.append(data)
        return self.log[-2] if len(self.log) > 1 else b""


def test_spi(line: Line) -> None:
    echo = Echo()
    line.sim.spi(0).attach(echo)
    line.run("from machine import SPI, Pin\nspi = SPI(0, baudrate=1000000, polarity=0, sck=Pin(2))")
    line.run("spi.write(b'abc')")
    assert line.run("print(spi.read(3, 0x55))") == "b'abc'\n"
    assert (
        line.run("b = bytearray(4); spi.write_readinto(b'wxyz', b); print(b)") == "bytearray(b'UUU\\x00')\n"
    )
    assert line.run("b = bytearray(2); spi.readinto(b); print(b)") == "bytearray(b'wx')\n"
    assert echo.log == [b"abc", b"UUU", b"wxyz", b"\0\0"]
    assert "ValueError" in line.fail("spi.write_readinto(b'abc', bytearray(2))")[1]


def test_spi_devices_are_selected_by_their_pins(line: Line) -> None:
    one, two = Echo(), Echo()
    line.sim.spi(0).attach(one, select=10)
    line.sim.spi(0).attach(two, select=11)
    line.run(
        "from machine import SPI, Pin\nspi = SPI(0)\na, b = (Pin(n, Pin.OUT, value=1) for n in (10, 11))"
    )
    line.run(
        "spi.write(b'nobody')\na(0)\nspi.write(b'1')\nspi.write(b'2')\na(1)\nb(0)\nspi.write(b'3')\nb(1)"
    )
    line.run("a(0)\nspi.write(b'4')\na(1)")
    assert (one.log, one.selected) == ([b"1", b"2", b"4"], 2)
    assert (two.log, two.selected) == ([b"3"], 1)
    line.sim.spi(0).detach(one)
    line.run("a(0)\nspi.write(b'5')")
    assert one.log[-1] == b"4"


def test_long_transfers(line: Line) -> None:
    echo = Echo()
    line.sim.spi(0).attach(echo)
    line.sim.i2c(0).attach(8, I2cRegisters(65536, number_bytes=2))
    line.run("from machine import SPI, I2C\nSPI(0).write(bytes(range(250)) * 200)")
    assert b"".join(echo.log) == bytes(range(250)) * 200
    assert len(line.run("print(I2C(0).readfrom(8, 16384) == bytes(16384))")) == 5
    assert "ValueError: transfer too long" in line.fail("I2C(0).readfrom(8, 16385)")[1]


def test_a_transfer_that_is_interrupted_disturbs_no_later_one(line: Line) -> None:
    class Slow(I2cRegisters):
        """Answers when it is let."""

        entered, let = threading.Event(), threading.Event()

        def read(self, count: int) -> bytes:
            self.entered.set()
            self.let.wait(20)
            return super().read(count)

    slow, quick = Slow(), I2cRegisters()
    slow.registers[0], quick.registers[0] = 1, 2
    line.sim.i2c(0).attach(8, slow)
    line.sim.i2c(0).attach(9, quick)
    line.run("from machine import I2C\ni2c = I2C(0)")
    line.write(b"i2c.readfrom_mem(8, 0, 1)\x04")
    assert slow.entered.wait(20)
    line.write(b"\x03")
    assert b"KeyboardInterrupt" in line.read_until(b"\x04>")
    line.write(b"print(i2c.readfrom_mem(9, 0, 1))\x04")
    assert line.quiet() == b"OK"  # it waits for the bus
    slow.let.set()
    assert line.read_until(b"\x04>") == b"b'\\x02'\n\x04\x04>"


def test_a_reset_in_the_middle_of_a_transfer(line: Line) -> None:
    class Stuck(I2cDevice):
        entered, let = threading.Event(), threading.Event()

        def read(self, count: int) -> bytes:
            self.entered.set()
            self.let.wait(20)
            return b"1"

    stuck = Stuck()
    line.sim.i2c(0).attach(8, stuck)
    line.write(b"from machine import I2C\nI2C(0).readfrom(8, 1)\x04")
    assert stuck.entered.wait(20)
    line.sim.reset()
    line.raw()
    stuck.let.set()
    assert line.run("from machine import I2C\nprint(I2C(0).readfrom(8, 1))") == "b'1'\n"


def test_devices_stay_over_a_soft_reset(line: Line) -> None:
    line.sim.i2c(0).attach(0x48, Thermometer())
    line.write(b"\x04")
    line.read_until(RAW_BANNER)
    assert (
        line.run("from machine import I2C\nprint(I2C(0).scan(), I2C(0).readfrom(72, 1))") == "[72] b'\\x14'\n"
    )


def test_a_device_may_drive_a_pin(line: Line) -> None:
    """As a sensor with an interrupt line does: from the buses' thread."""

    class Ready(I2cDevice):
        def write(self, data: bytes) -> None:
            line.sim.pin(7).value = 1

    line.sim.i2c(0).attach(8, Ready())
    line.run("from machine import I2C, Pin\nseen = []\nPin(7, Pin.IN).irq(seen.append, Pin.IRQ_RISING)")
    line.write(b"I2C(0).writeto(8, b'start')\nwhile not seen: pass\nprint('ready')\x04")
    assert line.read_until(b"\x04>") == b"OKready\n\x04\x04>"


def test_what_is_no_device_is_refused(line: Line) -> None:
    class Deaf:
        def read(self, count: int) -> bytes:
            return b""

    i2c, spi = line.sim.i2c(0), line.sim.spi(0)
    with pytest.raises(TypeError, match=r"has no write\(\), read\(\); derive from belay\.sim\.I2cDevice"):
        i2c.attach(0x48, object())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"has no write\(\);"):
        i2c.attach(0x48, Deaf())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is a class, not a device"):
        i2c.attach(0x48, I2cDevice)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"has no select\(\), transfer\(\)"):
        spi.attach(I2cDevice())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="an I2C address is an int"):
        i2c.attach("0x48", I2cDevice())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the number of a pin is 0 to 63, not 64"):
        spi.attach(SpiDevice(), select=64)
    with pytest.raises(ValueError, match="a bus's number is 0 to 2, not 3"):
        line.sim.spi(3)
    assert line.run("from machine import I2C; print(I2C(0).scan())") == "[]\n"
