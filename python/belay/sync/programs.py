"""Code for the board in as few bytes as it can have.

What a sync costs where nothing or little has changed is mostly its programs: their local names become single
letters. The files in ``ondevice`` never use a local name as an attribute, a keyword or a global.
"""

from __future__ import annotations

import ast
import builtins
import io
import string
import tokenize
from functools import lru_cache
from typing import Iterator, Set, Tuple

from ..ondevice import code

__all__ = ["program", "sealed"]


@lru_cache(maxsize=None)
def program(*topics: str) -> str:
    """The code of these topics, in order."""
    return "".join(shorten(code(topic)) for topic in topics)


def sealed(text: str) -> str:
    """The same program, which does nothing but raise where one of its bytes was lost or changed on the way.

    A lost space can put a line outside of its block and leave a program that runs, and does less.
    """
    data = text.encode()
    plain = bytes(range(32, 127)).replace(b"\\", b"").replace(b"'", b"") + b"\n"
    escaped = {byte: chr(byte) for byte in plain}
    escaped.update({ord("'"): "\\'", ord("\\"): "\\\\"})
    literal = "".join(escaped.get(byte) or f"\\x{byte:02x}" for byte in data)
    return f"(lambda s:exec(s)if sum(s)=={sum(data)} else 1/0)(b'''{literal}''')"


def shorten(text: str) -> str:
    """The same code with local names of one letter."""
    local, other = _names(text)
    letters = (letter for letter in string.ascii_letters if letter not in other)
    short = dict(zip(sorted(local - other), letters))
    lines = text.splitlines(keepends=True)
    for line, column, name in reversed(list(_occurrences(text, set(short)))):
        source = lines[line]
        lines[line] = source[:column] + short[name] + source[column + len(name) :]
    return "".join(lines)


def _names(text: str) -> Tuple[Set[str], Set[str]]:
    """The names that functions bind, and all that must stay."""
    bound: Set[str] = set()
    fixed = set(dir(builtins))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            (fixed if node.id.startswith("_") else bound).add(node.id)
        elif isinstance(node, (ast.arg, ast.keyword)):
            (bound if isinstance(node, ast.arg) else fixed).add(node.arg or "")
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler)):
            bound.add(node.name or "")
        elif isinstance(node, ast.Attribute):
            fixed.add(node.attr)
        elif isinstance(node, ast.alias):
            fixed.update((node.name, node.asname or ""))
    return {name for name in bound if not name.startswith("__")}, fixed


def _occurrences(text: str, names: Set[str]) -> Iterator[Tuple[int, int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string in names:
            yield token.start[0] - 1, token.start[1], token.string
