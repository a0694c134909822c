"""What `parse_literal` must give, the slow way: Python's own parser, and a walk over its tree."""

from __future__ import annotations

import array
import ast
import collections
import io
import math
import tokenize
import warnings
from typing import Any

NAMES = {
    "nan": math.nan,
    "inf": math.inf,
    "nanj": complex(0, math.nan),
    "infj": complex(0, math.inf),
    "Ellipsis": ...,
}
FORMS = {
    "bytearray": bytearray,
    "range": range,
    "array": array.array,
    "set": set,
    "frozenset": frozenset,
    "OrderedDict": collections.OrderedDict,
    "dict_keys": list,
    "dict_values": list,
    "dict_items": list,
}


def read(text: str) -> Any:
    """The value, or an exception of whatever class; accepts more than `parse_literal` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _value(ast.parse(_as_calls(text.strip()), mode="eval").body)


def canonical(value: Any) -> Any:
    """Equal for values that are the same to the last bit: types, names, nan, the signs of zeros."""
    name = type(value).__name__
    if isinstance(value, (set, frozenset)):
        return name, sorted(repr(canonical(item)) for item in value)
    if isinstance(value, dict):
        items = [(canonical(key), canonical(item)) for key, item in value.items()]
        # The board keeps no order in a plain dict.
        return name, items if isinstance(value, collections.OrderedDict) else sorted(items, key=repr)
    if isinstance(value, (list, tuple)):
        return name, getattr(value, "_fields", None), [canonical(item) for item in value]
    return name, repr(value)


def _as_calls(text: str) -> str:
    """Give what Python's grammar lacks another form.

    `(a=1)` gets the name that `parse_literal` gives it; fields get numbers, as they may be keywords or the
    same twice.
    """
    source = io.StringIO(text)
    tokens = [token for token in tokenize.generate_tokens(source.readline) if token.type != tokenize.NL]
    lines = text.splitlines(keepends=True)
    number = len(tokens)
    # From the end, so that the places before stay right.
    for before, bracket, name, equals in reversed(list(zip([None, *tokens], tokens, tokens[1:], tokens[2:]))):
        if (name.type, equals.string) != (tokenize.NAME, "="):
            continue
        number -= 1
        _insert(lines, name.end, f"__{number}")
        if bracket.string == "(" and (before is None or before.type != tokenize.NAME):
            _insert(lines, bracket.start, "AttributeTuple")
    return "".join(lines)


def _insert(lines: list[str], place: tuple[int, int], piece: str) -> None:
    row, column = place
    line = lines[row - 1]
    lines[row - 1] = f"{line[:column]}{piece}{line[column:]}"


def _value(node: ast.AST) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return NAMES[node.id]
    if isinstance(node, ast.UnaryOp):
        return _negated(_value(node.operand)) if isinstance(node.op, ast.USub) else _value(node.operand)
    if isinstance(node, ast.BinOp):
        imaginary = _value(node.right).imag
        real = float(ast.unparse(node.left).replace(" ", ""))
        return complex(real, -imaginary if isinstance(node.op, ast.Sub) else imaginary)
    if isinstance(node, ast.Dict):
        return {_value(key): _value(item) for key, item in zip(node.keys, node.values) if key is not None}
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return {"List": list, "Tuple": tuple, "Set": set}[type(node).__name__](map(_value, node.elts))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.keywords and not node.args:
            fields = [str(keyword.arg).rpartition("__")[0] for keyword in node.keywords]
            values = [_value(keyword.value) for keyword in node.keywords]
            return collections.namedtuple(node.func.id, fields, rename=True)(*values)
        return FORMS[node.func.id](*map(_value, node.args))
    raise ValueError(f"no literal: {ast.dump(node)}")


def _negated(value: Any) -> Any:
    """`-0j` as it is printed: the real part 0.0 is not there, and so is not negated."""
    return complex(0.0, -value.imag) if isinstance(value, complex) else -value
