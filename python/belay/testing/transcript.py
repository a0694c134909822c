"""A recorded conversation as a board: what ``trace=FILE`` wrote, played back.

The board of a transcript says what it had said as soon as the host has written all that it had written
before that; how either side cut its bytes does not matter, nor does the time that passed. Each connection
has a random mark of its own (``repl.wire.new_mark``): the first one that the host sends stands for the
recorded one from then on.

Passwords are stars in a trace: give the same number of stars as the password.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass, field
from typing import List, Optional, Tuple, Union

from ..transport.base import Line
from .memory import DIRECT, MemoryTransport

__all__ = ["TranscriptMismatch", "replay"]

_HEAD = re.compile(r"# belay trace .*?(\{'kind': .*\})?$")
_ENTRY = re.compile(r"\d+\.\d+ ([<>]) (b['\"].*)$")
_MARK = re.compile(rb"(?:\\x1f|\x1f)([A-Za-z0-9]{7})")
"""A mark as it stands in a program's text: escaped, or itself."""
_SHOWN_BYTES = 80


class TranscriptMismatch(AssertionError):
    """The host wrote something else than was recorded. The connection is lost from there on."""


@dataclass(frozen=True)
class _Connection:
    line: Line
    entries: List[Tuple[int, str, bytes]] = field(default_factory=list)
    """Line of the file, direction, bytes."""


def replay(
    trace: Union[str, os.PathLike[str]], *, connection: Optional[int] = None, line: Optional[Line] = None
) -> ReplayTransport:
    """An open transport that plays a recorded conversation.

    Args:
        trace: a file that ``trace=`` or ``BELAY_TRACE`` wrote.
        connection: which one, counted from 0, where the file has several.
        line: what the line can take; ``None``: as it was recorded.

    Raises:
        ValueError: the file is no trace, has several connections, or not that one.
        OSError: the file cannot be read.
    """
    connections = _parse(trace)
    if connection is None and len(connections) > 1:
        raise ValueError(
            f"{os.fspath(trace)} has {len(connections)} connections; say which: connection=0 is the first one"
        )
    try:
        chosen = connections[connection or 0]
    except IndexError:
        raise ValueError(f"{os.fspath(trace)} has no connection {connection or 0}") from None
    return ReplayTransport(chosen, f"transcript {os.fspath(trace)}", line or chosen.line)


class ReplayTransport(MemoryTransport):
    """The board of a transcript; made by :func:`replay`."""

    def __init__(self, connection: _Connection, name: str, line: Line) -> None:
        super().__init__(line=line, name=name)
        self._entries = connection.entries
        self._recorded_mark = _find_mark(b"".join(data for _, way, data in self._entries if way == ">"))
        self._mark = self._recorded_mark
        self._to_board = b""
        """What the host has to write next: a run of ``>`` entries without ``<`` between them."""
        self._where = 0
        self._advance()

    @property
    def finished(self) -> bool:
        """Whether the host has written, and can read, all of the transcript."""
        with self._changed:
            return not self._to_board and not self._entries

    def _take(self, data: bytes) -> None:
        self._learn_mark(data)
        at = 0
        while at < len(data):
            part = data[at : at + len(self._to_board)]
            if not self._to_board.startswith(part) or not part:
                # Only the first one is news: what follows, and the host's closing, finds a lost line.
                self._end = "the host has left the transcript"
                raise TranscriptMismatch(self._explain(data[at:]))
            self._to_board = self._to_board[len(part) :]
            at += len(part)
            if not self._to_board:
                self._advance()

    def _advance(self) -> None:
        """Say what comes now, and find out what the host has to write then."""
        self._coming += self._take_entries("<")
        self._where = self._entries[0][0] if self._entries else self._where
        self._to_board = self._take_entries(">")
        if not self._to_board:
            self._end = "the transcript ends here"

    def _take_entries(self, way: str) -> bytes:
        count = next((at for at, entry in enumerate(self._entries) if entry[1] != way), len(self._entries))
        taken, self._entries = self._entries[:count], self._entries[count:]
        data = b"".join(data for _, _, data in taken)
        return data.replace(self._recorded_mark, self._mark) if self._recorded_mark else data

    def _learn_mark(self, data: bytes) -> None:
        if (
            self._recorded_mark
            and self._mark == self._recorded_mark
            and self._recorded_mark in self._to_board
        ):
            self._mark = _find_mark(data) or self._mark
            self._to_board = self._to_board.replace(self._recorded_mark, self._mark)

    def _explain(self, data: bytes) -> str:
        expected = self._to_board
        same = len(os.path.commonprefix([data, expected]))
        start = max(0, same - _SHOWN_BYTES // 2)
        return (
            f"{self.name}, line {self._where}: the host wrote something else than was recorded\n"
            f"  recorded: {expected[start : start + _SHOWN_BYTES]!r}\n"
            f"  written:  {data[start : start + _SHOWN_BYTES]!r}"
        )


def _parse(trace: Union[str, os.PathLike[str]]) -> List[_Connection]:
    connections: List[_Connection] = []
    with open(trace, encoding="ascii") as file:
        for number, text in enumerate(file, 1):
            head, entry = _HEAD.match(text), _ENTRY.match(text)
            if head:
                connections.append(_Connection(Line(**ast.literal_eval(head[1])) if head[1] else DIRECT))
            elif entry and connections:
                connections[-1].entries.append((number, entry[1], ast.literal_eval(entry[2])))
            elif not text.startswith("#"):
                raise ValueError(f"{os.fspath(trace)}, line {number}: this is no line of a trace: {text!r}")
    if not connections:
        raise ValueError(f"{os.fspath(trace)} is no trace")
    return connections


def _find_mark(data: bytes) -> bytes:
    """The letters of the first mark in a program's text; empty where there is none."""
    match = _MARK.search(data)
    return match[1] if match else b""
