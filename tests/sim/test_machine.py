"""The rest of the simulated board's `machine`, and NeoPixels."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest
from tests.support.line import RAW_BANNER, Line


def test_the_convenience_imports_work(line: Line) -> None:
    line.run("import os, time, machine\nfrom time import sleep\nfrom micropython import const")
    line.run("from machine import ADC, I2C, Pin, PWM, SPI, Timer")


def test_unique_id(
    line: Line, start: Callable[..., Line], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert line.run("import machine; print(machine.unique_id())") == f"{line.sim.unique_id!r}\n"
    named = start("one")
    kept = named.sim.unique_id
    named.close()
    ids = {
        line.sim.unique_id,
        kept,
        start("one").sim.unique_id,
        start("two").sim.unique_id,
        start().sim.unique_id,
    }
    assert len(ids) == 4
    assert {len(unique_id) for unique_id in ids} == {8}


def test_reset_cause_and_clock(line: Line) -> None:
    line.run("from machine import *")
    assert line.run("print(reset_cause() == PWRON_RESET, freq())") == "True 125000000\n"
    line.run("freq(240_000_000)")
    line.write(b"\x04")
    line.read_until(RAW_BANNER)
    line.run("from machine import *")
    assert line.run("print(reset_cause() == SOFT_RESET, freq())") == "True 240000000\n"
    line.write(b"reset()\x04")
    line.raw()
    line.run("from machine import *")
    assert line.run("print(reset_cause() == HARD_RESET, freq())") == "True 125000000\n"


def test_the_reset_button(line: Line) -> None:
    line.write(
        b"from machine import Pin\nPin(1, Pin.OUT, value=1)\nprint('go', end='')\nwhile True: pass\x04"
    )
    line.read_until(b"go")
    line.sim.reset()
    assert line.read_until(b">>> ").startswith(b"MicroPython ")
    assert line.sim.pin(1).mode == "unset"
    line.close()
    line.sim.reset()  # nobody there: nothing happens


def test_a_pulse_is_measured(line: Line) -> None:
    line.run("from machine import Pin, time_pulse_us\np = Pin(3, Pin.IN)")
    assert line.run("print(time_pulse_us(p, 1, 1000))") == "-2\n"
    line.sim.pin(3).value = 1
    assert line.run("print(time_pulse_us(p, 1, 1000))") == "-1\n"


def test_changes_are_counted(line: Line) -> None:
    pin = line.sim.pin(25)
    line.run("from machine import Pin\nled = Pin(25, Pin.OUT)\nfor _ in range(10): led.toggle()")
    line.run("led.off(); led.on(); led(1)")
    assert (pin.changes, pin.value) == (11, 1)


def test_neopixels(line: Line) -> None:
    strip = line.sim.neopixel(16)
    assert (strip.colours, strip.data) == ([], b"")
    line.run("from machine import Pin\nfrom neopixel import NeoPixel\nn = NeoPixel(Pin(16, Pin.OUT), 3)")
    line.run("n[0] = (255, 1, 2)\nn[-1] = (0, 0, 9)")
    assert strip.colours == []  # not written yet
    line.run("n.write()")
    assert strip.colours == [(255, 1, 2), (0, 0, 0), (0, 0, 9)]
    assert strip.data == bytes((1, 255, 2, 0, 0, 0, 0, 0, 9))
    assert line.run("n.fill((1, 2, 3)); n.write(); print(n[1], len(n))") == "(1, 2, 3) 3\n"
    assert strip.colours == [(1, 2, 3)] * 3
    assert "IndexError" in line.fail("n[3] = (0, 0, 0)")[1]


def test_neopixels_with_white_and_several_strips(line: Line) -> None:
    line.run("from machine import Pin\nfrom neopixel import NeoPixel")
    line.run(
        "for p in range(8):\n    n = NeoPixel(Pin(p), 2, bpp=4)\n    n.fill((p, 1, 2, 3))\n    n.write()"
    )
    assert line.sim.neopixel(7, bytes_per_pixel=4).colours == [(7, 1, 2, 3)] * 2
    assert line.sim.neopixel("GP0", bytes_per_pixel=4).colours == [(0, 1, 2, 3)] * 2
    assert "OSError" in line.fail("NeoPixel(Pin(9), 1).write()")[1]
    assert "ValueError: too many pixels" in line.fail("NeoPixel(Pin(7), 1363).write()")[1]
    line.run("NeoPixel(Pin(7), 1362).write()")
    assert len(line.sim.neopixel(7).colours) == 1362
