"""The firmware's files: they parse as CPython, and their numbers are those of the layout."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import belay.sim
from belay.sim.supervisor import layout

FILES = sorted((Path(belay.sim.__file__).parent / "firmware").glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_parses_and_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_numbers_are_those_of_the_layout(path: Path) -> None:
    numbers = re.findall(r"^_(\w+) = const\((\d+)\)", path.read_text(), re.MULTILINE)
    assert {name: int(value) for name, value in numbers} == {
        name: getattr(layout, name) for name, _ in numbers
    }


def test_there_are_numbers() -> None:
    assert sum(path.read_text().count(" = const(") for path in FILES) > 40


def test_records_do_not_overlap() -> None:
    ends = [
        layout.UNIQUE_ID + 8,
        layout.PINS + layout.PIN_COUNT * layout.PIN_BYTES,
        layout.TIMERS + layout.TIMER_COUNT * layout.TIMER_BYTES,
        layout.I2C_PRESENT + 16 * layout.BUS_COUNT,
        layout.SPI_PRESENT + layout.BUS_COUNT,
        layout.TRANSFER_ERROR + 4,
        layout.TRANSFER_DATA + layout.TRANSFER_BYTES,
        layout.STRIPS + layout.STRIP_COUNT * layout.STRIP_BYTES,
    ]
    starts = [
        layout.PINS,
        layout.TIMERS,
        layout.I2C_PRESENT,
        layout.SPI_PRESENT,
        layout.TRANSFER_REQUEST,
        layout.TRANSFER_DATA,
        layout.STRIPS,
        layout.STATE_BYTES,
    ]
    assert all(end <= start for end, start in zip(ends, starts, strict=True))
