"""Serial ports: what reaches pyserial, and what its errors become."""

import errno
import os
import socket
import sys
import termios
import threading
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest
import serial
from serial.rfc2217 import PortManager
from serial.urlhandler import protocol_loop
from tests.support.lines import DEADLINE_S, Far, no_ports, pseudo_terminal_pair

from belay.exceptions import ConnectionFailedError, ConnectionLost
from belay.transport.connect import connect


@pytest.fixture
def terminal():
    """Path of a pseudo-terminal, and the descriptor of its other end."""
    far, near = os.openpty()
    yield os.ttyname(near), far
    os.close(near)
    os.close(far)


@pytest.fixture
def handler(monkeypatch):
    """Registers a pyserial URL ``test://`` whose port is of the given class, by pyserial's own mechanism."""

    def register(port_class):
        monkeypatch.setattr(serial, "protocol_handler_packages", ["belay_test_handlers"])
        monkeypatch.setitem(sys.modules, "belay_test_handlers", SimpleNamespace(__path__=[]))
        name = "belay_test_handlers.protocol_test"
        monkeypatch.setitem(sys.modules, name, SimpleNamespace(Serial=port_class))

    return register


def test_a_missing_port_says_so_and_which_there_are():
    ports = [SimpleNamespace(device=name, vid=None) for name in ("/dev/ttyB", "/dev/ttyA")]
    with pytest.raises(ConnectionFailedError, match="there is no port /dev/ttyNONE") as caught:
        connect("/dev/ttyNONE", ports=lambda: ports, environment={})
    assert caught.value.hint == "ports that exist: /dev/ttyA, /dev/ttyB"


def test_a_missing_port_on_a_host_without_any():
    with pytest.raises(ConnectionFailedError) as caught, no_ports("/dev/ttyNONE"):
        pass
    assert caught.value.hint == "no serial port exists"


def test_a_port_that_is_held_is_busy(terminal):
    path, _ = terminal
    with no_ports(path):
        with (
            pytest.raises(ConnectionFailedError, match="busy: another program holds it") as caught,
            no_ports(path),
        ):
            pass
        assert "close the other program" in caught.value.hint
    with no_ports(path):
        pass  # It is free again.


def test_a_port_may_be_shared(terminal):
    path, _ = terminal
    with no_ports(path, exclusive=False), no_ports(path, exclusive=False):
        pass


@pytest.mark.skipif(os.getuid() != 0, reason="gives up root's rights to be refused")
def test_a_port_that_is_not_permitted_names_the_group(terminal):
    path, _ = terminal
    os.chown(path, 0, 1)
    os.chmod(path, 0o660)
    os.seteuid(65534)
    try:
        with pytest.raises(ConnectionFailedError, match="may not be opened by you") as caught, no_ports(path):
            pass
    finally:
        os.seteuid(0)
    assert "usermod -aG daemon" in caught.value.hint


@pytest.mark.parametrize(
    ("path", "message"), [("/dev/null", "/dev/null is no serial port"), ("/dev", "/dev is no serial port")]
)
def test_what_is_no_serial_port(path, message):
    with pytest.raises(ConnectionFailedError, match=message), no_ports(path):
        pass


def test_an_unknown_url_is_refused():
    with pytest.raises(ConnectionFailedError, match="'nonsense' not known"), no_ports("nonsense://x"):
        pass


def test_1200_baud_is_refused_before_the_port_is_touched():
    with pytest.raises(ConnectionFailedError, match="bootloader"), no_ports("/dev/ttyNONE", baudrate=1200):
        pass


def test_the_speed_reaches_the_port(terminal):
    path, far = terminal
    with no_ports(path, baudrate=9600):
        assert termios.tcgetattr(far)[4:6] == [termios.B9600, termios.B9600]


@pytest.mark.parametrize(
    ("given", "levels"),
    [({}, (True, True)), ({"dtr": False}, (False, True)), ({"rts": False}, (True, False))],
)
def test_the_control_lines_are_given_before_the_port_opens(handler, given, levels):
    at_opening = []

    class Recorded(protocol_loop.Serial):
        def from_url(self, url):  # What pyserial calls first when it opens.
            at_opening.append((self.dtr, self.rts, self.is_open))

    handler(Recorded)
    with no_ports("test://", **given):
        pass
    assert at_opening == [(*levels, False)]


def test_with_both_lines_low_an_esp_board_is_not_reset(handler):
    """RTS without DTR is its reset: the levels that the board sees, from both raised by the system."""
    levels = []

    class Recorded(protocol_loop.Serial):
        def _update_dtr_state(self):
            levels.append((self.dtr, levels[-1][1] if levels else True))

        def _update_rts_state(self):
            levels.append((levels[-1][0] if levels else True, self.rts))

        def from_url(self, url):
            pass

    handler(Recorded)  # whose open() updates DTR first, then RTS, as that of a plain port does
    with no_ports("test://", dtr=False, rts=False):
        assert levels[-1] == (False, False)
    assert (False, True) not in levels


def test_closing_leaves_the_control_lines_as_they_are(terminal):
    path, far = terminal
    with no_ports(path):
        assert not termios.tcgetattr(far)[2] & termios.HUPCL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("could not open port 'COM9': FileNotFoundError(2, 'nicht gefunden', None, 2)", "there is no port"),
        ("could not open port 'COM9': PermissionError(13, 'Zugriff verweigert', None, 5)", "busy"),
        ("something else", "cannot be opened: something else"),
    ],
)
def test_the_errors_of_windows_are_told_apart_by_their_text(handler, text, message):
    class Refusing(protocol_loop.Serial):
        def open(self):
            raise serial.SerialException(text)

    handler(Refusing)
    with pytest.raises(ConnectionFailedError, match=message), no_ports("test://"):
        pass


def test_a_port_is_released_when_what_follows_fails(terminal):
    path, _ = terminal

    def broken():
        raise RuntimeError("the list of ports cannot be read")

    with pytest.raises(RuntimeError):
        connect(path, ports=broken, environment={})
    with no_ports(path):
        pass


def test_a_vanishing_port_is_never_an_oserror():
    with pseudo_terminal_pair() as (transport, far):
        far.hang_up()
        with pytest.raises(ConnectionLost) as caught:
            transport.read(10)
        assert not isinstance(caught.value, OSError)
        assert "cable" in caught.value.hint


def test_a_driver_that_reports_an_error_is_a_lost_line(handler):
    class Vanishing(protocol_loop.Serial):
        def from_url(self, url):
            pass

        def read(self, size=1):
            raise OSError(errno.EIO, "Input/output error")

    handler(Vanishing)
    with no_ports("test://") as transport, pytest.raises(ConnectionLost, match="Input/output error"):
        transport.read(10)


def test_a_loop_answers_itself():
    with no_ports("loop://") as transport:
        transport.write(bytes(range(256)), 10)
        data = b""
        while len(data) < 256:
            data += transport.read(10)
        assert data == bytes(range(256))


def test_hwgrep_opens_the_plain_port(terminal, monkeypatch):
    path, far = terminal
    found = [(path, "a board", "USB VID:PID=1234:5678")]
    monkeypatch.setattr(
        "serial.urlhandler.protocol_hwgrep.serial.tools.list_ports.grep", lambda pattern: found
    )
    with no_ports("hwgrep://1234:5678") as transport:
        transport.write(b"x", 10)
        assert Far(far, None).receive(1) == b"x"


@contextmanager
def rfc2217_server():
    """Serves an echo to one client, with pyserial's own server side; also gives what ends it."""
    with (
        serial.serial_for_url("loop://", timeout=0.01) as port,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        server.settimeout(DEADLINE_S)
        ended = threading.Event()

        def serve():
            client, _ = server.accept()
            with client:
                client.settimeout(0.01)
                manager = PortManager(port, SimpleNamespace(write=client.sendall))
                while not ended.is_set():
                    with suppress(TimeoutError):
                        data = client.recv(1024)
                        if not data:
                            return
                        port.write(b"".join(manager.filter(data)))
                    client.sendall(b"".join(manager.escape(port.read(port.in_waiting))))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"rfc2217://127.0.0.1:{server.getsockname()[1]}", port, ended
        finally:
            ended.set()
            thread.join(DEADLINE_S)


@pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning")  # pyserial 3.5
@pytest.mark.filterwarnings("ignore:setName:DeprecationWarning")
def test_a_port_behind_rfc2217():
    with rfc2217_server() as (target, port, ended), no_ports(target, dtr=False, rts=True) as transport:
        assert not transport.line.pushes_back
        assert (port.dtr, port.rts) == (False, True)
        every = bytes(range(256))
        transport.write(every, 10)
        data = b""
        while len(data) < 256:
            more = transport.read(10)
            assert more, data
            data += more
        assert data == every
        ended.set()
        with pytest.raises(ConnectionLost):
            transport.read(10)
