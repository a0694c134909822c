"""Simulated boards behind servers on loopback: what a board on a network, or on another machine, looks like.

``tcp_board``      bytes as they are (``socket://``); one client after the other, the board goes on
``serial_board``   a pseudo-terminal as its serial port
``webrepl_board``  the same behind MicroPython's own WebSocket code, in a process of its own
``Relay``          passes bytes between a client and a server: late, in part, or no more
"""

import fcntl
import os
import re
import select
import socket
import subprocess
import sys
import termios
import threading
import tty
from array import array
from collections import deque
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from time import monotonic

from belay.transport.connect import connect

SERVER = Path(__file__).with_name("webrepl_board.py")
DEADLINE_S = 20
PIECE_BYTES = 256


class Relay:
    """Accepts clients, one after the other, and passes bytes between each and what ``open_far`` gives.

    Args:
        open_far: called for each client; a socket.
        delay_s: how late bytes arrive, each way.
        bytes_per_s: how many may pass, each way.
        protocol: called with each client's socket; its ``unwrap`` and ``wrap`` change what passes (peers.py).
    """

    def __init__(self, open_far, delay_s=0.0, protocol=None, bytes_per_s=inf):
        self._open_far = open_far
        self._protocol = protocol
        self._delay_s = delay_s
        self._bytes_per_s = bytes_per_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._wake_read, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        """End everything. Idempotent."""
        with suppress(OSError):
            self._wake.send(b".")
        self._thread.join(DEADLINE_S)
        for each in (self._wake, self._wake_read, self._listener):
            each.close()

    def _serve(self):
        while self._listener in select.select([self._listener, self._wake_read], [], [])[0]:
            client, _ = self._listener.accept()
            with client, self._open_far() as far:
                for each in (client, far):
                    with suppress(OSError):  # not every socket is TCP
                        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._pass(client, far):
                    return

    def _pass(self, client, far):
        """Until either side ends, or, ``True``, ``stop``."""
        ways = {client: Way(far, self._delay_s, self._bytes_per_s)}
        ways[far] = Way(client, self._delay_s, self._bytes_per_s)
        peer = self._protocol(client) if self._protocol else None
        translate = {client: peer.unwrap, far: peer.wrap} if peer else {}
        while True:
            due = min(way.due_s for way in ways.values())
            wait_s = max(due - monotonic(), 0) if due < inf else None
            ready, _, _ = select.select([client, far, self._wake_read], [], [], wait_s)
            if self._wake_read in ready:
                return True
            for side in ready:
                with suppress(OSError):  # who writes small pieces without TCP_NODELAY waits for it
                    side.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                with suppress(ConnectionError):
                    data = side.recv(65536)
                    passed = translate[side](data) if data and translate else data
                    if passed or not data:
                        ways[side].put(passed)
                    continue
                return False
            if not (ways[client].pass_on() and ways[far].pass_on()):
                return False


class Way:
    """One direction of a ``Relay``: bytes on their way to ``sink``; no bytes: its end."""

    def __init__(self, sink, delay_s, bytes_per_s):
        self._sink = sink
        self._delay_s = delay_s
        self._bytes_per_s = bytes_per_s
        self._free_s = 0.0
        self._queue = deque()

    @property
    def due_s(self):
        """When the next of them arrive."""
        return self._queue[0][0] if self._queue else inf

    def put(self, data):
        # In pieces: the first need not wait for the last where bytes take their time.
        size = len(data) if self._bytes_per_s == inf else PIECE_BYTES
        for at in range(0, len(data), size) if data else [0]:
            piece = data[at : at + size]
            self._free_s = max(self._free_s, monotonic()) + len(piece) / self._bytes_per_s
            self._queue.append((self._free_s + self._delay_s, piece))

    def pass_on(self):
        """Hand over what is due; whether the end has not come."""
        while self.due_s <= monotonic():
            data = self._queue.popleft()[1]
            if not data:
                return False
            with suppress(ConnectionError):
                self._sink.sendall(data)
        return True


class Board:
    """One simulated board that lives on while clients come and go.

    Args:
        target: what to open.
        ring_bytes: of what has not been read the board holds so many; the rest is ``lost``, as where
            ``os.dupterm_notify`` moves all that has come into the ring of stdin.
    """

    def __init__(self, target="sim:", ring_bytes=inf):
        before = child_processes()
        self._transport = connect(target, environment={})
        self._ring_bytes = ring_bytes
        self._terminal = terminal_of(max(child_processes() - before)) if ring_bytes < inf else None
        self.lost = 0
        self._ours, self._theirs = socket.socketpair()
        self._threads = [threading.Thread(target=each) for each in (self._to_board, self._from_board)]
        for thread in self._threads:
            thread.start()

    @property
    def sim(self):
        return self._transport.control

    def open_far(self):
        """The board's end of its only line; closing it is nothing to the board."""
        return self._theirs.dup()

    def close(self):
        self._transport.close()
        for each in (self._ours, self._theirs):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(DEADLINE_S)
        self._ours.close()
        self._theirs.close()
        if self._terminal is not None:
            os.close(self._terminal)

    def _to_board(self):
        with suppress(Exception):
            while data := self._ours.recv(65536):
                held = data
                if self._terminal is not None:
                    held = data[: max(self._ring_bytes - unread(self._terminal), 0)]
                    self.lost += len(data) - len(held)
                self._transport.write(held, DEADLINE_S)

    def _from_board(self):
        with suppress(Exception):
            while True:
                self._ours.sendall(self._transport.read(3600))


def child_processes():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return {int(word) for word in file.read().split()}


def terminal_of(supervisor):
    """The terminal that a simulated board reads."""
    folder = f"/proc/{supervisor}/fd"
    paths = {os.readlink(f"{folder}/{name}") for name in os.listdir(folder)}
    (path,) = (path for path in paths if re.fullmatch(r"/dev/pts/\d+", path))
    return os.open(path, os.O_RDONLY | os.O_NOCTTY)


def unread(terminal):
    """How many bytes wait there."""
    count = array("i", [0])
    fcntl.ioctl(terminal, termios.FIONREAD, count)
    return count[0]


@contextmanager
def board(target="sim:", ring_bytes=inf):
    each = Board(target, ring_bytes)
    try:
        yield each
    finally:
        each.close()


@contextmanager
def tcp_board(delay_s=0.0, protocol=None, bytes_per_s=inf, ring_bytes=inf):
    """A ``Relay`` in front of a board."""
    with (
        board(ring_bytes=ring_bytes) as each,
        Relay(each.open_far, delay_s, protocol, bytes_per_s) as relay,
    ):
        relay.board = each
        yield relay


@contextmanager
def serial_board():
    """The path of a serial port (a pseudo-terminal) with a simulated board at it."""
    with board() as each, each.open_far() as line:
        far, near = os.openpty()
        tty.setraw(near)
        wake_read, wake = os.pipe()
        ends = {far: line.fileno(), line.fileno(): far}

        def copy():
            while wake_read not in (ready := select.select([*ends, wake_read], [], [])[0]):
                for end in ready:
                    os.write(ends[end], os.read(end, 65536))

        thread = threading.Thread(target=copy)
        thread.start()
        try:
            yield os.ttyname(near)
        finally:
            os.close(wake)
            thread.join(DEADLINE_S)
            for descriptor in (far, near, wake_read):
                os.close(descriptor)


def free_port():
    """A port that was free just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class WebReplServer:
    """The process that serves WebREPL in front of the REPL at a TCP port."""

    def __init__(self, repl_port, password):
        self.port = free_port()
        code = "import micropython_unix as u,sys; sys.exit(u.run_main(['micropython', *sys.argv[1:]]))"
        self._command = [sys.executable, "-c", code, SERVER, str(self.port), str(repl_port), password]
        self._start()

    def _start(self):
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"ready\n"

    def restart(self):
        """Its connections are gone, and the board behind it is as it was."""
        self.kill()
        self._start()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port))

    def kill(self):
        """It dies as a board without power does."""
        self.process.kill()
        self.process.wait(DEADLINE_S)
        self.process.stdout.close()


@contextmanager
def webrepl_board(password="secret", delay_s=0.0, bytes_per_s=inf, ring_bytes=inf):
    """A board's WebREPL server; with ``delay_s``, behind a relay that is so late each way."""
    with tcp_board(ring_bytes=ring_bytes) as repl:
        server = WebReplServer(repl.port, password)
        server.board = repl.board
        try:
            with Relay(server.connect, delay_s, None, bytes_per_s) as near:
                server.url = f"ws://127.0.0.1:{near.port if delay_s else server.port}"
                yield server
        finally:
            server.kill()
