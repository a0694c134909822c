"""Real lines with a test at their far end: one opener for each kind of transport.

``OPENERS[kind]()`` is a context manager of ``(transport, far)``: the transport under test and the board's end
of its line, which does what the test says.
"""

import os
import select
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from tests.support.peers import TelnetPeer, WebSocketPeer
from tests.support.serial_server import Rfc2217Server

from belay.transport.connect import connect

RELAY = Path(__file__).with_name("relay.py")
DEADLINE_S = 20


class Far:
    """The board's end of a line, over one descriptor."""

    def __init__(self, descriptor, close):
        self._descriptor = descriptor
        self._close = close

    def send(self, data):
        data = memoryview(data)
        while data:
            data = data[os.write(self._descriptor, data) :]

    def receive(self, count):
        """Exactly ``count`` bytes, or a failure at the deadline."""
        data = b""
        deadline = monotonic() + DEADLINE_S
        while len(data) < count:
            ready, _, _ = select.select([self._descriptor], [], [], max(0, deadline - monotonic()))
            assert ready, f"{len(data)} of {count} bytes came: {data[:100]!r}"
            data += os.read(self._descriptor, min(65536, count - len(data)))
        return data

    def hang_up(self):
        """The line ends here. Idempotent."""
        close, self._close = self._close, lambda: None
        close()


@contextmanager
def no_ports(target, **options):
    """``connect`` on a machine that lists no serial port."""
    transport = connect(target, ports=list, environment={}, **options)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def process(kind, **options):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        target = f"{kind}:{sys.executable} {RELAY} {server.getsockname()[1]}"
        with no_ports(target, **options) as transport:
            line, _ = server.accept()
            line.setblocking(True)
            with line:
                yield transport, Far(line.fileno(), line.close)


@contextmanager
def pseudo_terminal_pair(prefix="", suffix="", **options):
    """A serial port whose board is the other end of a pseudo-terminal."""
    far_descriptor, near_descriptor = os.openpty()
    path = os.ttyname(near_descriptor)
    far = Far(far_descriptor, lambda: os.close(far_descriptor))
    try:
        with no_ports(f"{prefix}{path}{suffix}", **options) as transport:
            os.close(near_descriptor)
            yield transport, far
    finally:
        far.hang_up()


def telnet(**options):
    def answer(connection):
        far = TelnetPeer(connection)
        far.send(b">>> ")  # Without a word the client waits whether it is asked for a login.
        return far

    return served("telnet", answer, **options)


@contextmanager
def rfc2217(**options):
    """pyserial's own RFC 2217 server; its port is a pseudo-terminal whose other end is the board."""
    far_descriptor, near_descriptor = os.openpty()

    def hang_up():
        # The port goes first: its server may hang in a write to it.
        os.close(far_descriptor)
        server.stop()

    far = Far(far_descriptor, hang_up)
    with Rfc2217Server(os.ttyname(near_descriptor)) as server:
        try:
            with no_ports(f"rfc2217://127.0.0.1:{server.port}", **options) as transport:
                os.close(near_descriptor)
                yield transport, far
        finally:
            far.hang_up()


@contextmanager
def tcp(**options):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        with no_ports(f"socket://127.0.0.1:{server.getsockname()[1]}", **options) as transport:
            line, _ = server.accept()
            line.setblocking(True)
            with line:
                yield transport, Far(line.fileno(), line.close)


@contextmanager
def served(scheme, answer, **options):
    """A line to a server on loopback that does ``answer(connection)``, in a thread, and gives its far end."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        server.settimeout(DEADLINE_S)
        answered = pool.submit(lambda: answer(server.accept()[0]))
        with no_ports(f"{scheme}://127.0.0.1:{server.getsockname()[1]}", **options) as transport:
            far = answered.result(DEADLINE_S)
            try:
                yield transport, far
            finally:
                far.hang_up()


def webrepl(**options):
    def answer(connection):
        far = WebSocketPeer(connection)
        far.log_in()
        return far

    return served("ws", answer, password="secret", **options)


OPENERS = {
    "exec": lambda **options: process("exec", **options),
    "execpty": lambda **options: process("execpty", **options),
    "serial": pseudo_terminal_pair,
    # A pyserial object that is not the plain port: it goes through the pump.
    "pump": lambda **options: pseudo_terminal_pair("alt://", "?class=Serial", **options),
    "socket": tcp,
    "webrepl": webrepl,
    "telnet": telnet,
    "rfc2217": rfc2217,
}
