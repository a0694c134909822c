"""The source of a function, as it goes to the board."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any, Callable, Container, FrozenSet, List, Mapping, Tuple, Union

from ..exceptions import SpecialFunctionNameError

__all__ = ["Decorator", "FunctionSource", "function_source", "inner_names", "refuse_reserved_name"]

_Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef]
_OUR_DECORATORS = frozenset({"setup", "task", "teardown", "thread", "staticmethod"})


class Decorator:
    """Base of the decorators that are ours, so that they are known whatever they are called."""


@dataclass(frozen=True)
class FunctionSource:
    """A function's text, cut out of its file."""

    name: str
    file: str
    definition: str
    """The ``def`` with the decorators below ours, indented as in the file."""
    definition_line: int
    """Line of the file on which ``definition`` begins."""
    body: str
    """The statements of the function, indented as in the file."""
    body_line: int
    is_generator: bool
    is_async: bool
    inner_names: FrozenSet[str]
    """Names that a traceback may give frames of it: its own and those of functions defined in it."""


def refuse_reserved_name(name: str) -> None:
    """Refuse names that belay keeps for itself.

    Raises:
        SpecialFunctionNameError: see the class.
    """
    if name.startswith(("_belay", "__belay")) or (name.startswith("__") and name.endswith("__")):
        raise SpecialFunctionNameError(
            f"the name {name!r} is reserved", hint="rename the function: no __dunder__, no _belay prefix"
        )


def function_source(function: Callable[..., Any], known: Container[str] = ()) -> FunctionSource:
    """Find and cut out a function.

    Args:
        function: one that was decorated already stands for what it was.
        known: names that the board has: they may be variables of the function around it.

    Raises:
        SpecialFunctionNameError: its name is reserved.
        ValueError: it is no plain function, uses variables of an enclosing function, or its source cannot be
            found.
    """
    function = inspect.unwrap(function)
    if not isinstance(function, FunctionType) or function.__name__ == "<lambda>":
        raise ValueError(
            f"{function!r} is no function made by def; only such a function has a name and a source"
        )
    refuse_reserved_name(function.__name__)
    free = [name for name in function.__code__.co_freevars if name != function.__name__ and name not in known]
    if free:
        names = ", ".join(map(repr, free))
        raise ValueError(
            f"{function.__name__}() uses {names} of the function around it, which the board does not have; "
            "pass it as an argument, or assign it on the board"
        )
    file = inspect.getsourcefile(function) or function.__code__.co_filename
    lines = linecache.getlines(file, function.__globals__)
    node = _find(function, file, lines)
    kept = _kept_decorators(node, {**function.__globals__, **_callers_names()})
    start = min([node.lineno, *(decorator.lineno for decorator in kept)])
    body, body_line = _body(node, lines)
    return FunctionSource(
        name=function.__name__,
        file=file,
        definition="".join(lines[start - 1 : node.end_lineno]),
        definition_line=start,
        body=body,
        body_line=body_line,
        is_generator=inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function),
        is_async=inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function),
        inner_names=inner_names(node),
    )


def _find(function: FunctionType, file: str, lines: List[str]) -> _Definition:
    code = function.__code__
    try:
        definitions = _definitions("".join(lines))
    except (SyntaxError, ValueError):
        definitions = ()
    for node in definitions:
        # CPython counts a function from its first decorator.
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        if node.name == code.co_name and first == code.co_firstlineno:
            return node
    typed = "; before Python 3.13 none is kept of what is typed" if file in ("<stdin>", "<string>") else ""
    raise ValueError(
        f"the source of {function.__name__}() cannot be found in {file!r}{typed}; "
        "define it in a file that has not changed since, or in a notebook"
    )


@lru_cache(maxsize=8)
def _definitions(text: str) -> Tuple[_Definition, ...]:
    nodes = ast.walk(ast.parse(text))
    return tuple(node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def _kept_decorators(node: _Definition, names: Mapping[str, Any]) -> List[ast.expr]:
    """Those below ours: what stands above ours wraps the host's side only."""
    ours = [index for index, decorator in enumerate(node.decorator_list) if _is_ours(decorator, names)]
    return node.decorator_list[ours[-1] + 1 :] if ours else node.decorator_list


def _is_ours(decorator: ast.expr, names: Mapping[str, Any]) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
    value = _value(target, names)
    value = getattr(getattr(value, "func", None), "__self__", value)  # task(minify=False) is a partial
    return name in _OUR_DECORATORS or isinstance(value, Decorator)


def _value(expression: ast.expr, names: Mapping[str, Any]) -> Any:
    """What a dotted name stands for, without running any code; ``None`` where that cannot be said."""
    if isinstance(expression, ast.Attribute):
        return inspect.getattr_static(_value(expression.value, names), expression.attr, None)
    return names.get(expression.id) if isinstance(expression, ast.Name) else None


def _callers_names() -> Mapping[str, Any]:
    """The local variables of the user's code that we are called from."""
    frame = sys._getframe()
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(
        f"{__package__.partition('.')[0]}."
    ):
        frame = frame.f_back
    return frame.f_locals


def _body(node: _Definition, lines: List[str]) -> Tuple[str, int]:
    first = node.body[0]
    start = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))])
    text = "".join(lines[start - 1 : node.end_lineno])
    header = lines[first.lineno - 1].encode()[: first.col_offset]
    if start == first.lineno and header.strip():
        # On the line of the `def`; columns count bytes.
        text = text.encode()[first.col_offset :].decode()
    return text, start


def inner_names(node: ast.AST) -> FrozenSet[str]:
    """Names that the board gives to frames of code in ``node``."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    named = {each.name for each in ast.walk(node) if isinstance(each, functions)}
    return frozenset(named | {"<lambda>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"})
