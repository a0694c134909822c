"""What a sync costs on the wire: exact, on the real interpreter, credits apart (docs/design.md)."""

import pytest
from benches.data import make
from tests.conftest import TARGET
from tests.support.transports import CountingTransport

from belay import Device
from belay.transport.connect import connect


@pytest.fixture
def line():
    return CountingTransport(connect(TARGET))


@pytest.fixture
def device(line):
    with Device(line) as board:
        line.take()
        yield board


def tree(files, folder):
    make.write(files, folder)
    return folder, sum(map(len, files.values()))


def test_python_first_and_unchanged(device, line, packages, tmp_path):
    folder, size = tree(packages, tmp_path)
    device.sync(folder)
    first = line.take()
    print("first", size, first, first.bytes_up / size)
    assert first.exchanges <= 6
    assert first.bytes_up <= 0.28 * size

    device.sync(folder)
    unchanged = line.take()
    print("unchanged", unchanged)
    assert unchanged.exchanges <= 2
    assert unchanged.bytes_up <= 1500
    assert unchanged.bytes_down <= 200


def test_tiny_files_first_unchanged_and_one_changed(device, line, tmp_path):
    folder, size = tree(make.tiny(), tmp_path)
    device.sync(folder)
    first = line.take()
    print("first", size, first)
    assert first.exchanges <= 6
    assert first.bytes_up <= 25_000

    device.sync(folder)
    unchanged = line.take()
    print("unchanged", unchanged)
    assert unchanged.exchanges <= 2
    assert unchanged.bytes_up <= 1500
    assert unchanged.bytes_down <= 200

    name = sorted(make.tiny())[200]
    (folder / name).write_bytes(b"changed = 1\n")
    device.sync(folder)
    changed = line.take()
    print("changed", changed)
    assert changed.exchanges <= 6
    assert changed.bytes_up <= 12 + 3000
    assert device.fs.read(f"/{name}") in (b"changed = 1\n", b"changed=1\n")


def test_random_bytes_up_and_down(device, line, tmp_path):
    content = make.noise()
    (tmp_path / "noise.bin").write_bytes(content)
    device.sync(tmp_path)
    first = line.take()
    print("up", first, first.bytes_up / len(content))
    assert first.exchanges <= 6
    assert first.bytes_up <= 1.02 * len(content)

    assert device.fs.read("/noise.bin") == content
    down = line.take()
    print("down", down, down.bytes_down / len(content))
    assert down.exchanges <= 2
    assert down.bytes_down <= 1.02 * len(content)
