"""``sim:`` as a line: the board is reached, driven, interrupted, lost and ended."""

import os
import re
import signal
import sys

import pytest

from belay import Device
from belay.exceptions import ConnectionLost, PyboardError
from belay.transport.connect import connect

pytest.importorskip("micropython_run")
DEADLINE_S = 20


@pytest.fixture
def board():
    transport = connect("sim:", environment={})
    yield transport
    transport.close()


def read_until(transport, end):
    data = b""
    while not data.endswith(end):
        more = transport.read(DEADLINE_S)
        assert more, data
        data += more
    return data


def run(transport, code):
    transport.write(code + b"\x04", 10)
    return read_until(transport, b"\x04>")


RESTARTS = "import sys\nsys.exit()\n"
IGNORES = "while True:\n try:\n  while True: pass\n except KeyboardInterrupt: pass\n"


@pytest.mark.parametrize("name", ["main.py", "boot.py"])
@pytest.mark.parametrize("program", [RESTARTS, IGNORES])
def test_a_kept_board_that_nothing_stops_is_rescued(monkeypatch, tmp_path, program, name):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with Device("sim:kept", startup="") as device:
        device.fs.write(f"/{name}", program)
    with pytest.raises(PyboardError, match="raw REPL") as caught:
        Device("sim:kept", startup="", timeout=1)
    target, path = re.search(r"belay fs rm '(.*)' :(\S*)", caught.value.hint).groups()
    assert (target, path) == ("sim:kept?main=off", "/main.py")
    assert ":/boot.py" in caught.value.hint
    with Device(target, startup="") as device:
        device.fs.remove(f"/{name}")
    with Device("sim:kept", startup="") as device:
        assert device("1") == 1


@pytest.mark.parametrize("mode", ["on", "off"])
def test_no_start_runs_the_programs_that_are_off(monkeypatch, tmp_path, mode):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with Device("sim:kept", startup="") as device:
        for name in ("boot.py", "main.py"):
            device.fs.write(f"/{name}", f"print({name!r})\n")
    transport = connect(f"sim:kept?main={mode}", environment={})
    try:
        shown = read_until(transport, b">>> ")
        transport.write(b"\x04", 10)
        shown += read_until(transport, b">>> ")
    finally:
        transport.close()
    times = 2 if mode == "on" else 0
    assert (shown.count(b"boot.py"), shown.count(b"main.py")) == (times, times)
    assert b"soft reboot" in shown


@pytest.mark.parametrize("target", ["sim:", "sim:?heap=64k", "sim:kept?main=off"])
def test_only_a_kept_board_is_to_be_rescued(monkeypatch, tmp_path, target):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    transport = connect(target, environment={})
    transport.close()
    assert transport.line.rescue == ""


@pytest.fixture
def raw(board):
    read_until(board, b">>> ")
    board.write(b"\x01", 10)
    read_until(board, b"exit\r\n>")
    return board


def test_it_is_a_board_on_a_line_that_pushes_back(raw):
    assert run(raw, b"print(6 * 7)") == b"OK42\n\x04\x04>"
    assert raw.line.kind == "simulated board"
    assert raw.line.pushes_back
    assert raw.line.may_soft_reset


def test_control_is_its_pins(raw):
    run(raw, b"from machine import Pin; Pin(25, Pin.OUT).on()")
    assert raw.control.pin(25).value == 1


def test_an_interrupt_is_seen_behind_all_that_may_be_in_flight(raw):
    raw.write(b"print('on')\nwhile True: pass\n\x04", 10)
    read_until(raw, b"on\n")
    raw.write(b"x" * raw.line.in_flight_bytes, 10)
    raw.write(b"\x03", 10)
    assert b"KeyboardInterrupt" in read_until(raw, b"\x04>")


def test_a_soft_reset_keeps_the_line(raw):
    raw.write(b"\x04", 10)
    assert b"soft reboot" in read_until(raw, b"exit\r\n>")
    assert run(raw, b"print(1)") == b"OK1\n\x04\x04>"


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return {int(word) for word in file.read().split()}


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="finds the board's process in /proc")


@on_linux
def test_a_board_that_dies_is_a_lost_line():
    before = children()
    transport = connect("sim:", environment={})
    (process,) = children() - before
    os.killpg(process, signal.SIGKILL)
    with pytest.raises(ConnectionLost, match="SIGKILL"):
        read_until(transport, b"nothing more")
    transport.close()


@on_linux
def test_close_ends_the_board():
    before = children()
    transport = connect("sim:", environment={})
    assert children() > before
    transport.close()
    assert children() == before
