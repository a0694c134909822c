"""Boards for the tests: the simulated one, or a real one by setting BELAY_DEVICE."""

import os

import pytest

from belay import Device

TARGET = os.environ.get("BELAY_DEVICE", "sim:")


@pytest.fixture
def device():
    """A freshly opened board."""
    with Device(TARGET) as board:
        yield board


@pytest.fixture(scope="module")
def board():
    """A board that the tests of a module share: they leave nothing behind that the next one would meet."""
    with Device(TARGET) as board:
        yield board
