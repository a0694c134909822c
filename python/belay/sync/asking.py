"""Running the programs of a sync, and what is raised where one arrived as another one."""

from __future__ import annotations

import re
from typing import Any

from .._native import Frame
from ..repl.response import Operation, checked, value_of
from ..repl.wire import execution

__all__ = ["MISSING", "Damaged", "Learnt", "ask", "cleanup", "expect"]

_GLOBALS = "hskqlgizftpw"
"""The last letters of the names that our programs leave on the board while a sync is under way."""
MISSING = re.compile("ImportError|AttributeError|NotImplementedError|NameError.*binascii")
"""What a board says of a module or a function that it does not have."""


class Damaged(Exception):
    """Something was lost or changed on the way, or the board has learnt better: compare again."""

    free = False
    """It does not count as an attempt."""


class Learnt(Damaged):
    """The board can or cannot do something: the next attempt goes by it."""

    free = True


def ask(text: str) -> Operation[Any]:
    """Run a program that answers with a value, and may say that it is still busy.

    Raises:
        BoardError: it raised.
        NotBelayResponseError: its value cannot be understood.
    """
    reply = yield text
    while isinstance(reply, Frame):
        reply = yield b""
    checked(reply)
    return value_of(reply) if reply.tag == "v" else None


def expect(is_so: bool, answer: object) -> None:
    """A program that was changed on its way may answer anything."""
    if not is_so:
        raise Damaged(f"a program arrived as another one, which answered {answer!r:.100}")


def cleanup() -> str:
    """A program that takes back all that ours have left."""
    return execution(f"[globals().pop('__belay_f'+n,0)for n in'{_GLOBALS}']")
