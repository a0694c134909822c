"""Syncing to the simulated board: what arrives, what stays, what is refused."""

import importlib
import os
import random
import signal
import threading

import pytest
from tests.sync.conftest import files_on, write_tree

from belay import Device
from belay.exceptions import (
    BelayException,
    FeatureUnavailableError,
    FileSystemFullError,
    ReadOnlyFileSystemError,
)
from belay.sync.plan import TEMPORARY

CONTROL = bytes([1, 2, 3, 4, 5, 0x1A, 0x1B, 0x1C]) * 700
NOISE = random.Random(1).randbytes(20_000)
SOURCE = 'def f(a):\n    """Doc."""\n    return a + 1  # more\n'


@pytest.fixture
def device(shared_bench):
    """The module's board, emptied."""
    with shared_bench.open() as device:
        for entry in device.fs.ls():
            device.fs.remove(entry.path, recursive=True)
        yield device


@pytest.fixture
def folder(tmp_path):
    return lambda files: write_tree(tmp_path / "tree", files)


def test_everything_arrives_and_what_is_gone_goes(device, folder):
    files = {
        "main.py": SOURCE.encode(),
        "data/noise.bin": NOISE,
        "data/control.bin": CONTROL,
        "data/none": b"",
        "deep/er/est/x": b"x",
        "empty": None,
    }
    device.sync(folder(files))
    assert files_on(device) == {
        **files,
        "main.py": b"def f(a):\n 0\n return a+1\n",
        **dict.fromkeys(["data", "deep", "deep/er", "deep/er/est"]),
    }
    device.sync(folder({"main.py": SOURCE.encode(), "data/noise.bin": NOISE[::-1]}), minify=False)
    assert files_on(device) == {"main.py": SOURCE.encode(), "data": None, "data/noise.bin": NOISE[::-1]}


def test_nothing_of_ours_stays(device, folder):
    device("f, w, os, kept = 1, 2, 3, 4")
    before = set(device("list(globals())"))
    device.sync(folder({"a": NOISE}))
    device.sync(folder({"a": NOISE}))
    device.sync(folder({"b": NOISE}))
    device.fs.tree(), device.fs.read("/b"), device.fs.df()
    assert set(device("list(globals())")) == before
    assert device("f, w, os, kept") == (1, 2, 3, 4)


NAMES = [
    "it's",
    'say "x"',
    "a b  c",
    "naïve-π-漢字-🙂",
    "%s%d{0}\\n",
    "-rf",
    "~",
    "#",
    "x" * 255,
    "é" * 127,
    "semi;colon",
    "tab\tand\x01control\x03",
]


def test_any_name_that_the_filesystem_accepts(device, folder):
    files = {name: name.encode() for name in NAMES} | {f"in/{name}/{name}": b"1" for name in NAMES[:8]}
    device.sync(folder(files), ignore=[])
    found = {name: content for name, content in files_on(device).items() if content is not None}
    assert found == files
    device.sync(folder({"only": b""}), ignore=[])
    assert files_on(device) == {"only": b""}


def test_a_file_against_a_folder_of_one_name(device, folder):
    device.sync(folder({"x/y/z": b"1", "w": b"2"}))
    device.sync(folder({"x": b"3", "w/v": b"4"}))
    assert files_on(device) == {"x": b"3", "w": None, "w/v": b"4"}


def test_what_is_kept(device, folder):
    for name in ("boot.py", "webrepl_cfg.py", "lib/a/b.py", "other.py"):
        device.fs.write(f"/{name}", "1")
    device.sync(folder({"main.py": b"2"}))
    assert set(files_on(device)) == {"boot.py", "webrepl_cfg.py", "lib", "lib/a", "lib/a/b.py", "main.py"}
    # What the folder has is sent; the rest of a kept folder stays.
    device.sync(folder({"boot.py": b"3", "lib/c.py": b"4"}))
    assert files_on(device)["boot.py"] == b"3"
    assert {"lib/a/b.py", "lib/c.py"} < set(files_on(device))
    device.sync(folder({"x": b"5"}), keep="boot.py")
    assert set(files_on(device)) == {"boot.py", "x"}
    device.sync(folder({"y": b"5"}), keep=True)
    assert set(files_on(device)) == {"boot.py", "x", "y"}
    device.sync(folder({"z": b"5"}), keep=False)
    assert set(files_on(device)) == {"z"}
    device.sync(folder({"q": b"5"}), dst="/lib")
    device.sync(folder({"boot.py": b"5"}), dst="/lib")
    device.sync(folder({"r": b"5"}), dst="/lib/")  # Nothing is kept elsewhere.
    assert set(files_on(device, "/lib")) == {"r"}


def test_a_single_file_deletes_nothing(device, folder):
    device.fs.write("/other", "1")
    source = folder({"a.py": b"x = 1  # one\n"}) / "a.py"
    for _ in range(2):
        device.sync(source)
        device.sync(source, dst="/deep/down")
    assert files_on(device, "/deep/down") == {"a.py": b"x=1\n"}
    assert set(files_on(device)) == {"other", "a.py", "deep", "deep/down", "deep/down/a.py"}


def test_an_empty_folder_makes_its_destination(device, folder):
    device.sync(folder({}), dst="/a/b")
    assert files_on(device) == {"a": None, "a/b": None}


def test_wrong_calls_touch_nothing(device, folder, tmp_path):
    device.fs.write("/a", "1")
    with pytest.raises(ValueError, match="no folder"):
        device.sync(tmp_path / "missing")
    with pytest.raises(ValueError, match="slash"):
        device.sync(folder({}), dst="lib")
    with pytest.raises(BelayException, match=r"no UTF-8 \(byte 4\)"):
        device.sync(folder({"b": b"1", "z.py": b"x = \xff"}))
    assert files_on(device) == {"a": b"1"}
    device.sync(folder({"z.py": b"x = \xff"}), minify=False)
    assert files_on(device) == {"z.py": b"x = \xff"}


def test_a_file_that_is_no_python_goes_as_it_is(device, folder):
    device.sync(folder({"x.py": b"def f(:\n"}))
    assert files_on(device) == {"x.py": b"def f(:\n"}


def test_what_is_ignored_is_not_sent_and_goes_from_the_board(device, folder):
    files = {"a.pyc": b"1", "__pycache__/b": b"2", "c.txt": b"3", "d/c.txt": b"4", ".DS_Store": b""}
    device.sync(folder(files))
    assert set(files_on(device)) == {"c.txt", "d", "d/c.txt"}
    device.sync(folder(files), ignore=["/c.txt", "__pycache__"])
    assert set(files_on(device)) == {"a.pyc", ".DS_Store", "d", "d/c.txt"}
    device.sync(folder(files), ignore="*\n")
    assert files_on(device) == {}


def test_progress_in_bytes(device, folder):
    calls = []
    device.sync(
        folder({"a": NOISE, "b": b"x" * 1000}), progress_update=lambda **keywords: calls.append(keywords)
    )
    assert calls[0] == {"description": "2 files", "total": 21_000, "completed": 0}
    completed = [call["completed"] for call in calls]
    assert completed == sorted(completed)
    assert completed[-1] == 21_000
    assert len(set(completed)) > 4
    assert calls[-1]["description"] == "2 files, 4 % saved"


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ({"a": b"2", "b": b"1", "c/d": b"1", "c/e": b"1"}, "1 file"),
        ({"a": b"2"}, "1 file, 4 deleted"),
        ({"a": b"1", "b": b"1"}, "3 deleted"),
        ({"a": b"1", "b": b"1", "c": b"1"}, "1 file, 2 deleted"),  # the folder has become the file
        ({"a": b"1", "b": b"1", "c/d": b"1", "c/e": b"1", "f": None}, "0 files"),
    ],
)
@pytest.mark.parametrize("in_place", [False, True])
def test_progress_says_what_is_deleted(device, folder, after, says, in_place):
    device.sync(folder({"a": b"1", "b": b"1", "c/d": b"1", "c/e": b"1"}))
    device.fs.write(f"/{TEMPORARY}", b"a leftover of ours")
    calls = []
    device.sync(folder(after), progress_update=lambda **keywords: calls.append(keywords), in_place=in_place)
    assert {call["description"] for call in calls} == {says}


def test_a_full_filesystem(folder, tmp_path):
    with Device("sim:?flash=64k", startup="") as device:
        device.sync(folder({"old": NOISE, "gone": b"1"}))
        with pytest.raises(FileSystemFullError) as caught:
            device.sync(folder({"old": NOISE[::-1], "more": NOISE + NOISE}))
        assert (caught.value.errno, caught.value.path) == (28, "/more")
        assert "in_place=True" in caught.value.hint
        with pytest.raises(FileSystemFullError) as caught:
            device.sync(folder({"old": NOISE[::-1], "more": NOISE * 4}), in_place=True)
        assert caught.value.hint == "remove files from the board"
        device.sync(folder({"old": NOISE, "gone": b"1"}))
        with pytest.raises(FileSystemFullError) as caught:
            device.fs.write("/more", NOISE * 4)
        assert caught.value.hint == "remove files from the board"
        found = files_on(device)
        assert found["old"] in (NOISE, NOISE[::-1])
        assert found["gone"] == b"1"
        assert set(found) == {"old", "gone"}
        # 36 of some 48 kB: the new version does not fit beside the old one.
        big = folder({"old": NOISE + NOISE[:16_000]})
        device.sync(big, in_place=True)
        with pytest.raises(FileSystemFullError):
            device.sync(folder({"old": (NOISE + NOISE[:16_000])[::-1]}))
        assert files_on(device) == {"old": NOISE + NOISE[:16_000]}
        device.sync(folder({"old": (NOISE + NOISE[:16_000])[::-1]}), in_place=True)
        assert files_on(device) == {"old": (NOISE + NOISE[:16_000])[::-1]}


def test_a_small_heap(folder):
    with Device("sim:?heap=40k", startup="") as device:
        device.sync(folder({"a": NOISE, "b.py": SOURCE.encode() * 100, "c/d": CONTROL}), minify=False)
        assert files_on(device) == {"a": NOISE, "b.py": SOURCE.encode() * 100, "c": None, "c/d": CONTROL}


READ_ONLY = """
import os
class ReadOnly:
    def mount(self, readonly, make): pass
    def umount(self): pass
    def ilistdir(self, path): return iter((('a', 0x8000, 0, 1),))
    def stat(self, path): return (0x8000 if path == '/a' else 0x4000,) + (0,) * 9
    def statvfs(self, path): return (512,) * 10
    def chdir(self, path): pass
    def open(self, path, mode):
        if 'r' not in mode: raise OSError(30)
        import io
        return io.BytesIO(b'1')
    def mkdir(self, path): raise OSError(30)
    def remove(self, path): raise OSError(30)
    def rmdir(self, path): raise OSError(30)
    def rename(self, old, new): raise OSError(30)
os.mount(ReadOnly(), '/ro')
"""


def test_a_read_only_filesystem(folder):
    with Device("sim:", startup="") as device:
        device(READ_ONLY)
        for files in ({"a": b"2"}, {}, {"b/": None}, {"a": b"1", "b/c": b"2"}):
            with pytest.raises(ReadOnlyFileSystemError, match="write") as caught:
                device.sync(folder(files), dst="/ro")
            assert caught.value.errno == 30
            assert "boot.py" in str(caught.value)
        assert device("1") == 1


def test_ctrl_c_leaves_the_board_at_its_prompt(device, folder):
    files = {f"f{number}": NOISE for number in range(30)}
    source = folder(files)
    interrupted = []

    def interrupt(completed=0, total=0, **_):
        if completed > total // 3 and not interrupted:
            interrupted.append(completed)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        device.sync(source, progress_update=interrupt)
    assert device("1 + 1") == 2
    assert 0 < len(device.fs.ls()) < 30
    device.sync(source)
    assert files_on(device) == files


def test_a_thread_of_the_board_that_prints_meanwhile(device, folder):
    device("import _thread, time\nalive = True\ndef tick():\n while alive: print('tick'); time.sleep_ms(1)\n")
    device("_thread.start_new_thread(tick, ())", stream_out=None)
    try:
        for number in range(4):
            files = {f"{number}{name}": NOISE[number:] for name in "abc"}
            device.sync(folder(files))
            assert device.fs.read(f"/{number}c") == NOISE[number:]
    finally:
        device("alive = False")
    assert files_on(device) == files


def test_dependencies_of_a_package(device, tmp_path, monkeypatch):
    package = tmp_path / "bundle_of_tests"
    write_tree(
        package,
        {"__init__.py": b"", "main/a.py": b"x = 1\n", "main/b": b"1", "dev/b/c": b"2", "dev/d": b"3"},
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    device.sync_dependencies("bundle_of_tests", "main", "dev")
    assert files_on(device, "/lib") == {"a.py": b"x=1\n", "b": None, "b/c": b"2", "d": b"3"}
    device.sync_dependencies(
        importlib.import_module("bundle_of_tests"), "dev", "main", dst="/other", minify=False
    )
    assert files_on(device, "/other") == {"a.py": b"x = 1\n", "b": b"1", "d": b"3"}
    with pytest.raises(ValueError, match="no folder nothing"):
        device.sync_dependencies("bundle_of_tests", "nothing")
    with pytest.raises(ModuleNotFoundError):
        device.sync_dependencies("no_such_package_at_all", "x")


def test_compiled_for_the_board(device, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = {"main.py": b"x = 1\n", "lib/m.py": b"def f(): return 42\n", "n.py": b"y = 2\n"}
    device.sync(folder(files), mpy_cross_binary=True)
    found = files_on(device)
    assert set(found) == {"main.py", "lib", "lib/m.mpy", "n.mpy"}
    assert found["main.py"] == b"x=1\n"
    assert device("__import__('lib.m').m.f()") == 42
    with pytest.raises(BelayException, match="cannot be compiled"):
        device.sync(folder({"bad.py": b"def f(:\n"}), mpy_cross_binary=True)
    assert set(files_on(device)) == {"main.py", "lib", "lib/m.mpy", "n.mpy"}


def test_a_compiler_for_other_firmware_is_refused(device, folder, tmp_path):
    compiler = tmp_path / "mpy-cross"
    compiler.write_text(
        '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = -o ] && printf \'M\\005xx\' > "$2"; shift; done\n'
    )
    compiler.chmod(0o755)
    with pytest.raises(FeatureUnavailableError, match="version 5"):
        device.sync(folder({f"{tmp_path.name}.py": b"x = 1\n"}), mpy_cross_binary=compiler)
    compiler.write_text("#!/bin/sh\n")
    with pytest.raises(BelayException, match="makes nothing of it"):
        device.sync(folder({"x.py": f"{tmp_path.name}\n".encode()}), mpy_cross_binary=compiler)
    with pytest.raises(FeatureUnavailableError, match="cannot run"):
        device.sync(folder({"x.py": b"x = 1\n"}), mpy_cross_binary=tmp_path / "none")
    assert files_on(device) == {}


def test_two_threads_of_the_host(device, folder):
    source = folder({"a": NOISE, "b": NOISE})
    results = []
    workers = [threading.Thread(target=lambda: results.append(device.sync(source))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert results == [None] * 3
    assert files_on(device) == {"a": NOISE, "b": NOISE}
