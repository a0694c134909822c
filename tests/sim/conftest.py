"""Simulated boards to speak to in raw bytes."""

from __future__ import annotations

from typing import Callable, Iterator

import pytest
from tests.support.line import Line

from belay.sim import launch


@pytest.fixture
def start() -> Iterator[Callable[..., Line]]:
    """Start boards; each is ended with the test."""
    lines: list[Line] = []

    def start(target: str = "", **options: bool) -> Line:
        lines.append(Line(launch(target, **options)))
        return lines[-1]

    yield start
    for line in lines:
        line.close()


@pytest.fixture
def line(start: Callable[..., Line]) -> Line:
    """A new board in its raw REPL."""
    return start().raw()
