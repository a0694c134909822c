"""However opening fails and however a connection ends: somebody else can have the port, exclusively."""

import os
from contextlib import suppress

import pytest
from tests.support.ports import all_released, is_free, serial_board
from tests.support.transports import DOWN, UP

from belay import Device
from belay.exceptions import BelayException, ConnectionLost, PyboardError, PyboardException, TimeoutExpired


@pytest.fixture
def port():
    """A serial port, as path, and its line."""
    with all_released(), serial_board() as (path, line):
        yield path, line
        assert is_free(path)


class RaisesInSetup(Device):
    @Device.setup(autoinit=True)
    def prepare():
        1 / 0  # noqa: B018


class RaisesBefore(Device):
    def __pre_autoinit__(self):
        raise KeyError


class RaisesAfter(Device):
    def __post_init__(self):
        raise KeyboardInterrupt


class DoesNotCompile(Device):
    @Device.task
    def modern(value):  # noqa: N805
        match value:
            case 1:
                return 2


class HasNoSuchMethod(Device):
    @Device.task
    def close():
        pass


OPENINGS = {
    "startup raises": (Device, {"startup": "1/0"}, PyboardException),
    "startup ends the interpreter": (Device, {"startup": "raise SystemExit"}, PyboardException),
    "a setup raises": (RaisesInSetup, {}, PyboardException),
    "__pre_autoinit__ raises": (RaisesBefore, {}, KeyError),
    "__post_init__ is interrupted": (RaisesAfter, {}, KeyboardInterrupt),
    "a method does not compile": (DoesNotCompile, {}, PyboardException),
    "a method has a device's name": (HasNoSuchMethod, {}, ValueError),
    "an unknown flow": (Device, {"flow": "maybe"}, BelayException),
}


@pytest.mark.parametrize("how", OPENINGS)
def test_an_opening_that_fails(port, how):
    kind, options, error = OPENINGS[how]
    with pytest.raises(error):
        kind(port[0], **options)
    assert is_free(port[0])
    with Device(port[0]) as device:
        assert not is_free(port[0]), "else this could not fail"
        assert device("1 + 1") == 2


@pytest.mark.parametrize(("way", "count"), [(UP, 0), (DOWN, 30), (DOWN, 200)])
def test_an_opening_on_a_line_that_falls_silent(port, way, count):
    port[1].mute_after(way, count)
    with pytest.raises((ConnectionLost, PyboardError, TimeoutExpired)):
        Device(port[0], timeout=0.3)


@pytest.mark.parametrize("says", [b"", b"login: ", b">>> " * 100, b"raw REPL; CTRL-B to exit\r\n>" * 10])
def test_something_that_is_no_board(says):
    far, near = os.openpty()
    try:
        os.write(far, says)
        with all_released(), pytest.raises(PyboardError):
            Device(os.ttyname(near), timeout=0.3)
        assert is_free(os.ttyname(near))
    finally:
        os.close(near)
        os.close(far)


def test_closing(port):
    device = Device(port[0])
    device.close()
    assert is_free(port[0])


def test_a_with_block_that_raises(port):
    def leave_by_an_exception():
        with Device(port[0]) as device:
            device.teardown(fails)
            raise KeyError

    def fails():
        1 / 0  # noqa: B018

    with pytest.raises(KeyError):
        leave_by_an_exception()


def test_a_teardown_that_raises(port):
    device = Device(port[0])

    @device.teardown
    def fails():
        1 / 0  # noqa: B018

    with pytest.raises(PyboardException):
        device.close()


@pytest.mark.parametrize("then", ["close", "reconnect"])
def test_a_line_that_falls_silent_in_a_call(port, then):
    with Device(port[0], timeout=0.3) as device:
        port[1].mute_after(DOWN, 2)
        with pytest.raises(ConnectionLost):
            device("while True: pass", timeout=0.1)
        if then == "reconnect":
            with pytest.raises(ConnectionLost, match="could not be opened again"):
                device.reconnect(1)
            assert is_free(port[0]), "after an attempt that failed"


def test_a_board_that_ignores_interrupts(port):
    device = Device(port[0], timeout=0.5)
    with pytest.raises(ConnectionLost):
        device("import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass", timeout=0.1)
    device.close()
    assert is_free(port[0])


def test_a_line_that_ends():
    with all_released(), serial_board() as (path, line):
        device = Device(path)
        line.close()
        with pytest.raises(ConnectionLost):
            device("1")
        with suppress(ConnectionLost):
            device.close()
