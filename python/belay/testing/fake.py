"""A board that is a table of answers, behind the seam where a serial port would be."""

from __future__ import annotations

from typing import List, Optional

from ..transport.base import READ_BYTES, Line
from .firmware import MICROPYTHON, Firmware
from .interpreter import Answer, Interpreter, Reply, Script, as_function
from .memory import DIRECT, MemoryTransport

__all__ = ["FakeBoard"]


class FakeBoard(MemoryTransport):
    """A board at byte level, for testing what talks to boards; it executes nothing.

    It is an open transport: give it to whatever takes one. Example::

        board = FakeBoard({"print(1 + 1)": "2\\n"})
        board.write(b"\\x01", 1)  # into the raw REPL
        board.write(b"print(1 + 1)\\x04", 1)
        assert board.read(1).endswith(b"OK2\\r\\n\\x04\\x04>")

    Args:
        script: from a program's text to what it does; see :class:`Interpreter`.
        firmware: how this kind of board behaves.
        main: what its ``main.py`` does: the board has just been switched on. ``None``: it stands at its
            friendly prompt, and what it said is long gone.
        line: what the line says that it can take.
        read_bytes: the most that one read returns; ``1`` cuts everything into single bytes.

    Attributes:
        written: all that the host has written.
        programs: those that were started, in order.
    """

    def __init__(
        self,
        script: Script,
        *,
        firmware: Firmware = MICROPYTHON,
        main: Optional[Answer] = None,
        line: Line = DIRECT,
        read_bytes: int = READ_BYTES,
    ) -> None:
        super().__init__(line=line, name="fake board", read_bytes=read_bytes)
        self.written = b""
        self.programs: List[str] = []
        self._answer = as_function(script)
        self._interpreter = Interpreter(self._noted, firmware, main=main)
        said = self._interpreter.power_on()
        if main is not None:
            self._say(said)

    def say(self, data: bytes) -> None:
        """Print something by itself, as a thread or a timer of the board does."""
        self._say(data)

    def unplug(self) -> None:
        """Break the connection off; what was said before can still be read."""
        self._hang_up("it was unplugged")

    def _take(self, data: bytes) -> None:
        self.written += data
        self._coming += self._interpreter.feed(data)

    def _noted(self, program: str) -> Reply:
        self.programs.append(program)
        return self._answer(program)
