"""The board's filesystem: its size, what it keeps, who may use it."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest
from tests.support.line import RAW_BANNER, Line

from belay.exceptions import ConnectionFailedError
from belay.sim import launch
from belay.sim.flash import image_path


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_it_is_empty_and_has_two_mebibytes(line: Line) -> None:
    assert (
        line.run("import os; s = os.statvfs('/'); print(os.listdir('/'), s[0] * s[2], os.getcwd())")
        == "[] 2097152 /\n"
    )
    assert line.run("import sys; print(sys.path, sys.argv)") == "['', '.frozen', '/lib'] []\n"


def test_files_survive_a_reset_and_modules_are_found(line: Line) -> None:
    line.run("import os; os.mkdir('/lib')\nwith open('/lib/found.py', 'w') as f: f.write('x = 7')")
    line.write(b"\x04")
    line.read_until(RAW_BANNER)
    assert line.run("import found; print(found.x, found.__file__)") == "7 /lib/found.py\n"


def test_full_is_enospc_and_deleting_helps(start: Callable[..., Line]) -> None:
    line = start("?flash=64k").raw()
    fill = "f = open('/big', 'wb')\nfor i in range(64): f.write(bytes(1024))"
    output, error = line.fail(fill)
    assert (output, "OSError: 28" in error or "ENOSPC" in error) == ("", True)
    line.run("f.close(); import os; os.remove('/big')\nwith open('/small', 'w') as f: f.write('fits')")
    assert line.run("print(os.listdir('/'))") == "['small']\n"


def test_a_named_board_keeps_its_files(start: Callable[..., Line]) -> None:
    first = start("garden").raw()
    first.run("with open('/note', 'w') as f: f.write('kept')")
    first.close()
    assert start("garden").raw().run("print(open('/note').read())") == "kept\n"
    assert start("other").raw().run("import os; print(os.listdir('/'))") == "[]\n"
    assert image_path("garden").stat().st_size == 2 << 20


def test_a_second_opener_is_refused(start: Callable[..., Line]) -> None:
    first = start("garden")
    with pytest.raises(ConnectionFailedError, match="busy") as raised:
        launch("garden")
    assert "another name" in raised.value.hint
    first.close()
    start("garden").raw()


def test_another_size_is_refused(start: Callable[..., Line]) -> None:
    start("garden?flash=1M").close()
    with pytest.raises(ConnectionFailedError, match="1048576 bytes, not 2097152") as raised:
        launch("garden?flash=2M")
    assert str(image_path("garden")) in raised.value.hint
    assert start("garden").raw().run("import os; print(os.statvfs('/')[2])") == "256\n"


def test_an_unreadable_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "belay").write_text("a file where the folder should be")
    with pytest.raises(ConnectionFailedError, match="cannot open"):
        launch("garden")


def test_a_damaged_image_is_not_overwritten(start: Callable[..., Line]) -> None:
    start("garden").close()
    path = image_path("garden")
    image = bytearray(path.read_bytes())
    image[20:4096] = image[4096 + 20 : 8192] = b"\x5a" * 4076
    path.write_bytes(image)
    with pytest.raises(ConnectionFailedError, match=r"did not start: .*\n"):
        launch("garden")
    assert path.read_bytes() == bytes(image)


def test_a_board_without_a_name_leaves_nothing(start: Callable[..., Line], tmp_path: Path) -> None:
    start().close()
    assert not list(tmp_path.rglob("*.flash"))
