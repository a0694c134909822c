"""What a decorated function does when it is called: programs for the board."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Generator, Mapping, Optional, Sequence, Tuple

from ..exceptions import FeatureUnavailableError, PyboardException
from ..repl import wire
from ..repl.response import statements, value
from .generators import drive
from .link import BoardLink, Definition
from .markers import Function
from .options import Options
from .source import FunctionSource, function_source
from .tracebacks import Location

__all__ = ["make"]

Made = Tuple[Function, Optional[Definition]]


def make(kind: str, link: BoardLink, function: Function, options: Options) -> Made:
    """The host's side of a decorated function, and what the board needs before it is called.

    Raises:
        ValueError: the function does not fit the decorator, or its source cannot be found.
        SpecialFunctionNameError: its name is reserved.
    """
    return _MAKERS[kind](link, function, function_source(function, link.sources.functions), options)


def _task(link: BoardLink, function: Function, source: FunctionSource, options: Options) -> Made:
    if source.is_generator and source.is_async:
        raise ValueError(f"{source.name}() is an asynchronous generator, which the host cannot drive")
    names = _positional_names(function)
    signature = inspect.signature(function)
    feature = "generator" if source.is_generator else "asynchronous" if source.is_async else ""

    @functools.wraps(function)
    def run(*arguments: Any, **keywords: Any) -> Any:
        call = wire.call(source.name, arguments, keywords, names)
        program = wire.answer(f"__belay_a.run({call})" if source.is_async else call)
        make = functools.partial(value, program, trusted=options.trusted)
        if options.retry:
            result = link.repeat(make, timeout_s=options.timeout)
        else:
            result = link.perform(make(), timeout_s=options.timeout)
        if options.record:
            link.history.command(program, timeout_s=options.timeout)
        return result

    @functools.wraps(function)
    def start(*arguments: Any, **keywords: Any) -> Generator[Any, Any, Any]:
        signature.bind(*arguments, **keywords)
        call = wire.call(source.name, arguments, keywords, names)
        return drive(link, call, trusted=options.trusted, timeout_s=options.timeout)

    return start if source.is_generator else run, Definition(source, options.minify, feature)


def _setup(link: BoardLink, function: Function, source: FunctionSource, options: Options) -> Made:
    if source.is_generator or source.is_async:
        raise ValueError(f"{source.name}() is a generator or async: its body cannot run in the global scope")
    body, shift = wire.prepare(source.body, shrink=options.minify)
    lines = source.body.count("\n") + 1
    signature = inspect.signature(function)

    @functools.wraps(function)
    def run(*arguments: Any, **keywords: Any) -> None:
        bound = signature.bind(*arguments, **keywords)
        bound.apply_defaults()
        assignments = _assignments(bound.arguments)
        program = wire.execution(f"{assignments}\n{body}" if assignments else body)
        location = Location(source.file, source.body_line, shift + bool(assignments), lines)
        link.sources.add_inner(source.inner_names - {source.name}, location)
        try:
            link.perform(statements(program), timeout_s=options.timeout, module=[location])
        except PyboardException:
            if not options.ignore_errors:
                raise
        else:
            if options.record:
                link.history.command(program, timeout_s=options.timeout)

    return run, None


def _teardown(link: BoardLink, function: Function, source: FunctionSource, options: Options) -> Made:
    required = [each.name for each in inspect.signature(function).parameters.values() if _must_be_given(each)]
    if required:
        raise ValueError(f"{source.name}() runs at close: {', '.join(required)} needs a default")
    return _setup(link, function, source, options)


def _thread(link: BoardLink, function: Function, source: FunctionSource, options: Options) -> Made:
    if source.is_generator or source.is_async:
        raise ValueError(f"{source.name}() is a generator or async: a thread would start it and run nothing")
    names = _positional_names(function)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def run(*arguments: Any, **keywords: Any) -> None:
        signature.bind(*arguments, **keywords)
        if not link.has_threads:
            raise FeatureUnavailableError(
                f"the board has no threads, so {source.name}() cannot be started",
                hint="use a task, or a timer on the board",
            )
        items = wire.argument_text(arguments, names) + ("," if len(arguments) == 1 else "")
        named = f",{wire.argument_text([keywords])}" if keywords else ""
        start = f"__import__('_thread').start_new_thread({source.name},({items}){named})"
        program = wire.execution(start)
        link.perform(statements(program), silence_s=link.session.timeout_s)
        if options.record:
            link.history.command(program)

    return run, Definition(source, options.minify)


_MAKERS = {"task": _task, "setup": _setup, "teardown": _teardown, "thread": _thread}


def _assignments(arguments: Mapping[str, Any]) -> str:
    """One line that makes arguments globals of the board."""
    return ";".join(f"{name}={wire.argument_text([value], [name])}" for name, value in arguments.items())


def _positional_names(function: Function) -> Sequence[str]:
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in inspect.signature(function).parameters.values() if each.kind in positional]


def _must_be_given(parameter: inspect.Parameter) -> bool:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and parameter.kind not in variadic
