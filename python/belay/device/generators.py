"""A generator of the board as one of the host: one exchange a value, as lazy as a local one."""

from __future__ import annotations

import builtins
from typing import Any, Generator

from ..exceptions import PyboardException
from ..repl.literals import literal_text
from ..repl.response import statements, tagged_value
from .link import BoardLink

__all__ = ["drive"]


def drive(link: BoardLink, call: str, *, trusted: bool, timeout_s: float | None) -> Generator[Any, Any, Any]:
    """Run a generator function of the board; nothing is sent before the first value is asked for.

    Args:
        link: the board.
        call: the text that makes the generator.
        trusted: evaluate values on the host.
        timeout_s: how long the board may run to the next value.
    """
    number = link.next_number()
    life: int | None = None
    program = f"__belay_g[{number}]={call};__belay_y({number})"
    thrown: BaseException | None = None
    while True:
        try:
            tag, result = link.perform(tagged_value(program, trusted=trusted), timeout_s=timeout_s, life=life)
        except PyboardException:
            raise
        except BaseException:
            if life in (None, link.lives):
                link.abandon(number)
            raise
        life = link.lives
        if tag == "s":
            return result
        if tag == "r" and thrown is not None:
            raise thrown
        try:
            sent = yield result
        except GeneratorExit:
            _close(link, number, life, timeout_s)
            raise
        except BaseException as error:
            thrown = error
            program = f"__belay_y({number},None,{_exception_text(error)})"
        else:
            try:
                program = (
                    f"__belay_y({number})" if sent is None else f"__belay_y({number},{literal_text(sent)})"
                )
            except (TypeError, ValueError):
                link.abandon(number)
                raise


def _close(link: BoardLink, number: int, life: int, timeout_s: float | None) -> None:
    """Close it on the board: now, or with the next call where one is in flight (in a finaliser)."""
    if link.closed or life != link.lives:
        return
    if link.session.busy:
        link.abandon(number)
    else:
        link.perform(statements(f"__belay_z({number})"), timeout_s=timeout_s)


def _exception_text(error: BaseException) -> str:
    """An exception for the board: its own class where both sides have it, else the nearest that both have."""
    for kind in type(error).__mro__:
        if getattr(builtins, kind.__name__, None) is kind and kind.__name__ not in (
            "object",
            "BaseException",
        ):
            break
    else:
        kind = Exception
    try:
        arguments = ",".join(map(literal_text, error.args))
    except TypeError:
        arguments = repr(str(error))
    return f"{kind.__name__}({arguments})"
