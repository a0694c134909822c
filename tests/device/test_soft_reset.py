"""``soft_reset()`` from every state: ``main.py`` runs once, and the next call finds the state restored."""

import io
import os
import signal
import threading
import time

import pytest
from tests.support.outlet import Outlet
from tests.support.transports import DOWN, UP

from belay import Device
from belay.exceptions import ConnectionLost, PyboardException, TimeoutExpired

MAIN = "with open('/count', 'a') as file: file.write('x')\nprint('main', 'runs')"


@pytest.fixture
def outlet():
    outlet = Outlet("sim:")
    yield outlet
    outlet.close()


@pytest.fixture
def device(outlet):
    with Device(outlet, attempts=1, stream_out=io.StringIO(), timeout=5) as device:
        device.fs.write("/main.py", MAIN.encode())
        device.fs.write("/count", b"")
        device("state = 5")

        @device.task
        def numbers():
            yield 1
            yield 2

        yield device


def at_its_prompt(device, outlet):
    pass


def after_an_exception(device, outlet):
    with pytest.raises(PyboardException):
        device("1/0")


def after_a_timeout(device, outlet):
    with pytest.raises(TimeoutExpired):
        device("while True: pass", timeout=0.1)


def after_ctrl_c(device, outlet):
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        device("while True: pass")
    timer.join()


def half_pasted(device, outlet):
    """Ctrl-C while a program goes over in windows: the board holds half of it."""
    write = outlet.line.write

    def interrupted(data, timeout_s):
        del outlet.line.write
        write(data[: len(data) // 2], timeout_s)
        raise KeyboardInterrupt

    outlet.line.write = interrupted
    with pytest.raises(KeyboardInterrupt):
        device("x = 1\n" * 500, minify=False)


def with_a_thread_that_prints(device, outlet):
    @device.thread
    def talk():
        while True:
            print("talk")
            time.sleep_ms(1)

    talk()


def with_a_generator_in_progress(device, outlet):
    values = device.task.numbers()
    assert next(values) == 1
    device.kept = values


def with_the_line_lost(device, outlet):
    outlet.line.close()


def with_the_line_lost_in_a_call(device, outlet):
    outlet.line.cut_after(DOWN, 3)
    with pytest.raises(ConnectionLost):
        device("1")


def while_main_runs(device, outlet):
    device.fs.write("/main.py", f"{MAIN}\nwhile True: pass".encode())
    device.soft_reset()


def away(device, outlet):
    device.soft_reset()
    assert device._link.session.away


STATES = {
    function.__name__.replace("_", " "): function
    for function in (
        at_its_prompt,
        after_an_exception,
        after_a_timeout,
        after_ctrl_c,
        half_pasted,
        with_a_thread_that_prints,
        with_a_generator_in_progress,
        with_the_line_lost,
        with_the_line_lost_in_a_call,
        while_main_runs,
        away,
    )
}


@pytest.mark.parametrize("state", STATES)
def test_a_soft_reset_works_from_there(device, outlet, state):
    STATES[state](device, outlet)
    before = device._link.stream_out.getvalue().count("main runs")
    device.soft_reset()
    shown = device._link.stream_out.getvalue()
    assert shown.count("main runs\n") == before + 1
    for word in ("\r", ">>>", "raw REPL", "MicroPython v"):
        assert word not in shown
    assert device("state") == 5
    assert list(device.task.numbers()) == [1, 2]
    assert device.fs.read("/count") == b"x" * (2 if state in ("while main runs", "away") else 1)
    if "generator" in state:
        with pytest.raises(ConnectionLost, match="restarted"):
            next(device.kept)


def test_without_attempts_a_lost_line_is_told(outlet):
    with Device(outlet) as device:
        outlet.line.cut_after(UP, 0)
        with pytest.raises(ConnectionLost):
            device.soft_reset()
        device.reconnect()
        assert device("1") == 1
