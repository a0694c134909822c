"""``device.fs`` on the simulated board."""

import random

import pytest
from tests.support.transports import DOWN, CorruptingTransport, drop, flip

from belay.exceptions import FileSystemError, FileSystemFullError, PyboardException
from belay.sync.remote import Entry, board_path

NOISE = random.Random(3).randbytes(30_000)
CONTROL = bytes([4, 3, 4, 4, 31]) * 500


@pytest.fixture
def device(shared_bench):
    """The module's board, emptied."""
    with shared_bench.open() as device:
        for entry in device.fs.ls():
            device.fs.remove(entry.path, recursive=True)
        yield device


@pytest.mark.parametrize("content", [b"", b"x", NOISE, CONTROL, b"\x04" * 4001, bytes(range(256)) * 16])
def test_bytes_come_back(device, content):
    device.fs.write("/a/b c/it's", content)
    assert device.fs.read("/a/b c/it's") == content
    assert device.fs.stat("/a/b c/it's") == Entry("/a/b c/it's", False, len(content))


def test_text(device):
    device.fs.write("/t", "naïve\r\n🙂\n")
    assert device.fs.read_text("/t") == "naïve\r\n🙂\n"
    assert device.fs.read("/t") == "naïve\r\n🙂\n".encode()


def test_listing(device):
    assert device.fs.ls() == []
    device.fs.write("/b/c/d", b"12")
    device.fs.write("/a", b"1")
    assert device.fs.ls() == [Entry("/a", False, 1), Entry("/b", True, 0)]
    assert device.fs.ls("/b/") == [Entry("/b/c", True, 0)]
    assert [entry.path for entry in device.fs.tree()] == ["/a", "/b", "/b/c", "/b/c/d"]
    assert [entry.name for entry in device.fs.tree("/b")] == ["c", "d"]
    assert device.fs.stat("/") == Entry("/", True, 0)
    assert [device.fs.exists(path) for path in ("/", "/a", "/b", "/nothing", "/b/nothing")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_many_names(device):
    device("import os\nfor i in range(60): open('/f%03d' % i, 'w').close()")
    assert [entry.name for entry in device.fs.ls()] == [f"f{number:03}" for number in range(60)]


def test_folders_and_removal(device):
    fs = device.fs
    fs.mkdir("/a")
    fs.mkdir("/b/c/d", parents=True)
    fs.mkdir("/b/c", parents=True)
    fs.write("/b/c/d/e", b"1")
    fs.remove("/a")
    assert [entry.path for entry in fs.tree()] == ["/b", "/b/c", "/b/c/d", "/b/c/d/e"]
    with pytest.raises(FileSystemError) as caught:
        fs.remove("/b")
    assert (caught.value.errno, caught.value.path) == (39, "/b")
    fs.remove("/b/c/d/e")
    fs.remove("/b", recursive=True)
    assert fs.tree() == []
    fs.write("/x", b"1")
    fs.remove("/x", recursive=True)
    assert fs.ls() == []


def test_renaming(device):
    device.fs.write("/a", b"1")
    device.fs.write("/b", b"2")
    device.fs.rename("/a", "/b")
    assert device.fs.read("/b") == b"1"
    assert not device.fs.exists("/a")


def test_how_full_it_is(device):
    before = device.fs.df()
    device.fs.write("/a", NOISE)
    after = device.fs.df("/")
    assert after.total == before.total == 2 * 1024 * 1024
    assert before.used + len(NOISE) <= after.used <= before.used + 2 * len(NOISE)


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (lambda fs: fs.read("/none"), 2),
        (lambda fs: fs.stat("/none"), 2),
        (lambda fs: fs.ls("/none"), 2),
        (lambda fs: fs.remove("/none"), 2),
        (lambda fs: fs.rename("/none", "/a"), 2),
        (lambda fs: fs.mkdir("/file"), 17),
        (lambda fs: fs.mkdir("/none/a"), 2),
        (lambda fs: fs.write("/folder", b"1"), 39),
        (lambda fs: fs.write("/" + "n" * 256, b"1"), 36),
    ],
)
def test_what_the_filesystem_refuses(device, call, number):
    device.fs.write("/file", b"1")
    device.fs.write("/folder/a", b"1")
    with pytest.raises(FileSystemError) as caught:
        call(device.fs)
    assert caught.value.errno == number
    assert caught.value.path
    assert device("1 + 1") == 2
    assert device.fs.read("/folder/a") == b"1"


def test_a_path_has_to_be_absolute():
    assert [board_path(path) for path in ("/", "//a", "/a/", "/a/../b", "/a/./b")] == [
        "/", "/a", "/a", "/b", "/a/b",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="slash"):
        board_path("a")


def test_errors_of_the_board_that_are_no_filesystems(device):
    with pytest.raises(PyboardException):
        device("import os; os.stat('/none')")


def test_a_full_filesystem():
    from belay import Device

    with Device("sim:?flash=64k", startup="") as device:
        device.fs.write("/a", b"old")
        with pytest.raises(FileSystemFullError):
            device.fs.write("/a", NOISE * 3)
        assert device.fs.read("/a") == b"old"
        assert [entry.path for entry in device.fs.tree()] == ["/a"]


@pytest.mark.parametrize("change", [flip, drop])
def test_a_download_whose_bytes_are_changed_or_lost(bench, change):
    with bench.open(timeout=1.0) as device:
        device.fs.write("/a", NOISE)
        for position in (5, 20, 100, 4100, 20_000, 30_150):
            device.line.break_by(CorruptingTransport, DOWN, position, change)
            assert device.fs.read("/a") == NOISE
