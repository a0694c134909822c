"""Boards and trees for the tests of syncing."""

import pytest
from tests.conftest import TARGET
from tests.support.faults import Faulty, Survivor

from belay import Device
from belay.transport.connect import connect


class Bench:
    """One board, opened again and again, over lines that may break."""

    def __init__(self, target):
        self._transport = connect(target)
        self.line = self._transport.line

    def open(self, qualities=None, **keywords):
        """A new device over a line of its own, which is its ``line``; ``qualities``: what it can take."""
        line = Faulty(Survivor(self._transport))
        line.line = qualities or line.line
        device = Device(line, startup="", **keywords)
        device.line = line
        return device

    def close(self):
        self._transport.close()


@pytest.fixture
def bench():
    board = Bench(TARGET)
    yield board
    board.close()


@pytest.fixture(scope="module")
def shared_bench():
    board = Bench(TARGET)
    yield board
    board.close()


def write_tree(folder, files):
    """Files (bytes) and folders (``None``) below ``folder``, which is emptied first."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder


def files_on(device, path="/"):
    """All files of the board below ``path``, by name; folders as ``None``."""
    root = path.rstrip("/") + "/"
    return {
        entry.path[len(root) :]: None if entry.is_folder else device.fs.read(entry.path)
        for entry in device.fs.tree(path)
    }
