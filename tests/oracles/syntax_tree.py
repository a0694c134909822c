"""The twin of "the same program": two texts, one abstract syntax tree.

Run as a program it compares files with the interpreter that runs it (any CPython from 3.8 on, so it imports
nothing of ours): lines ``original TAB minified`` on standard input, a JSON list of
``[original, what differs]`` on standard output. An original that this interpreter cannot parse is left out,
and reported with ``null``.
"""

from __future__ import annotations

import ast
import json
import sys
import warnings
from typing import Iterator, List, Optional, Tuple, Union

Text = Union[str, bytes]


def difference(original: Text, minified: Text) -> Optional[str]:
    """The first place where the trees differ, as text; ``None`` if they are the same.

    Compared are every node's class, line number and plain values, in order. Columns may differ. A statement
    that is one string, bytes or ``0``, and ``pass``, count as the same.

    Raises:
        SyntaxError: ``original`` does not parse.
    """
    expected = _parse(original)
    try:
        found = _parse(minified)
    except SyntaxError as error:
        return f"does not parse: {error}"
    for left, right in _pairs(_flatten(expected), _flatten(found)):
        if left != right:
            return f"{left} became {right}"
    return None


def _parse(text: Text) -> ast.AST:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except ValueError as error:  # null bytes, before 3.12
            raise SyntaxError(str(error)) from None


def _pairs(left: Iterator[object], right: Iterator[object]) -> Iterator[Tuple[object, object]]:
    end = object()
    for item in left:
        yield item, next(right, end)
    yield end, next(right, end)


def _flatten(tree: ast.AST) -> Iterator[object]:
    """All nodes and values in a fixed order, without recursion: some programs are deep."""
    waiting: List[object] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            yield "list", len(item)
            waiting.extend(reversed(item))
        elif not isinstance(item, ast.AST):
            yield type(item).__name__, repr(item)
        elif _is_docstring_or_pass(item):
            yield "docstring or pass", item.lineno  # type: ignore[attr-defined]
        else:
            yield type(item).__name__, getattr(item, "lineno", None)
            waiting.extend(getattr(item, field, None) for field in reversed(item._fields))


def _is_docstring_or_pass(node: ast.AST) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return False
    value = node.value.value
    return isinstance(value, (str, bytes)) or (type(value) is int and value == 0)


def main() -> None:
    findings = []
    for line in sys.stdin:
        original, minified = line.rstrip("\n").split("\t")
        with open(original, "rb") as left, open(minified, "rb") as right:
            try:
                finding = difference(left.read(), right.read())
            except SyntaxError:
                findings.append((original, None))
                continue
        if finding:
            findings.append((original, finding))
    json.dump(findings, sys.stdout)


if __name__ == "__main__":
    main()
