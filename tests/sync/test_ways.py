"""Every way to compare and to transfer, on the real interpreter with its capabilities masked."""

import random
from dataclasses import replace

import pytest
from tests.support.transports import CountingTransport, WrappingTransport
from tests.sync.conftest import files_on, write_tree

from belay.sync.ability import Ability, Modes
from belay.testing.memory import DIRECT

NOISE = random.Random(2).randbytes(9000)
CONTROL = bytes(range(32)) * 200
FILES = {"noise": NOISE, "control": CONTROL, "text.txt": b"some text\r\n" * 900, "none": b"", "in/x": b"1"}
CHANGED = {
    "noise": NOISE[::-1],
    "control": CONTROL,
    "text.txt": b"some text\n" * 990,
    "none": b"",
    "new": b"2",
}

# Each puts something else in the place of a module; `import` looks there first.
MASK = """
import sys
class Mask: pass
def mask(name, *keep, **other):
    it = Mask()
    real = __import__(name)
    for word in keep: setattr(it, word, getattr(real, word))
    for word in other: setattr(it, word, other[word])
    sys.modules[name] = it
"""
NO_SHA256 = "mask('hashlib')"
NO_CRC32 = "mask('binascii', 'a2b_base64', 'b2a_base64')"
NO_DEFLATE = "mask('deflate')"
ZLIB = """
import io, deflate as real_deflate
def decompress(data, bits): return real_deflate.DeflateIO(io.BytesIO(data), real_deflate.RAW, -bits).read()
module = Mask(); module.decompress = decompress; sys.modules['zlib'] = module
mask('deflate')
"""
TEXT_ONLY = """
class Reader: read = lambda self, size: real_sys.stdin.read(size)
real_sys = sys
mask('sys', 'implementation', stdin=Reader(), stdout=Mask())
"""
NO_INPUT = "mask('sys', 'implementation', stdin=Mask(), stdout=Mask())"
NO_ILISTDIR = "mask('os', 'listdir', 'stat', 'mkdir', 'rmdir', 'remove', 'rename', 'statvfs')"
USB_CDC = """
class Console:
    def read(self, size): return real_sys.stdin.buffer.read(size)
    def readinto(self, data): return real_sys.stdin.buffer.readinto(data)
    def write(self, data): return real_sys.stdout.buffer.write(data)
real_sys = sys
module = Mask(); module.console = Console(); sys.modules['usb_cdc'] = module
"""


def become(device, ability):
    """Make the device take its board for another one."""
    device._service.ability.__dict__.update(ability.__dict__)


def circuitpython(device):
    become(device, Ability("circuitpython", (9, 2, 0), DIRECT))


WAYS = {
    "all": [],
    "crc32": [NO_SHA256],
    "fnv": [NO_SHA256, NO_CRC32],
    "plain": [NO_DEFLATE],
    "zlib": [ZLIB],
    "base64": [TEXT_ONLY],
    "base64, plain": [TEXT_ONLY, NO_DEFLATE],
    "literals": [NO_INPUT],
    "literals, crc32, plain": [NO_SHA256, NO_DEFLATE, NO_INPUT],
    "listdir": [NO_ILISTDIR],
    "nearly nothing": [NO_SHA256, NO_CRC32, NO_DEFLATE, NO_ILISTDIR, TEXT_ONLY],
    "CircuitPython 9": [NO_SHA256, ZLIB, NO_ILISTDIR, USB_CDC, circuitpython],
    "CircuitPython without modules": [NO_SHA256, NO_CRC32, NO_DEFLATE, NO_ILISTDIR, USB_CDC, circuitpython],
}


@pytest.fixture
def device(shared_bench):
    with shared_bench.open() as device:
        for entry in device.fs.ls():
            device.fs.remove(entry.path, recursive=True)
        yield device


def masked(device, masks):
    device(MASK)
    for mask in masks:
        mask(device) if callable(mask) else device(mask)


@pytest.mark.parametrize("way", WAYS)
def test_first_unchanged_and_changed(device, tmp_path, way):
    masked(device, WAYS[way])
    device.sync(write_tree(tmp_path / "tree", FILES))
    assert files_on(device) == {**FILES, "in": None}

    device.line.break_by(CountingTransport)
    device.sync(tmp_path / "tree")
    slow = device.fs.modes.hash == "fnv"
    assert device.line.transport.take().bytes_up < (3500 if slow else 1500)

    device.sync(write_tree(tmp_path / "tree", CHANGED))
    assert files_on(device) == CHANGED
    assert not [name for name in device("list(globals())") if name.startswith("__belay_f")]


@pytest.mark.parametrize("way", ["all", "crc32", "fnv", "CircuitPython 9"])
def test_one_file(device, tmp_path, way):
    masked(device, WAYS[way])
    for content in (b"", b"x", NOISE, b""):
        device.fs.write("/some/where", content)
        assert device.fs.read("/some/where") == content


def test_what_was_learnt_is_remembered(device, tmp_path):
    masked(device, [NO_SHA256, TEXT_ONLY, NO_DEFLATE])
    device.sync(write_tree(tmp_path / "tree", FILES))
    assert device.fs.modes == Modes("crc32", "text", None)
    device.line.break_by(CountingTransport)
    device.sync(write_tree(tmp_path / "tree", {"a": NOISE}))
    count = device.line.transport.take()
    assert count.bytes_up < 1.4 * len(NOISE) + 3000


class MostUnread(WrappingTransport):
    """The most bytes written without an answer."""

    def __init__(self, transport):
        super().__init__(transport)
        self.bytes = self._now = 0

    def write(self, data, timeout_s):
        self._now += len(data)
        self.bytes = max(self.bytes, self._now)
        super().write(data, timeout_s)

    def read(self, timeout_s):
        data = super().read(timeout_s)
        self._now = 0 if data else self._now
        return data


@pytest.mark.parametrize("way", ["all", "base64", "CircuitPython 9"])
@pytest.mark.parametrize(("ring_bytes", "most_bytes"), [(None, 6000), (240, 240), (70, 128)])
def test_how_much_is_under_way_on_a_line_that_drops(shared_bench, tmp_path, way, ring_bytes, most_bytes):
    """One block; or, where the board has a ring, never more than that (or one window of raw-paste)."""
    line = replace(DIRECT, pushes_back=False, ring_bytes=ring_bytes)
    with shared_bench.open(line) as device:
        masked(device, WAYS[way])
        become(device, Ability("circuitpython" if way[0] == "C" else "micropython", (1, 26, 0), line))
        device.line.break_by(MostUnread)
        device.sync(write_tree(tmp_path / "tree", FILES), keep=False)
        assert device.line.transport.bytes <= most_bytes
        assert files_on(device) == {**FILES, "in": None}
