"""Calls as program text: pure functions, no I/O.

Every program ends by answering in a frame (``ondevice/reply.py``): ``__belay(value)`` or ``__belay_n()``.
"""

from __future__ import annotations

import ast
import keyword
import os
import string
import warnings
from contextlib import suppress
from typing import Any, List, Mapping, Sequence, Tuple

from .._native import minify
from .literals import literal_text

__all__ = [
    "answer",
    "argument_text",
    "call",
    "cut",
    "evaluation",
    "execution",
    "is_expression",
    "new_mark",
    "prepare",
    "verification",
]

_NO_VALUE = "__belay_n()"
_MARK_ALPHABET = (string.ascii_letters + string.digits).encode()


def new_mark() -> bytes:
    """A mark for one connection (``rust/core/src/reply.rs``)."""
    return bytes([0x1F, *(_MARK_ALPHABET[byte % len(_MARK_ALPHABET)] for byte in os.urandom(7))])


def is_expression(code: str) -> bool | None:
    """Whether ``code`` is an expression; ``None`` where the host's grammar knows it neither way.

    The test is made on the text as the user wrote it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # `x := 1` is an expression in brackets only, which `evaluation` puts around it.
        bracketed = f"({code.strip()}\n)"
        for text, mode in ((code.strip(), "eval"), (_unindented(code), "exec"), (bracketed, "eval")):
            try:
                compile(text, "<belay>", mode)
            except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
                continue
            return mode == "eval"
    return None


def prepare(code: str, *, shrink: bool = True) -> Tuple[str, int]:
    """Text for the top level of the board: minified where that is wanted and possible.

    Returns:
        the text, and how many lines it has before the first one of ``code``.
    """
    if shrink:
        # Else the board reports the user's error, on the right line.
        with suppress(SyntaxError):
            return minify(code), 0
    text = _unindented(code)
    return text, text.count("\n") - code.count("\n")


def evaluation(expression: str, *, shrink: bool = True) -> str:
    """A program that answers with the expression's value."""
    # The newline ends a comment; the inner brackets hold `1, 2` together.
    tail = "\n" if "#" in expression else ""
    program = f"__belay(({expression.strip()}{tail}))"
    if shrink:
        with suppress(SyntaxError):
            return _sendable(minify(program))
    return _sendable(program)


def execution(statements: str) -> str:
    """A program that runs statements and answers without a value."""
    return _sendable(f"{statements}\n{_NO_VALUE}")


def cut(statements: str, longest_bytes: int) -> List[str]:
    """Statements in pieces of at most so many bytes, cut between statements of the top level where possible.

    Each line keeps its number, by the empty lines before it.
    """
    try:
        body = ast.parse(statements).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return [statements]
    lines = statements.split("\n")
    pieces: List[str] = []
    start = end = 0
    for node in body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))]) - 1
        last = node.end_lineno or node.lineno
        text = _numbered(lines, start, last)
        if start < end <= first and len(text.encode()) > longest_bytes:
            pieces.append(_numbered(lines, start, end))
            start = end
        end = last
    return [*pieces, _numbered(lines, start, len(lines))]


def _numbered(lines: Sequence[str], start: int, end: int) -> str:
    return "\n" * start + "\n".join(lines[start:end])


def call(
    function: str, arguments: Sequence[Any], keywords: Mapping[str, Any], names: Sequence[str] = ()
) -> str:
    """The text of a call on the board.

    Args:
        function: its name on the board.
        arguments: positional arguments.
        keywords: arguments by name.
        names: of the function's positional parameters, for messages.

    Raises:
        TypeError: an argument is no literal; the message names it.
    """
    texts = [argument_text(arguments, names)] if arguments else []
    for name, value in keywords.items():
        text = argument_text([value], [name])
        is_name = name.isidentifier() and not keyword.iskeyword(name)
        texts.append(f"{name}={text}" if is_name else f"**{{{name!r}:{text}}}")
    return f"{function}({','.join(texts)})"


def answer(expression: str) -> str:
    """A program that answers with the value of an expression of ours."""
    return f"__belay({expression})"


def argument_text(arguments: Sequence[Any], names: Sequence[str] = ()) -> str:
    """Positional arguments as they stand in a call.

    Raises:
        TypeError: one is no literal; the message names it.
    """
    texts = []
    for index, value in enumerate(arguments):
        try:
            texts.append(literal_text(value))
        except (TypeError, ValueError) as error:
            name = repr(names[index]) if index < len(names) else str(index + 1)
            raise TypeError(f"argument {name} cannot be sent to the board: {error}") from None
    return ",".join(texts)


def verification(mark: bytes, number: int) -> tuple[bytes, bytes]:
    """A program that says that the prompt is reached and whether our helpers are still there.

    It stays below 60 bytes: it may be typed ahead of a running program, on a UART of 64.

    Returns:
        its text, and what its answer begins with: the rest is ``1`` where the helpers are there, else ``0``.
    """
    expected = str(number % 10)
    text = mark.decode()
    program = f"print(end='{text}?2:{expected}%d{text}'%('__belay'in dir()))"
    return program.encode(), expected.encode()


def _sendable(program: str) -> str:
    """Refuse what a raw REPL acts on instead of taking it as code (MicroPython ``shared/runtime/pyexec.c``).

    Raises:
        ValueError: it holds one of the characters 00 to 04.
    """
    acted_on = next((character for character in "\0\1\2\3\4" if character in program), None)
    if acted_on is not None:
        raise ValueError(
            f"the code holds the control character {acted_on!r}, on which the board's REPL acts; "
            "write it as an escape in a string"
        )
    return program


def _unindented(code: str) -> str:
    """An indented block becomes the body of an ``if``: nothing inside of its strings changes."""
    first = next(
        (line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#")), ""
    )
    return f"if 1:\n{code}" if first[:1] in (" ", "\t") else code
