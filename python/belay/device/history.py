"""What has to be sent again to a board that has restarted."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Optional, Union

from ..exceptions import MaxHistoryLengthError
from ..repl.response import Operation

__all__ = ["Command", "Entry", "History"]


@dataclass(frozen=True)
class Command:
    """A program that answers without a value that anybody wants.

    Attributes:
        program: its text.
        timeout_s: how long it may run, as its call said.
        silence_s: how long the board may say nothing meanwhile.
    """

    program: str
    timeout_s: Optional[float] = None
    silence_s: Optional[float] = None


Entry = Union[Command, Callable[[], Operation[Any]]]
"""A command, or what makes the operation that brings the board up to date (a sync, by comparing again)."""


class History:
    """What ran, in order. Definitions and operations are always kept; commands up to ``limit``.

    Past the limit no more commands are kept, and the state cannot be restored any more: replaying a part of
    them would leave the board in a state that it never had.
    """

    def __init__(self, limit: int, *, warn: bool) -> None:
        self._limit = limit
        self._warn = warn
        self._entries: List[Entry] = []
        self._by_place: Dict[str, Entry] = {}
        self._commands = 0
        self._last_expression = ""
        self._overflowed = False

    def define(self, definition: Command) -> None:
        """Keep what defines functions."""
        self._entries.append(definition)
        self._last_expression = ""

    def bring(self, place: str, entry: Callable[[], Operation[Any]]) -> None:
        """Keep what makes the operation that brings a place up to date, instead of the one before.

        Repeating both would first undo what the later one did: files outlive the interpreter.
        """
        if place in self._by_place:
            self._entries.remove(self._by_place[place])
        self._by_place[place] = entry
        self._entries.append(entry)
        self._last_expression = ""

    def command(self, program: str, *, expression: bool = False, timeout_s: Optional[float] = None) -> None:
        """Keep a command that has run; an expression equal to the entry before it is kept once."""
        if expression and program == self._last_expression:
            return
        if self._commands >= self._limit:
            if self._warn and not self._overflowed:
                warnings.warn(
                    f"more than {self._limit} commands were recorded: after a lost connection the board's "
                    "state cannot be restored (pass record=False where a command need not be repeated)",
                    stacklevel=2,
                )
            self._overflowed = True
            return
        self._commands += 1
        self._entries.append(Command(program, timeout_s))
        self._last_expression = program if expression else ""

    def entries(self) -> Iterator[Entry]:
        """All of them, in order.

        Raises:
            MaxHistoryLengthError: some were not kept.
        """
        if self._overflowed:
            raise MaxHistoryLengthError(
                f"more than {self._limit} commands were recorded: the board's state cannot be restored",
                hint="pass record=False to calls that need not be repeated, or raise MAX_CMD_HISTORY_LEN",
            )
        return iter(tuple(self._entries))
