"""The lock file: what it holds, and what is not believed."""

import json

import pytest

from belay.exceptions import PackageError
from belay.packages.lock import FileRecord, Lock, load

RECORD = FileRecord(("a", "b"), "mip:a", "1.0", "0" * 64, 5)
COMMIT = "c" * 40


def test_round_trip(tmp_path):
    lock = Lock({"main": {"a": ("*",)}}, {"main/a.py": RECORD})
    (tmp_path / "lock.json").write_bytes(lock.dump())
    assert load(tmp_path / "lock.json") == lock
    assert load(tmp_path / "missing.json") == Lock()


def test_what_holds_for_a_locked_update():
    folder = FileRecord(("c",), "https://github.com/o/r/tree/main/c", COMMIT, "1" * 64, 5)
    lock = Lock({}, {"main/a.py": RECORD, "main/c/x.py": folder})
    assert lock.pins() == {"mip:a": "1.0"}
    assert lock.commits() == {"https://github.com/o/r/tree/main/c": COMMIT}
    assert set(lock.of("main", "b")) == {"main/a.py"}
    assert lock.of("dev", "b") == {}


def broken(path, **values):
    record = {"packages": [], "source": "", "resolved": "", "sha256": "", "size": 1, **values}
    return json.dumps({"lock": 1, "packages": {}, "files": {path: record}}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"<<<<<<< HEAD\n",
        b'{"lock": 2, "packages": {}, "files": {}}',
        b'{"lock": 1, "packages": {}}',
        b'{"lock": 1, "packages": {}, "files": {"a": {}}}',
        broken("a.py", packages=[1]),
        broken("../../x"),
        broken("a.py", more=1),
        b"[" * 100_000,
    ],
)
def test_damage(tmp_path, content):
    (tmp_path / "lock.json").write_bytes(content)
    with pytest.raises(PackageError):
        load(tmp_path / "lock.json")
