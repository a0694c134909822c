"""Archives, friendly and hostile: nothing in one decides where anything is written."""

import gzip
import tarfile
import time

import pytest
from tests.support import webhost
from tests.support.webhost import COMMIT

from belay.exceptions import IntegrityError, PackageNotFoundError
from belay.packages import archive
from belay.packages.limits import Limits


def read(content, folder="lib", **limits):
    return archive.read(content, folder, Limits(**limits), "test.tar.gz")


def member(name, kind=tarfile.REGTYPE, link="", size=0):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info, (b"x" * size if kind == tarfile.REGTYPE else None)


def test_one_folder_of_it_and_its_commit():
    found = read(webhost.archive({"lib/a.py": "a", "lib/sub/b.py": "b", "library/c.py": "c", "d.py": "d"}))
    assert found.files == {"a.py": b"a", "sub/b.py": b"b"}
    assert found.commit == COMMIT


def test_what_no_board_needs_is_left_out():
    found = read(webhost.archive({"lib/a.py": "a", "lib/a.pyc": "b", "lib/__pycache__/x": "c"}))
    assert list(found.files) == ["a.py"]


@pytest.mark.parametrize("folder", ["nothing", "lib/a.py", "li"])
def test_no_such_folder(folder):
    with pytest.raises(PackageNotFoundError, match="no files in the folder"):
        read(webhost.archive({"lib/a.py": "a"}), folder)


@pytest.mark.parametrize(
    "name",
    [
        "repo/lib/../../../etc/x",
        "../etc/x",
        "/etc/x",
        "repo/lib/..",
        "repo/lib/C:/x",
        "repo/lib/a\\..\\x",
        "repo/lib//etc/x",
        "repo/lib/./x",
        "repo/lib/a\x01",
        "repo/../x",
    ],
)
def test_paths_that_leave(name):
    with pytest.raises(IntegrityError):
        read(webhost.archive({"lib/a.py": "a"}, extra=[member(name)]))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_are_named_and_never_files(kind):
    found = read(webhost.archive({"lib/a.py": "a"}, extra=[member("repo/lib/evil", kind, "/etc/passwd")]))
    assert list(found.links) == ["evil"]
    assert list(found.files) == ["a.py"]


def test_a_file_below_a_link_of_the_archive_is_just_a_path():
    extra = [member("repo/lib/dir", tarfile.SYMTYPE, "/etc"), member("repo/lib/dir/passwd", size=3)]
    assert read(webhost.archive({}, extra=extra)).links == {"dir": "/etc"}


def test_a_bomb_is_not_unpacked():
    """1 GB of zeros in 1 MB."""
    header = tarfile.TarInfo("repo/other/zeros")
    header.size = 1 << 30
    bomb = gzip.compress(header.tobuf()) + gzip.compress(bytes(1 << 22)) * 256
    assert len(bomb) < 1_100_000
    started = time.monotonic()
    with pytest.raises(IntegrityError, match="unpacks to more"):
        read(bomb)
    assert time.monotonic() - started < 5


def test_limits_of_what_is_wanted():
    content = webhost.archive({"lib/a": b"x" * 60_000, "lib/b": b"x" * 60_000})
    with pytest.raises(IntegrityError, match="a in test"):
        read(content, file_bytes=59_999)
    with pytest.raises(IntegrityError, match="b in test"):
        read(content, package_bytes=119_999)


def test_a_size_that_lies_is_refused():
    content = gzip.decompress(webhost.archive({"lib/a.py": "a" * 100_000}))
    with pytest.raises(IntegrityError):
        read(gzip.compress(content[: len(content) // 2]))


@pytest.mark.parametrize(
    "content", [b"", b"<!DOCTYPE html>", b"\x1f\x8b", gzip.compress(b"no tar" * 200), b"\0" * 4096]
)
def test_no_archive(content):
    with pytest.raises((IntegrityError, PackageNotFoundError)):
        read(content)


def test_cut_anywhere():
    whole = webhost.archive({"lib/a.py": "a" * 3000, "lib/b.py": "b" * 10})
    for size in range(0, len(whole), 7):
        with pytest.raises((IntegrityError, PackageNotFoundError)):
            read(whole[:size])
