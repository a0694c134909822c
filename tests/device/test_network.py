"""Boards on a network: a real server between ``Device`` and a real interpreter.

WebREPL's server is MicroPython's own WebSocket code in a process of its own, RFC 2217's is pyserial's, and
``ser2net`` is Debian's where it is installed.
"""

import io
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from statistics import median

import pytest
from tests.support.network_boards import (
    free_port,
    serial_board,
    tcp_board,
    webrepl_board,
)
from tests.support.peers import CLOSE, TelnetPeer, WebSocketPeer, frame
from tests.support.serial_server import Rfc2217Server

from belay import Device
from belay.exceptions import (
    AuthenticationError,
    BelayException,
    ConnectionFailedError,
    ConnectionLost,
    PyboardException,
)
from belay.testing import replay

pytest.importorskip("micropython_run")
DEADLINE_S = 20
RING_BYTES = 255
"""What an ESP8266 holds of what it has not read."""


@contextmanager
def telnet_board():
    with tcp_board(protocol=TelnetPeer, ring_bytes=RING_BYTES) as relay:
        relay.url = f"telnet://127.0.0.1:{relay.port}"
        yield relay


@contextmanager
def socket_board():
    with tcp_board() as relay:
        relay.url = f"socket://127.0.0.1:{relay.port}"
        yield relay


@contextmanager
def rfc2217_board():
    with serial_board() as path, Rfc2217Server(path) as server:
        server.url = f"rfc2217://127.0.0.1:{server.port}"
        yield server


class Ser2Net:
    """Debian's ``ser2net``, which serves the port at ``path`` by one of its protocols."""

    CONFIGURATION = """\
connection: &board
  accepter: {accepter}tcp,127.0.0.1,{port}
  connector: serialdev,{path},115200n81,local
"""

    def __init__(self, accepter, url, path, folder):
        port = free_port()
        file = folder / "ser2net.yaml"
        file.write_text(self.CONFIGURATION.format(accepter=accepter, port=port, path=path))
        command = [SER2NET, "-d", "-u", "-c", file]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = url.format(f"127.0.0.1:{port}")
        deadline = time.monotonic() + DEADLINE_S
        while True:  # It says nothing when it is ready.
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.stop()
                    raise

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE_S)


SER2NET = shutil.which("ser2net", path="/usr/sbin:/usr/bin:/sbin:/bin")
needs_ser2net = pytest.mark.skipif(
    SER2NET is None, reason="ser2net is not installed (apt-get install ser2net)"
)


@contextmanager
def ser2net_board(accepter, url, folder):
    with serial_board() as path:
        server = Ser2Net(accepter, url, path, folder)
        try:
            yield server
        finally:
            server.stop()


SERVERS = {
    "webrepl": lambda folder: webrepl_board(ring_bytes=RING_BYTES),
    "telnet": lambda folder: telnet_board(),
    "socket": lambda folder: socket_board(),
    "rfc2217": lambda folder: rfc2217_board(),
    "ser2net raw": lambda folder: ser2net_board("", "socket://{}", folder),
    "ser2net telnet": lambda folder: ser2net_board("telnet,", "telnet://{}", folder),
    # It cannot set the modem lines of a pseudo-terminal, and does not answer then.
    "ser2net rfc2217": lambda folder: ser2net_board(
        "telnet(rfc2217),", "rfc2217://{}?ign_set_control", folder
    ),
}
SLOW = {"ser2net raw", "ser2net rfc2217"}
KINDS = [
    pytest.param(
        kind, marks=[needs_ser2net] * kind.startswith("ser2net") + [pytest.mark.slow] * (kind in SLOW)
    )
    for kind in SERVERS
]


@pytest.fixture(params=KINDS)
def server(request, tmp_path):
    options = {} if request.param != "webrepl" else {"password": "secret"}
    with SERVERS[request.param](tmp_path) as each:
        each.options = options
        yield each
        if hasattr(each, "board"):
            assert each.board.lost == 0


def test_a_board_on_a_network_is_a_board(server):
    out = io.StringIO()
    with Device(server.url, stream_out=out, **server.options) as device:
        assert device.implementation.name == "micropython"
        assert device("1 + 1") == 2
        # The whole of a byte's values, and text cut anywhere.
        assert device("bytes(range(256))") == bytes(range(256))
        assert device("'é€😀' * 500") == "é€😀" * 500
        assert device(repr("é\xff" * 300)) == "é\xff" * 300

        @device.task
        def add(a, b):
            print("adding")
            return a + b

        assert [add(i, 1) for i in range(20)] == list(range(1, 21))
        with pytest.raises(PyboardException, match="ZeroDivisionError"):
            device("1 / 0")

        @device.task
        def count(limit):
            yield from range(limit)

        assert list(count(10)) == list(range(10))
    assert out.getvalue() == "adding\n" * 20


def test_a_program_is_interrupted_and_a_second_opening_finds_the_board(server):
    with Device(server.url, **server.options) as device:
        with pytest.raises(BelayException, match="deadline"):
            device("while True: pass", timeout=0.3)
        assert device("2") == 2
    with Device(server.url, **server.options) as device:
        assert device("3") == 3


def test_sync_works_as_on_a_local_line(server, tmp_path):
    folder = tmp_path / "folder"
    (folder / "package").mkdir(parents=True)
    contents = {
        "bytes.bin": bytes(range(256)) * 16,
        "package/module.py": b"def answer():\n    return 42\n" + b"# comment\n" * 300,
        "nothing": b"",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    with Device(server.url, **server.options) as device:
        device.sync(folder, "/synced", minify=False)
        for name, content in contents.items():
            assert device.fs.read(f"/synced/{name}") == content
        (folder / "nothing").write_bytes(b"something")
        (folder / "bytes.bin").unlink()
        device.sync(folder, "/synced", minify=False)
        assert {entry.path for entry in device.fs.tree("/synced")} >= {"/synced/nothing"}
        assert device.fs.read("/synced/nothing") == b"something"
        assert not device.fs.exists("/synced/bytes.bin")
        device("import sys; sys.path.append('/synced')")
        assert device("__import__('package.module').module.answer()") == 42


def test_the_trace_of_each_has_no_password_and_can_be_replayed(server, tmp_path):
    trace = tmp_path / "trace"
    # Telnet waits for a question where a login is given; that trace is in tests/transport/test_telnet.py.
    options = {} if server.url.startswith("telnet") else {"password": "secret"}
    with Device(server.url, trace=str(trace), **options) as device:
        assert device("'secret'.upper()") == "SECRET"
    text = trace.read_text()
    assert re.match(r"# belay trace \S+ \w+://127\.0\.0\.1:\d+\S* \{'kind'", text)
    word = "******" if options else "secret"
    assert ("secret" in text, word in text) == (not options, True)
    with Device(replay(trace)) as device:
        assert device(f"'{word}'.upper()") == "SECRET"


def test_a_line_without_soft_reset_keeps_what_the_board_holds():
    with webrepl_board() as server:
        with Device(server.url, password="secret") as device:
            device("kept = 5")
        with Device(server.url, password="secret") as device:
            assert device("kept") == 5
            assert device("1 + 1") == 2


def test_a_wrong_password():
    with webrepl_board(password="right") as server:
        with pytest.raises(AuthenticationError, match="refused the password") as caught:
            Device(server.url, password="wrongone")
        assert "wrongone" not in str(caught.value)
        with Device(server.url, password="right") as device:
            assert device("1") == 1


def test_a_second_client_is_turned_away_and_the_first_goes_on():
    with webrepl_board() as server, Device(server.url, password="secret") as device:
        with pytest.raises(ConnectionFailedError, match="does not answer as a WebREPL") as caught:
            Device(server.url, password="secret")
        assert "one client at a time" in caught.value.hint
        assert device("1 + 1") == 2


def test_a_server_that_dies_in_a_call():
    with webrepl_board() as server, Device(server.url, password="secret") as device:
        device("import time")
        out = KillAtFirstWord(server)
        with pytest.raises(ConnectionLost, match="lost"):
            device("print('running'); time.sleep(30)", stream_out=out)
        with pytest.raises(ConnectionLost):
            device("1")


class KillAtFirstWord(io.StringIO):
    """A stream that ends the server when the board prints."""

    def __init__(self, server):
        super().__init__()
        self._server = server

    def write(self, text):
        if "running" in text:
            self._server.kill()
        return len(text)


@pytest.mark.parametrize(
    ("last", "reason"),
    [(frame(b"\x03\xe8", CLOSE), "the board closed it"), (frame(b"this one is cut")[:9], "lost")],
)
def test_a_close_and_half_a_frame_in_a_call(last, reason):
    peers = []

    def webrepl(client):
        peers.append(WebSocketPeer(client))
        peers[-1].log_in()
        return peers[-1]

    class CloseAtFirstWord(io.StringIO):
        def write(self, text):
            peers[-1].raw(last)
            relay.stop()

    with tcp_board(protocol=webrepl) as relay:
        device = Device(f"ws://127.0.0.1:{relay.port}", password="secret")
        with pytest.raises(ConnectionLost, match=reason) as caught:
            device("print('running')\nwhile True: pass", stream_out=CloseAtFirstWord())
        assert caught.value.may_have_run
        device.close()


def test_a_hiccup_of_wifi_replays_nothing():
    """The mark is still there: the board did not restart, and what was not recorded is not lost."""
    with webrepl_board() as server, Device(server.url, password="secret", attempts=5) as device:
        device("count = 1")
        device("count += 10", record=False)
        server.restart()
        with suppress(ConnectionLost):  # a call that was written before the loss was seen
            device("0")
        assert device("count") == 11


def test_an_rfc2217_server_that_restarts():
    with serial_board() as path:
        with Rfc2217Server(path) as server:
            device = Device(f"rfc2217://127.0.0.1:{server.port}")
            device("before = 1")
            server.stop()
            with pytest.raises(ConnectionLost):
                device("1")
            device.close()
        with Rfc2217Server(path, server.port), Device(f"rfc2217://127.0.0.1:{server.port}") as device:
            assert device("1 + 1") == 2


@pytest.mark.slow
@needs_ser2net
def test_an_rfc2217_server_without_modem_lines(tmp_path):
    """pyserial waits for its answer; the hint says how to do without."""
    with (
        ser2net_board("telnet(rfc2217),", "rfc2217://{}", tmp_path) as server,
        pytest.raises(ConnectionFailedError, match="option 'control'") as caught,
    ):
        Device(server.url)
    assert "?ign_set_control" in caught.value.hint


@pytest.mark.slow
def test_no_rfc2217_there():
    """A server that answers none of the options: refused within pyserial's three seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ConnectionFailedError, match="does not seem to support RFC2217"):
            Device(url)
    with pytest.raises(ConnectionFailedError):
        Device("rfc2217://board.invalid:2217")


ONE_WAY_S = 0.02


@pytest.mark.parametrize("scheme", ["socket", "telnet", "ws"])
def test_a_call_costs_one_round_trip(scheme):
    """20 ms each way: at most a tenth more than the link itself takes."""
    with delayed(scheme) as (url, options), Device(url, **options) as device:

        @device.task
        def identity(value):
            return value

        times_s = []
        for i in range(10):
            start = time.perf_counter()
            assert identity(i) == i
            times_s.append(time.perf_counter() - start)
    print(f"{scheme}: {min(times_s) * 1000:.1f} ms at best, median {median(times_s) * 1000:.1f}")
    # The best: what else runs on this machine is no part of the link.
    assert 2 * ONE_WAY_S <= min(times_s) <= 2 * ONE_WAY_S * 1.1


@contextmanager
def delayed(scheme):
    if scheme == "ws":
        with webrepl_board(delay_s=ONE_WAY_S) as server:
            yield server.url, {"password": "secret"}
    else:
        with tcp_board(ONE_WAY_S, TelnetPeer if scheme == "telnet" else None) as relay:
            yield f"{scheme}://127.0.0.1:{relay.port}", {}


def test_webrepl_over_50_ms():
    with webrepl_board(delay_s=0.025) as server, Device(server.url, password="secret") as device:
        assert device("'x' * 3000") == "x" * 3000
        device(f"text = {'y' * 3000!r}")
        assert device("len(text)") == 3000
        with pytest.raises(BelayException, match="deadline"):
            device("while True: pass", timeout=0.2)
        assert device("2") == 2
