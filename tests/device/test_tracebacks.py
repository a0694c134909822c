"""Which files of the host the files of a board come from."""

import linecache

import pytest

from belay import Device
from belay.device.tracebacks import SourceMap
from belay.exceptions import PyboardException

RAISING = "# a comment\n\n\ndef divide(a):\n    return a / 0  # here\n"


@pytest.fixture(scope="module")
def device():
    with Device("sim:") as opened:
        yield opened


def frame_of(device, module):
    """The host's file, line and source of what raises in a module's function that a task calls."""
    with pytest.raises(PyboardException) as caught:
        device(f"import {module}\n{module}.divide(1)")
    frame = caught.value.frames[-1]
    assert f'File "{frame.file}", line {frame.line}, in divide\n' in str(caught.value)
    return frame.file, frame.line, frame.source


def folder_with(path, text=RAISING):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.parent


def test_a_task_that_calls_a_synced_module(device, tmp_path):
    folder = folder_with(tmp_path / "package" / "deep" / "wheels.py").parent
    device.sync(folder, "/package")

    @device.task
    def drive():
        import package.deep.wheels

        return package.deep.wheels.divide(1)

    with pytest.raises(PyboardException) as caught:
        drive()
    outer, inner = caught.value.frames
    assert (outer.file, outer.function) == (__file__, "drive")
    assert (inner.file, inner.line) == (str(folder / "deep" / "wheels.py"), 5)
    assert inner.source == "return a / 0  # here"


@pytest.mark.parametrize("dst", ["/", "/lib", "/lib/"])
def test_one_file(device, tmp_path, monkeypatch, dst):
    name = f"one{len(dst)}"
    folder_with(tmp_path / f"{name}.py")
    monkeypatch.chdir(tmp_path)
    device.sync(f"{name}.py", dst)
    monkeypatch.chdir("/")
    assert frame_of(device, name) == (str(tmp_path / f"{name}.py"), 5, "return a / 0  # here")


def test_folders_of_a_package(device, tmp_path, monkeypatch):
    """The later folder wins, as its files do."""
    package = folder_with(tmp_path / "carried" / "__init__.py", "")
    for name in ("main", "dev"):
        folder_with(package / name / "both.py", RAISING.replace("here", name))
    folder_with(package / "main" / "only.py")
    monkeypatch.syspath_prepend(tmp_path)
    device.sync_dependencies("carried", "main", "dev")
    assert frame_of(device, "both") == (str(package / "dev" / "both.py"), 5, "return a / 0  # dev")
    assert frame_of(device, "only")[0] == str(package / "main" / "only.py")


def test_what_is_gone_from_the_host_has_the_boards_name(device, tmp_path):
    folder = folder_with(tmp_path / "brief" / "short_lived.py")
    device.sync(folder, "/brief")
    (folder / "short_lived.py").unlink()
    linecache.clearcache()
    assert frame_of(device, "brief.short_lived") == ("brief/short_lived.py", 5, "")


def test_of_several_places_the_last_that_has_the_file_counts(tmp_path):
    for name in ("old/lib/a.py", "old/lib/b.py", "new/a.py", "whole/lib/b.py"):
        folder_with(tmp_path / name)
    sources = SourceMap()
    sources.place("/", tmp_path / "whole")
    sources.place("/lib/", tmp_path / "old" / "lib")
    sources.place("/lib", tmp_path / "new")
    sources.place("/library/b.py", tmp_path / "new" / "a.py")
    assert sources._origin("/lib/a.py") == str(tmp_path / "new" / "a.py")
    assert sources._origin("/lib/b.py") == str(tmp_path / "old" / "lib" / "b.py")
    sources.place("/", tmp_path / "whole")
    assert sources._origin("/lib/b.py") == str(tmp_path / "whole" / "lib" / "b.py")
    assert sources._origin("/library/b.py") == str(tmp_path / "new" / "a.py")
    assert [sources._origin(name) for name in ("/library/c.py", "/lib", "/library/b.py/c")] == ["", "", ""]
