"""Values as program text: what a board's parser makes the same value of."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict

__all__ = ["literal_text"]

_LONG_INTEGER_BITS = 10_000
"""Beyond it an integer goes in hexadecimal: CPython limits decimals (``sys.set_int_max_str_digits``)."""


def literal_text(value: Any) -> str:
    """The text of a literal.

    Values of subclasses (``IntEnum``, named tuples, ``OrderedDict``) go as their base type's.

    Raises:
        TypeError: the value, or something in it, is no Python literal.
        ValueError: the value contains itself.
    """
    try:
        return _text(value)
    except RecursionError:
        raise ValueError("the value is nested too deeply, or contains itself") from None


def _text(value: Any) -> str:
    write = _WRITERS.get(type(value))
    if write is None:
        # `bool` and `None` have no subclasses.
        write = next((write for base, write in _WRITERS.items() if isinstance(value, base)), None)
        if write is None:
            raise TypeError(f"{type(value).__name__} is no Python literal")
    return write(value)


def _integer(value: int) -> str:
    return hex(value) if value.bit_length() > _LONG_INTEGER_BITS else int.__repr__(value)


def _float(value: float) -> str:
    return float.__repr__(value) if math.isfinite(value) else f"float('{float.__repr__(value)}')"


def _complex(value: complex) -> str:
    if math.isfinite(value.real) and math.isfinite(value.imag):
        return complex.__repr__(value)
    return f"complex({_float(value.real)},{_float(value.imag)})"


def _string(value: str) -> str:
    return str.__repr__(value)


def _items(value: Any) -> str:
    return ",".join(map(_text, value))


def _tuple(value: Any) -> str:
    return f"({_items(value)},)" if len(value) == 1 else f"({_items(value)})"


def _set(value: Any) -> str:
    return f"{{{_items(value)}}}" if value else "set()"


def _dictionary(value: Any) -> str:
    return "{" + ",".join(f"{_text(key)}:{_text(item)}" for key, item in value.items()) + "}"


_WRITERS: Dict[type, Callable[[Any], str]] = {
    type(None): repr,
    bool: repr,
    int: _integer,
    float: _float,
    str: _string,
    bytes: bytes.__repr__,
    tuple: _tuple,
    list: lambda value: f"[{_items(value)}]",
    dict: _dictionary,
    set: _set,
    complex: _complex,
    frozenset: lambda value: f"frozenset(({_items(value)},))" if value else "frozenset()",
    bytearray: lambda value: f"bytearray({bytes(value)!r})",
    type(...): repr,
}
