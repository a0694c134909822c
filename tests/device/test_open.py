"""Opening and losing a board: each error says what happened, and the port is free again."""

import os
import signal
import subprocess
import sys

import pytest

from belay import Device
from belay.exceptions import ConnectionFailedError, ConnectionLost, PyboardError


def test_a_port_that_does_not_exist_says_so_and_what_to_do():
    with pytest.raises(ConnectionFailedError, match="/dev/nowhere") as caught:
        Device("/dev/nowhere")
    assert caught.value.hint


def test_something_that_is_no_board_says_so_within_the_timeout():
    with pytest.raises(PyboardError, match="does not enter its raw REPL within 1 s") as caught:
        Device(f"exec:{sys.executable} -c 'import time; time.sleep(60)'", timeout=1)
    assert "while: entering the raw REPL" in str(caught.value)


def test_a_board_that_vanishes_in_a_call_is_lost():
    device = Device("sim:")
    supervisor = supervisor_of_the_newest_board()

    class Killing:
        def write(self, text):
            os.kill(supervisor, signal.SIGKILL)

        def flush(self):
            pass

    with pytest.raises(ConnectionLost):
        device("print('now')\nwhile True: pass", stream_out=Killing())
    with pytest.raises(ConnectionLost):
        device("1")
    device.close()


def test_a_board_that_vanishes_while_idle_is_lost():
    device = Device("sim:")
    os.kill(supervisor_of_the_newest_board(), signal.SIGKILL)
    with pytest.raises(ConnectionLost):
        device("1")
    device.close()


def test_an_open_that_fails_frees_a_named_board(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for _ in range(2):
        with pytest.raises(Exception, match="ZeroDivisionError"):
            Device("sim:freed", startup="1/0")
    with Device("sim:freed") as device:
        assert device("1") == 1


def test_trace_holds_the_whole_conversation(tmp_path):
    with Device("sim:", trace=str(tmp_path / "trace")) as device:
        device("'needle'")
    text = (tmp_path / "trace").read_text()
    assert " > " in text
    assert text.count("needle") >= 2


def test_startup_code_replaces_the_imports():
    with Device("sim:", startup="x = 5") as device:
        assert device("x, 'machine' in globals()") == (5, False)
    with Device("sim:", startup="") as device:
        assert device("'machine' in globals()") is False
    with Device("sim:") as device:
        assert device("const(3), time is not None, sleep is not None, Pin is not None") == (
            3,
            True,
            True,
            True,
        )


def test_the_implementation():
    with Device("sim:") as device:
        implementation = device.implementation
    assert implementation.name == "micropython"
    assert len(implementation.version) == 3
    assert set(implementation.emitters) <= {"native", "viper"}


def supervisor_of_the_newest_board():
    """The child of ours that was started last and runs the simulated board."""
    command = ["pgrep", "-n", "-P", str(os.getpid()), "-f", "supervisor"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize("device", [5, b"/dev/ttyUSB0", object(), ["sim:"]])
def test_what_names_no_device_is_told(device):
    with pytest.raises(TypeError, match="device= takes a port, a URL, a UsbSpecifier"):
        Device(device)


def test_a_path_is_a_port(tmp_path):
    with pytest.raises(ConnectionFailedError, match=f"there is no port {tmp_path}/tty"):
        Device(tmp_path / "tty")


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_timeout_is_a_time(timeout):
    with pytest.raises(ValueError, match="timeout="):
        Device("sim:", timeout=timeout)
