"""Pins and analog inputs, from both sides, also while a program runs."""

from __future__ import annotations

import time

import pytest
from tests.support.line import DEADLINE_S, Line


def test_an_output_is_seen(line: Line) -> None:
    pin = line.sim.pin(25)
    assert (pin.value, pin.mode, pin.pull) == (0, "unset", None)
    line.run("from machine import Pin; p = Pin('LED', Pin.OUT)")
    assert (pin.value, pin.mode) == (0, "out")
    for code, level in [
        ("p.on()", 1),
        ("p.toggle()", 0),
        ("p.value(5)", 1),
        ("p(0)", 0),
        ("p.high()", 1),
        ("p.low()", 0),
    ]:
        line.run(code)
        assert pin.value == level, code
    assert line.run("p.init(value=1); print(p(), p.value(), p.mode() == Pin.OUT, p)") == "1 1 True Pin(25)\n"


def test_an_input_is_driven(line: Line) -> None:
    pin = line.sim.pin("GP4")
    line.run("from machine import Pin; p = Pin('GP4', Pin.IN, Pin.PULL_UP)")
    assert (pin.pull, pin.value, line.run("print(p())")) == ("up", 1, "1\n")
    pin.value = 0
    assert (pin.value, line.run("print(p())")) == (0, "0\n")
    pin.release()
    assert line.run("p.pull(Pin.PULL_DOWN); print(p())") == "0\n"
    pin.value = 1
    assert line.run("print(p(), Pin(p)(), p.pull() == Pin.PULL_DOWN)") == "1 1 True\n"
    with pytest.raises(ValueError, match="0 to 1"):
        pin.value = 2


def test_an_output_ignores_what_is_outside(line: Line) -> None:
    line.run("from machine import Pin; p = Pin(1, Pin.OUT, value=1)")
    line.sim.pin(1).value = 0
    assert (line.sim.pin(1).value, line.run("print(p())")) == (1, "1\n")


def test_open_drain(line: Line) -> None:
    line.run("from machine import Pin; p = Pin(1, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)")
    assert (line.sim.pin(1).value, line.run("print(p())")) == (1, "1\n")
    line.sim.pin(1).value = 0  # somebody else on the wire
    assert (line.sim.pin(1).value, line.run("print(p())")) == (0, "0\n")
    line.sim.pin(1).value = 1
    line.run("p(0)")
    assert line.sim.pin(1).value == 0


def test_both_sides_while_a_program_runs(line: Line) -> None:
    """The board copies one pin to another, until an analog input says stop."""
    line.write(
        b"from machine import Pin, ADC\na = Pin(1, Pin.IN)\nb = Pin(2, Pin.OUT)\nc = ADC(26)\n"
        b"while c.read_u16() < 40000: b(a())\x04"
    )
    for level in (1, 0, 1, 0):
        line.sim.pin(1).value = level
        deadline = time.monotonic() + DEADLINE_S
        while line.sim.pin(2).value != level:
            assert time.monotonic() < deadline
            time.sleep(0.0005)
    line.sim.adc(26).value = 50000
    assert line.read_until(b"\x04>") == b"OK\x04\x04>"


def test_analog(line: Line) -> None:
    line.sim.adc(26).value = 32768
    line.sim.adc(4).value = 1000
    assert line.sim.adc(0).value == 32768  # channel 0 is pin 26
    line.run("from machine import ADC, Pin")
    line.run("values = [ADC(n).read_u16() for n in (26, 0, Pin(26), 'GP26', ADC.CORE_TEMP)]")
    code = "print(values, ADC(26).read(), ADC(0).read_uv())"
    assert line.run(code) == "[32768, 32768, 32768, 32768, 1000] 2048 1650025\n"
    assert line.sim.pin(26).mode == "analog"
    with pytest.raises(ValueError, match="0 to 65535"):
        line.sim.adc(26).value = 65536


def test_a_signal_inverts(line: Line) -> None:
    line.run("from machine import Pin, Signal; s = Signal(Pin(5, Pin.OUT), invert=True); s.on()")
    assert line.sim.pin(5).value == 0
    line.run("s.off()")
    assert line.sim.pin(5).value == 1


def test_pulse_width(line: Line) -> None:
    pwm = line.sim.pwm(6)
    assert not pwm.active
    line.run("from machine import PWM, Pin; p = PWM(Pin(6), freq=1000, duty_u16=32768)")
    assert (pwm.active, pwm.frequency_hz, pwm.duty_u16, line.sim.pin(6).mode) == (True, 1000, 32768, "pwm")
    assert (
        line.run("p.freq(50); p.duty_ns(1500000); print(p.freq(), p.duty_u16(), p.duty_ns())")
        == "50 4915 1499961\n"
    )
    assert pwm.duty_u16 == 4915
    line.run("p.deinit()")
    assert (pwm.active, pwm.duty_u16) == (False, 0)


@pytest.mark.parametrize("pin", [-1, 64, "XX", "GP64", "GPx"])
def test_a_pin_that_is_not_there(line: Line, pin: object) -> None:
    with pytest.raises(ValueError, match="no pin"):
        line.sim.pin(pin)  # type: ignore[arg-type]
    assert "ValueError" in line.fail(f"from machine import Pin; Pin({pin!r})")[1]


def test_the_state_stays_readable_after_the_end(line: Line) -> None:
    line.run("from machine import Pin; Pin(9, Pin.OUT, value=1)")
    line.close()
    assert line.sim.pin(9).value == 1


@pytest.mark.parametrize("name", ["pin", "adc", "pwm", "neopixel", "i2c", "spi"])
def test_a_misspelt_attribute_is_an_error(line: Line, name: str) -> None:
    with pytest.raises(AttributeError, match="vlaue"):
        getattr(line.sim, name)(0).vlaue = 1
    with pytest.raises(AttributeError, match="speed"):
        line.sim.speed = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [1.5, 1.0, "1", None])
def test_what_is_no_number_is_refused(line: Line, number: object) -> None:
    pin, adc = line.sim.pin(14), line.sim.adc(26)
    for handle in (pin, adc):
        with pytest.raises(TypeError, match=f"is an int, not {number!r}$"):
            handle.value = number  # type: ignore[assignment]
    with pytest.raises(TypeError, match="a bus's number is an int, not 'x'"):
        line.sim.i2c("x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a pin's number is an int, not 2\.5"):
        line.sim.pin(2.5)  # type: ignore[arg-type]
    assert (pin.value, adc.value) == (0, 0)
    pin.value = True
    assert pin.value == 1
