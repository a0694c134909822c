"""The firmware's files: they parse as CPython, and their numbers are those of the layout."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import belay.sim
from belay.sim.supervisor import layout

FOLDER = Path(belay.sim.__file__).parent / "firmware"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_it_parses(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_the_numbers_are_those_of_the_layout() -> None:
    source = (FOLDER / "machine.py").read_text()
    numbers = {name: int(value) for name, value in re.findall(r"^_(\w+) = const\((\d+)\)", source, re.M)}
    assert len(numbers) >= 12
    for name, value in numbers.items():
        assert value == getattr(layout, name), name
