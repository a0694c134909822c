"""Boards for the tests: the simulated one, or a real one by setting BELAY_DEVICE."""

import os

import pytest
from benches.data import make

from belay import Device

TARGET = os.environ.get("BELAY_DEVICE", "sim:")


def pytest_sessionstart():
    """Refuse a board whose files are this machine's, as those of a bare unix port are: tests write to it."""
    if TARGET.startswith("sim:"):
        return
    with Device(TARGET, startup="") as board:
        names = {entry.name for entry in board.fs.ls("/")}
    if names and names == set(os.listdir("/")):
        pytest.exit(f"BELAY_DEVICE: {TARGET} has this machine's files; the tests write to the board", 4)


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


@pytest.fixture(scope="session")
def packages():
    """The 60 files of the budgets: path and content."""
    try:
        return make.packages()
    except make.Unavailable as reason:
        pytest.skip(str(reason))
