"""Whatever happens to the line, each file on the board is whole, old or new, and the next sync completes."""

import re
import time
from dataclasses import replace

import pytest
from benches.data import make
from tests.support.transports import (
    DOWN,
    UP,
    CorruptingTransport,
    CountingTransport,
    CuttingTransport,
    WrappingTransport,
    drop,
    flip,
)
from tests.sync.conftest import files_on, write_tree

from belay import Device
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


def bytes_of(bench, trees, qualities=None):
    """How many bytes a sync from the old to the new tree takes, up and down."""
    with bench.open(qualities) as device:
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


def break_once(bench, trees, fault, *arguments, timeout_s=0.6, qualities=None):
    """Sync the old tree, then the new one over a broken line, then again over a new one."""
    with bench.open() as device:
        device.sync(trees[0], keep=False)
    broken = bench.open(qualities, timeout=timeout_s)
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


def lose_on_a_small_ring(bench, trees, way, step):
    """Credits of the ring can be lost too."""
    ring = replace(bench.line, pushes_back=False, ring_bytes=100)
    for position in range(5, bytes_of(bench, trees, ring)[way], step):
        break_once(bench, trees, CorruptingTransport, way, position, drop, qualities=ring)


@pytest.mark.parametrize("way", [UP, DOWN])
def test_a_byte_is_lost_on_a_small_ring(bench, trees, way):
    lose_on_a_small_ring(bench, trees, way, 700 if way == UP else 150)


class FirstCredit(WrappingTransport):
    """The number in the first credit becomes another."""

    def __init__(self, transport, number, damaged):
        super().__init__(transport)
        self._number = number
        self._damaged = damaged

    def read(self, timeout_s):
        data = super().read(timeout_s)
        self._damaged += re.findall(b"C1:1", data)
        return data.replace(b"C1:1", b"C1:" + self._number)


@pytest.mark.parametrize("number", [b"d", b"9", b"0", b"\xff"])
def test_a_credit_is_damaged(bench, trees, number):
    damaged = []
    assert break_once(bench, trees, FirstCredit, number, damaged) is None
    assert damaged


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("way", [UP, DOWN])
def test_each_seventh_byte_is_lost_on_a_small_ring(bench, trees, way):
    lose_on_a_small_ring(bench, trees, way, 7)


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


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", [UP, DOWN])
def test_the_link_dies_in_a_large_sync(bench, tmp_path, way):
    old = write_tree(tmp_path / "old", make.tiny())
    files = {**dict(list(make.tiny().items())[::2]), "noise": make.noise()}
    new = write_tree(tmp_path / "new", files)
    with bench.open() as device:
        device.sync(old, keep=False, minify=False)
        device.line.break_by(CountingTransport)
        counting = device.line.transport
        device.sync(new, keep=False, minify=False)
        total = counting.count.bytes_up if way == UP else counting.count.bytes_down
    for count in range(total // 40, total, total // 20):
        with bench.open() as device:
            device.sync(old, keep=False, minify=False)
        broken = bench.open()
        broken.line.break_by(CuttingTransport, way, count)
        with pytest.raises(ConnectionLost):
            broken.sync(new, keep=False, minify=False)
        broken.line.close()
        broken._link.session.close()
        with bench.open() as device:
            found = {name: content for name, content in files_on(device).items() if content is not None}
            assert {name: content for name, content in found.items() if name != ".belay~"}.items() <= {
                *make.tiny().items(),
                *files.items(),
            }
            device.sync(new, keep=False, minify=False)
            found = {name: content for name, content in files_on(device).items() if content is not None}
            assert found == files


@pytest.mark.slow
def test_many_files_and_little_memory(tmp_path):
    files = {f"folder{number % 40}/some_file_name_{number}": b"%d" % number for number in range(1500)}
    folder = write_tree(tmp_path / "many", files)
    with Device("sim:?heap=40k&flash=16M", startup="") as device:
        for _ in range(2):
            device.sync(folder)
        assert len(device.fs.tree()) == 1540
        assert device.fs.read("/folder39/some_file_name_1479") == b"1479"
