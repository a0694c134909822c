"""What a program's outcome means: a value, nothing, or an error.

An *operation* is a generator: it yields programs (``str``), is sent their outcomes, and returns its result. A
program that runs may speak to it: then it is sent a ``Frame``, and yields ``bytes``, which go to the running
program (``b""``: nothing to say), until the outcome comes. An operation does no I/O and knows no clock, so
that threads and asyncio can drive the same ones.
"""

from __future__ import annotations

from typing import Any, Generator, Tuple, TypeVar, Union

from .._native import Frame, Outcome, parse_literal
from ..exceptions import InternalError, NotBelayResponseError
from ..ondevice import code

__all__ = [
    "BoardError",
    "Operation",
    "Reply",
    "checked",
    "over",
    "statements",
    "tagged_value",
    "value",
    "value_of",
]

Result = TypeVar("Result")
Reply = Union[Outcome, Frame]
Operation = Generator[Union[str, bytes], Reply, Result]


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
    checked(over((yield program)))


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
    outcome = checked(over((yield program)))
    tag = outcome.tag
    in_pieces = tag == "m" and not outcome.garbled
    if in_pieces:
        tag = outcome.payload.decode()
        outcome = checked(over((yield code("stream"))))
    result = value_of(outcome, trusted=trusted)
    return tag, result[0] if in_pieces else result


def value_of(outcome: Outcome, *, trusted: bool = False) -> Any:
    """The value in an outcome.

    Raises:
        NotBelayResponseError: it cannot be understood.
    """
    if outcome.garbled:
        raise NotBelayResponseError(
            f"something was printed into the board's reply: {outcome.payload!r}",
            hint="the call has run; let threads of the board print less often, or ask for the value again",
        )
    return _evaluate(outcome.payload) if trusted else parse_literal(outcome.payload)


def over(reply: Reply) -> Outcome:
    """The outcome of a program that has nothing to say while it runs."""
    if isinstance(reply, Frame):
        raise InternalError(
            f"a program of belay's said {reply.tag!r}, which nobody expected", hint="please report this"
        )
    return reply


def checked(outcome: Outcome) -> Outcome:
    """The same outcome.

    Raises:
        BoardError: the program raised.
    """
    if outcome.tag == "x" and not outcome.garbled:
        raise BoardError(outcome.payload.decode("utf-8", "backslashreplace"), outcome.answer == b"0")
    return outcome


def _evaluate(text: bytes) -> Any:
    try:
        return eval(text.decode("utf-8", "surrogateescape"), {})
    except Exception as error:
        raise NotBelayResponseError(
            f"the host cannot evaluate the reply {text!r}: {error}", hint="leave trusted=True out"
        ) from error
