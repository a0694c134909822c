"""Which target string opens which line, and what the environment has to say (contract section 2)."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from belay.exceptions import (
    ConnectionFailedError,
    DeviceNotFoundError,
    InsufficientSpecifierError,
)
from belay.transport.connect import SCHEMES, connect, is_target
from belay.transport.ports import UsbSpecifier

FIELDS = ("pid", "serial_number", "manufacturer", "product", "location")


@pytest.fixture
def terminal():
    """Path of a pseudo-terminal."""
    far, near = os.openpty()
    yield os.ttyname(near)
    os.close(near)
    os.close(far)


def usb_port(device, vid=0x2E8A):
    return SimpleNamespace(device=device, vid=vid, **dict.fromkeys(FIELDS))


def opened(target=None, ports=(), environment=(), **options):
    """Name and line of what ``connect`` opens."""
    transport = connect(target, ports=lambda: list(ports), environment=dict(environment), **options)
    transport.close()
    return transport.name, transport.line


def test_nothing_given_is_the_only_usb_port(terminal):
    other = SimpleNamespace(device="/dev/ttyS0", vid=None)
    name, line = opened(ports=[other, usb_port(terminal)])
    assert name == terminal
    assert line.kind == "native USB 2E8A:0000"


def test_nothing_given_and_no_port_or_several(terminal):
    with pytest.raises(DeviceNotFoundError):
        opened()
    with pytest.raises(InsufficientSpecifierError):
        opened(ports=[usb_port(terminal), usb_port("/dev/ttyACM9")])


@pytest.mark.parametrize("value", ["exec:cat", "execpty:cat", '{"vid": 11914}', " {} "])
def test_the_environment_names_the_device(terminal, value):
    name, _ = opened(ports=[usb_port(terminal)], environment={"BELAY_DEVICE": value})
    assert name == (value if value.startswith("exec") else terminal)


def test_an_empty_variable_is_none(terminal):
    assert opened(ports=[usb_port(terminal)], environment={"BELAY_DEVICE": ""})[0] == terminal


def test_a_given_target_wins_over_the_environment():
    assert opened("exec:cat", environment={"BELAY_DEVICE": "/dev/ttyNONE"})[0] == "exec:cat"


@pytest.mark.parametrize("target", [UsbSpecifier(vid=0x2E8A), '{"vid": 11914}'])
def test_a_specifier_is_its_port(terminal, target):
    ports = [usb_port("/dev/ttyNONE", vid=1), usb_port(terminal)]
    assert opened(target, ports=ports)[0] == terminal


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("exec:cat", "pipe"),
        ("EXEC:cat", "pipe"),
        ("execpty:cat", "pseudo-terminal"),
        ("loop://", "serial port"),
    ],
)
def test_the_kind_of_line(target, kind):
    assert opened(target)[1].kind == kind


def test_a_path_is_a_serial_port_and_its_line_follows_from_the_list(terminal):
    assert opened(terminal)[1].kind == "serial port"
    assert opened(terminal, ports=[usb_port(terminal, vid=0x10C4)])[1].kind == "USB to UART bridge 10C4:0000"


@pytest.mark.parametrize("target", ["192.168.4", "192.168.4.1/x", "COM3", "/dev/ttyNONE", ""])
def test_anything_else_is_a_port(target):
    with pytest.raises(ConnectionFailedError, match=f"there is no port {target}"):
        opened(target)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *((f"{scheme}x", True) for scheme in SCHEMES),
        ("SIM:x", True),
        ("/dev/ttyUSB0", True),
        ("com12", True),
        ("COM12x", False),
        ("/dev", False),
        ("sim", False),
        ("print(1)", False),
        ("board/", False),
    ],
)
def test_what_names_a_board_by_its_looks(word, expected):
    assert is_target(word) is expected


@pytest.mark.parametrize("target", ["socket://", "socket://localhost", "socket://localhost:99999"])
def test_a_socket_needs_an_address(target):
    with pytest.raises(ConnectionFailedError, match=f"{target} (names no host and port|is no address)"):
        opened(target)


def test_a_socket_that_nobody_serves():
    with pytest.raises(ConnectionFailedError, match=r"socket://127\.0\.0\.1:1 does not answer"):
        opened("socket://127.0.0.1:1")


def test_a_host_that_does_not_resolve():
    with pytest.raises(ConnectionFailedError, match=r"the name 'board\.invalid' does not resolve"):
        opened("socket://board.invalid:1")


def test_flow_is_the_users_word():
    assert not opened("exec:cat", flow="credits")[1].pushes_back
    assert opened("loop://", flow="none")[1].pushes_back
    with pytest.raises(ConnectionFailedError, match="flow"):
        opened("exec:cat", flow="maybe")


def test_importing_connect_does_not_import_what_a_line_needs():
    program = (
        "import sys, belay.transport.connect\n"
        "print(*sorted({'serial', 'subprocess', 'socket', 'belay.sim'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True, timeout=60)
    assert done.stdout.split() == []
