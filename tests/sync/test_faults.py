"""Whatever happens to the line, each file on the board is whole, old or new, and the next sync completes."""

import time

import pytest
from tests.support.transports import (
    DOWN,
    UP,
    CorruptingTransport,
    CountingTransport,
    CuttingTransport,
    drop,
    flip,
)
from tests.sync.conftest import files_on, write_tree

from belay.exceptions import BelayException, ConnectionLost

CONTROL = bytes([1, 2, 3, 4, 5, 0x1A, 0x1B, 0x1C]) * 40
OLD = {"same.txt": b"as before", "changes.bin": b"old" * 100, "goes/away.txt": b"x", "turns": b"file"}
NEW = {
    "same.txt": b"as before",
    "changes.bin": CONTROL,
    "comes/new.txt": b"print('\x04')\r\n" * 9,
    "turns/folder.txt": b"",
}


@pytest.fixture
def trees(tmp_path):
    return write_tree(tmp_path / "old", OLD), write_tree(tmp_path / "new", NEW)


def bytes_of(bench, trees):
    """How many bytes a sync from the old to the new tree takes, up and down."""
    with bench.open() as device:
        device.sync(trees[0], keep=False)
        device.line.break_by(CountingTransport)
        counting = device.line.transport
        device.sync(trees[1])
        count = counting.count
    return {UP: count.bytes_up, DOWN: count.bytes_down}


def assert_whole(device, *, done):
    found = files_on(device)
    for name, content in found.items():
        if name == ".belay~":
            assert not done
        elif content is not None:
            assert content in (OLD.get(name), NEW.get(name)), name
    if done:
        assert {name: content for name, content in found.items() if content is not None} == NEW
        assert "goes" not in found


def break_once(bench, trees, fault, *arguments, timeout_s=0.6):
    """Sync the old tree, then the new one over a broken line, then again over a new one."""
    with bench.open() as device:
        device.sync(trees[0], keep=False)
    broken = bench.open(timeout=timeout_s)
    broken.line.break_by(fault, *arguments)
    try:
        broken.sync(trees[1])
        error = None
    except BelayException as caught:
        error = caught
    broken.line.close()
    broken._link.session.close()
    with bench.open() as device:
        assert_whole(device, done=error is None)
        device.sync(trees[1])
        assert_whole(device, done=True)
    return error


@pytest.mark.parametrize("way", [UP, DOWN])
def test_the_link_dies_anywhere(bench, trees, way):
    total = bytes_of(bench, trees)[way]
    for count in range(0, total, max(total // 9, 1)):
        began = time.monotonic()
        error = break_once(bench, trees, CuttingTransport, way, count)
        assert isinstance(error, ConnectionLost), count
        assert time.monotonic() - began < 15


@pytest.mark.parametrize("way", [UP, DOWN])
@pytest.mark.parametrize("change", [flip, drop])
def test_a_byte_is_changed_or_lost_anywhere(bench, trees, way, change):
    total = bytes_of(bench, trees)[way]
    for position in range(7, total, max(total // 6, 1)):
        break_once(bench, trees, CorruptingTransport, way, position, change)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("way", [UP, DOWN])
def test_the_link_dies_after_each_byte(bench, trees, way):
    for count in range(bytes_of(bench, trees)[way]):
        assert isinstance(break_once(bench, trees, CuttingTransport, way, count), ConnectionLost), count


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("way", [UP, DOWN])
@pytest.mark.parametrize("change", [flip, drop])
def test_each_seventh_byte_is_changed_or_lost(bench, trees, way, change):
    for position in range(3, bytes_of(bench, trees)[way], 7):
        break_once(bench, trees, CorruptingTransport, way, position, change)
