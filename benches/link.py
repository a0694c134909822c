"""A paced link: the simulated board behind a pseudo-terminal that any program can open as a serial port.

It counts bytes, exchanges and credits where the host meets the line, and gives each byte the time that a line
of so many bytes a second and so much latency would. As a program::

    python benches/link.py [--latency-ms 1] [--bytes-per-s 800000] COMMAND...

runs COMMAND with ``{port}`` replaced by the terminal's path, and prints what passed as JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pty
import queue
import re
import select
import subprocess
import sys
import threading
import time
import tty
from dataclasses import asdict, dataclass
from typing import Callable, Iterator

from belay.exceptions import ConnectionLost
from belay.transport.base import Transport
from belay.transport.connect import connect

LINKS = {
    "UART 115200": (0.001, 11_520.0),
    "USB": (0.001, 800_000.0),
    "Wi-Fi": (0.02, 100_000.0),
}
"""One-way latency in seconds, and bytes a second."""
USB = LINKS["USB"]

CREDIT = re.compile(rb"(R\x01\x80\x00)?(\x01|\x1f\w{7}[CW]\d+:\d*\x1f\w{7})*")
"""Raw-paste's consent and windows (of any program), and the grants of belay's receiver of files."""


@dataclass
class Passed:
    """What passed since the last `Link.take`."""

    exchanges: int = 0
    """Bursts from the host that the board answered."""
    credits: int = 0
    """Bursts that went on because the board granted room."""
    bytes_up: int = 0
    bytes_down: int = 0


class Counter:
    """Counts as tests/support/transports.py does: a burst is all that is written until an answer is there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passed = Passed()
        self._asked = False
        self._answer = b""

    def sent(self, data: bytes) -> None:
        """The host wrote."""
        with self._lock:
            self._settle()
            self._asked = True
            self._passed.bytes_up += len(data)

    def delivered(self, data: bytes) -> None:
        """The host can read."""
        with self._lock:
            self._passed.bytes_down += len(data)
            self._answer += data

    def take(self) -> Passed:
        """The count since the last `take`, and begin anew."""
        with self._lock:
            self._settle()
            passed, self._passed = self._passed, Passed()
            return passed

    def _settle(self) -> None:
        if self._asked and self._answer:
            if CREDIT.fullmatch(self._answer):
                self._passed.credits += 1
            else:
                self._passed.exchanges += 1
        if self._answer:
            self._asked, self._answer = False, b""


class Link:
    """An open link; `port` is the terminal's path."""

    def __init__(self, board: Transport, latency_s: float, bytes_per_s: float) -> None:
        self._board = board
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        self._counter = Counter()
        self.take = self._counter.take
        self._closed = threading.Event()
        up = _Pace(latency_s, bytes_per_s, lambda data: self._board.write(data, 60))
        down = _Pace(latency_s, bytes_per_s, self._write)
        self._threads = [
            threading.Thread(target=target, daemon=True)
            for target in (lambda: self._read_host(up), lambda: self._read_board(down), up.run, down.run)
        ]
        self._paces = (up, down)
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the board and the terminal."""
        self._closed.set()
        self._board.close()
        for pace in self._paces:
            pace.put(None)
        for thread in self._threads:
            thread.join(10)
        os.close(self._ours)
        os.close(self._theirs)

    def _read_host(self, pace: _Pace) -> None:
        while not self._closed.is_set():
            if not select.select([self._ours], [], [], 0.1)[0]:
                continue
            data = os.read(self._ours, 65536)
            self._counter.sent(data)
            pace.put(data)

    def _read_board(self, pace: _Pace) -> None:
        with contextlib.suppress(ConnectionLost):
            while not self._closed.is_set():
                data = self._board.read(0.1)
                if data:
                    pace.put(data)

    def _write(self, data: bytes) -> None:
        self._counter.delivered(data)
        while data and not self._closed.is_set():
            data = data[os.write(self._ours, data) :]


class _Pace:
    """Hands bytes on when a line would have brought them."""

    def __init__(self, latency_s: float, bytes_per_s: float, sink: Callable[[bytes], None]) -> None:
        self._latency_s = latency_s
        self._bytes_per_s = bytes_per_s
        self._sink = sink
        # Bounded, so that a line which is full pushes back.
        self._queue: queue.Queue[tuple[float, bytes] | None] = queue.Queue(4)

    def put(self, data: bytes | None) -> None:
        """Take bytes that have come now; ``None`` ends."""
        if data is None:
            with contextlib.suppress(queue.Empty):
                while True:
                    self._queue.get_nowait()
            self._queue.put(None)
            return
        for at in range(0, len(data), 4096):
            self._queue.put((time.perf_counter(), data[at : at + 4096]))

    def run(self) -> None:
        """Until the end."""
        free_at = 0.0
        with contextlib.suppress(ConnectionLost, OSError):
            while (item := self._queue.get()) is not None:
                came_at, data = item
                free_at = max(free_at, came_at) + len(data) / self._bytes_per_s
                time.sleep(max(0.0, free_at + self._latency_s - time.perf_counter()))
                self._sink(data)


@contextlib.contextmanager
def open_link(target: str = "sim:", latency_s: float = USB[0], bytes_per_s: float = USB[1]) -> Iterator[Link]:
    """A link to a fresh board."""
    link = Link(connect(target), latency_s, bytes_per_s)
    try:
        yield link
    finally:
        link.close()


def main() -> int:
    """Run a command over a link."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency-ms", type=float, default=USB[0] * 1000)
    parser.add_argument("--bytes-per-s", type=float, default=USB[1])
    parser.add_argument("--target", default="sim:")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    with open_link(options.target, options.latency_ms / 1000, options.bytes_per_s) as link:
        began = time.perf_counter()
        command = [word.replace("{port}", link.port) for word in options.command]
        status = subprocess.run(command).returncode
        print(json.dumps({"seconds": round(time.perf_counter() - began, 3), **asdict(link.take())}))
    return status


if __name__ == "__main__":
    sys.exit(main())
