"""What a sync takes over links with latency, and over boards that hold little of what comes.

The 60 files of ``benches/data/make.py`` over 100 kB/s and 20 ms each way. A link's own time is that of its
bytes and two latencies for each exchange; credits are two latencies each too, counted apart.
"""

import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from benches.data import make
from benches.link import open_link
from tests.support.network_boards import tcp_board, webrepl_board
from tests.support.peers import TelnetPeer
from tests.support.transports import CountingTransport

from belay import Device
from belay.transport.connect import connect

pytest.importorskip("micropython_run")
ONE_WAY_S = 0.02
BYTES_PER_S = 100_000
ATTEMPTS = 5
ESP8266_RING_BYTES = 255


@contextmanager
def link_to(kind):
    """A target, and its password."""
    if kind == "serial":
        with open_link(latency_s=ONE_WAY_S, bytes_per_s=BYTES_PER_S) as link:
            yield link.port, ""
    elif kind == "webrepl":
        with webrepl_board("secret", ONE_WAY_S, BYTES_PER_S) as server:
            yield server.url, "secret"
    else:
        protocol = TelnetPeer if kind == "telnet" else None
        with tcp_board(ONE_WAY_S, protocol, BYTES_PER_S) as relay:
            yield f"{kind}://127.0.0.1:{relay.port}", ""


@pytest.mark.parametrize(
    ("kind", "flow"),
    [
        ("telnet", "none"),
        ("webrepl", "none"),
        pytest.param("serial", "none", marks=pytest.mark.slow),
        *(
            pytest.param(kind, None, marks=pytest.mark.slow)
            for kind in ("serial", "socket", "telnet", "webrepl")
        ),
    ],
)
def test_a_sync_takes_what_its_link_takes(kind, flow, packages, tmp_path):
    """At most 1.3 times as long, the best of five: what else runs on this machine is no part of the link."""
    folder = make.write(packages, tmp_path)
    with link_to(kind) as (target, password):
        line = CountingTransport(connect(target, password=password, flow=flow, environment={}))
        with Device(line, startup="") as device:
            ratios = []
            while len(ratios) < ATTEMPTS and min(ratios, default=2) > 1.3:
                line.take()
                began = time.perf_counter()
                device.sync(folder, f"/{len(ratios)}")
                seconds = time.perf_counter() - began
                count = line.take()
                waits = count.exchanges + (count.credits if flow is None else 0)
                model_s = (count.bytes_up + count.bytes_down) / BYTES_PER_S + waits * 2 * ONE_WAY_S
                ratios.append(seconds / model_s)
                print(f"{kind} {flow}: {seconds:.2f} s, modelled {model_s:.2f}, {ratios[-1]:.2f}; {count}")
            assert count.exchanges <= 7  # one to make the folder
            assert 0.7 < min(ratios) <= 1.3


@contextmanager
def small_ring(kind, ring_bytes=ESP8266_RING_BYTES):
    if kind == "webrepl":
        with webrepl_board(ring_bytes=ring_bytes) as server:
            yield connect(server.url, password="secret", environment={}), server.board
    else:
        with tcp_board(protocol=TelnetPeer if kind == "telnet" else None, ring_bytes=ring_bytes) as relay:
            yield connect(f"{kind}://127.0.0.1:{relay.port}", environment={}), relay.board


@pytest.mark.parametrize("kind", ["webrepl", "telnet"])
def test_nothing_is_lost_on_a_board_with_a_small_ring(kind, packages, tmp_path):
    with small_ring(kind) as (transport, board), Device(transport) as device:
        for length in (*range(225, 265), 500, 5000, 20_000):
            device(f"text={'x' * (length - 7)!r}")
            assert device("len(text)") == length - 7

        @device.task
        def size(*values):
            return sum(map(len, values))

        assert size("é" * 3000, b"\xff" * 3000, list(range(500))) == 6500
        content = bytes(range(256)) * 40 + make.noise()[:9000]
        device.fs.write("/content", content)
        assert device.fs.read("/content") == content
        device.sync(make.write(packages, tmp_path / "tree"), "/tree", minify=False)
        name = sorted(packages)[30]
        assert device.fs.read(f"/tree/{name}") == packages[name]
        assert board.lost == 0


def test_a_ring_that_is_not_known_costs_programs():
    """The test's own check: without what the table says of WebREPL, bytes are lost."""
    with small_ring("webrepl") as (transport, board):
        transport.line = replace(transport.line, ring_bytes=None)
        with pytest.raises(Exception, match="while: "):
            Device(transport, timeout=1)
        transport.close()
        assert board.lost > 0


def test_a_line_that_loses_more_than_the_table_says_costs_time_and_no_data():
    """Programs fit this ring, blocks do not: after the first loss no more is under way than is safe."""
    content = make.noise()[:9000]
    with small_ring("socket", ring_bytes=300) as (transport, board), Device(transport, timeout=1) as device:
        device.fs.write("/content", content)
        assert board.lost > 0
        lost = board.lost
        assert device.fs.read("/content") == content
        device.fs.write("/content", content[::-1])
        assert device.fs.read("/content") == content[::-1]
        assert board.lost == lost
