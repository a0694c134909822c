"""What a program's outcome means: a value, nothing, or an error.

An *operation* is a generator: it yields programs, is sent their outcomes, and returns its result. It does no
I/O and knows no clock, so that threads and asyncio can drive the same ones.
"""

from __future__ import annotations

from typing import Any, Generator, Tuple, TypeVar

from .._native import Outcome, parse_literal
from ..exceptions import NotBelayResponseError
from ..ondevice import code

__all__ = ["BoardError", "Operation", "statements", "tagged_value", "value"]

Result = TypeVar("Result")
Operation = Generator[str, Outcome, Result]


class BoardError(Exception):
    """Code on the board raised. ``device`` turns it into a ``PyboardException``.

    Attributes:
        text: the error text as the board sent it; empty when the program ended by a reset.
        state_lost: the board restarted: nothing of the connection's state is left in its memory.
    """

    def __init__(self, text: str, state_lost: bool) -> None:
        super().__init__(text)
        self.text = text
        self.state_lost = state_lost


def statements(program: str) -> Operation[None]:
    """Run a program that answers without a value.

    Raises:
        BoardError: it raised.
    """
    outcome = yield program
    _checked(outcome)


def value(program: str, *, trusted: bool = False) -> Operation[Any]:
    """Run a program that answers with a value.

    Args:
        program: its text.
        trusted: evaluate the value's text on the host instead of parsing it as a literal.

    Raises:
        BoardError: it raised.
        NotBelayResponseError: its value cannot be understood.
    """
    _tag, result = yield from tagged_value(program, trusted=trusted)
    return result


def tagged_value(program: str, *, trusted: bool = False) -> Operation[Tuple[str, Any]]:
    """The same for a program that answers with values of several meanings.

    Returns:
        the tag that says which, and the value.
    """
    outcome = yield program
    _checked(outcome)
    tag = outcome.tag
    in_pieces = tag == "m"
    if in_pieces:
        tag = outcome.payload.decode()
        outcome = yield code("stream")
        _checked(outcome)
    if outcome.garbled:
        raise NotBelayResponseError(
            f"something was printed into the board's reply: {outcome.payload!r}",
            hint="the call has run; let threads of the board print less often, or ask for the value again",
        )
    result: Any = _evaluate(outcome.payload) if trusted else parse_literal(outcome.payload)
    return tag, result[0] if in_pieces else result


def _checked(outcome: Outcome) -> None:
    if outcome.tag == "x":
        raise BoardError(outcome.payload.decode("utf-8", "backslashreplace"), outcome.answer == b"0")


def _evaluate(text: bytes) -> Any:
    return eval(text.decode("utf-8", "surrogateescape"), {})
