"""A raw line to a simulated board: bytes, with a deadline on every wait."""

from __future__ import annotations

import os
import select
import time

from belay.sim import Launched

RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"
DEADLINE_S = 20.0


class Line:
    """Bytes to and from a board, with a deadline on every wait."""

    def __init__(self, board: Launched) -> None:
        self.board = board
        self.sim = board.control
        self._closed = False

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.board.write_fd, data) :]

    def read_until(self, end: bytes) -> bytes:
        """Everything up to and with `end`, which must be the last thing that comes."""
        data = b""
        deadline = time.monotonic() + DEADLINE_S
        while not data.endswith(end):
            left = deadline - time.monotonic()
            waiting = left > 0 and select.select([self.board.read_fd], [], [], left)[0]
            assert waiting, (end, data[-2000:])
            piece = os.read(self.board.read_fd, 65536)
            assert piece, ("the board is gone", data[-2000:])
            data += piece
        return data

    def quiet(self, seconds: float = 0.15) -> bytes:
        """What comes in this time, which is expected to be nothing or the end."""
        data = b""
        while select.select([self.board.read_fd], [], [], seconds)[0]:
            piece = os.read(self.board.read_fd, 65536)
            if not piece:
                break
            data += piece
        return data

    def raw(self) -> Line:
        """Enter the raw REPL from the friendly prompt."""
        self.read_until(b">>> ")
        self.write(b"\x01")
        assert self.read_until(b">") == b"\r\n" + RAW_BANNER
        return self

    def run(self, code: str) -> str:
        """Run a program in the raw REPL; returns what it prints, and fails if it raises."""
        output, error = self.fail(code)
        assert error == "", error
        return output

    def fail(self, code: str) -> tuple[str, str]:
        """Run a program in the raw REPL; returns what it prints and its traceback."""
        self.write(code.encode() + b"\x04")
        reply = self.read_until(b"\x04>")
        assert reply.startswith(b"OK"), reply
        output, error, _ = reply[2:].split(b"\x04")
        return output.decode(), error.decode()

    def close(self) -> None:
        """End the board. Idempotent."""
        if not self._closed:
            self._closed = True
            self.board.close()
