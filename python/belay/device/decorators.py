"""``device.setup`` and ``device.task``: what they do with a function."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Sequence, TypeVar, overload

from typing_extensions import ParamSpec

from ..exceptions import PyboardException
from ..repl import wire
from ..repl.response import statements, value
from .source import FunctionSource, function_source
from .tracebacks import Location

if TYPE_CHECKING:
    from .device import Device

__all__ = ["Setup", "Task"]

P = ParamSpec("P")
R = TypeVar("R")
Function = Callable[P, R]


class _Decorator:
    """The functions that one decorator of one device has registered, reachable by name."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._registered: Dict[str, Callable[..., Any]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            return self._registered[name]
        except KeyError:
            kind = type(self).__name__.lower()
            raise AttributeError(f"no function {name!r} was registered with this device's {kind}") from None

    def _register(self, executer: Function[P, R], register: bool) -> Function[P, R]:
        if register:
            self._registered[executer.__name__] = executer
        return executer


class Setup(_Decorator):
    """Runs a function's body in the board's global scope whenever it is called."""

    @overload
    def __call__(self, function: Function[P, R]) -> Function[P, None]: ...
    @overload
    def __call__(
        self,
        function: None = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = True,
        ignore_errors: bool = False,
        timeout: Optional[float] = None,
    ) -> Callable[[Function[P, R]], Function[P, None]]: ...
    def __call__(
        self,
        function: Any = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = True,
        ignore_errors: bool = False,
        timeout: Optional[float] = None,
    ) -> Any:
        """Decorate a function; usable bare and with options.

        Args:
            function: its parameters become globals of the board, then its body runs there.
            minify: send the body in fewer bytes.
            register: make it reachable as ``device.setup.NAME``.
            record: run it again when the board has restarted.
            ignore_errors: drop exceptions of the board.
            timeout: seconds that a call may run; past it the board is interrupted.

        Raises:
            ValueError: a generator, or its source cannot be found.
            SpecialFunctionNameError: the name is reserved.
        """
        if function is None:
            return functools.partial(
                self, minify=minify, register=register, record=record,
                ignore_errors=ignore_errors, timeout=timeout,
            )  # fmt: skip
        source = function_source(function)
        if source.is_generator:
            raise ValueError(f"{source.name}() is a generator: its body cannot run in the global scope")
        body, shift = wire.prepare(source.body, shrink=minify)
        signature = inspect.signature(function)

        @functools.wraps(function)
        def run(*arguments: Any, **keywords: Any) -> None:
            bound = signature.bind(*arguments, **keywords)
            bound.apply_defaults()
            assignments = assignment_text(bound.arguments)
            program = wire.execution(f"{assignments}\n{body}" if assignments else body)
            lines = source.body.count("\n") + 1
            module = Location(source.file, source.body_line, shift + bool(assignments), lines)
            try:
                self._device._perform(statements(program), timeout_s=timeout, module=module)
            except PyboardException:
                if not ignore_errors:
                    raise

        return self._register(run, register)


class Task(_Decorator):
    """Sends a function to the board once; a call on the host is a call on the board."""

    @overload
    def __call__(self, function: Function[P, R]) -> Function[P, R]: ...
    @overload
    def __call__(
        self,
        function: None = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = False,
        timeout: Optional[float] = None,
        trusted: bool = False,
        retry: bool = False,
    ) -> Callable[[Function[P, R]], Function[P, R]]: ...
    def __call__(
        self,
        function: Any = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = False,
        timeout: Optional[float] = None,
        trusted: bool = False,
        retry: bool = False,
    ) -> Any:
        """Decorate a function; usable bare and with options.

        Args:
            function: its arguments and its value have to be Python literals.
            minify: send it in fewer bytes.
            register: make it reachable as ``device.task.NAME``.
            record: repeat its calls when the board has restarted.
            timeout: seconds that a call may run; past it the board is interrupted.
            trusted: evaluate the value's text on the host. Dangerous: the board can run code here.
            retry: repeating a call is safe: repeat one that may have run when the link was lost.

        Raises:
            ValueError: it uses variables of an enclosing function, or its source cannot be found.
            SpecialFunctionNameError: the name is reserved.
        """
        if function is None:
            return functools.partial(
                self, minify=minify, register=register, record=record,
                timeout=timeout, trusted=trusted, retry=retry,
            )  # fmt: skip
        source = function_source(function)
        self._device._define(source, minify=minify)
        names = _parameter_names(function)

        @functools.wraps(function)
        def run(*arguments: Any, **keywords: Any) -> Any:
            program = wire.call(source.name, arguments, keywords, names)
            return self._device._perform(value(program, trusted=trusted), timeout_s=timeout)

        return self._register(run, register)


def assignment_text(arguments: Mapping[str, Any]) -> str:
    """One line that makes arguments globals of the board.

    Raises:
        TypeError: one is no literal; the message names it.
    """
    return ";".join(f"{name}={wire.argument_text([value], [name])}" for name, value in arguments.items())


def definition(source: FunctionSource, *, minify: bool) -> tuple[str, Location]:
    """A function's text for the board, and where its lines come from."""
    text, shift = wire.prepare(source.definition.rstrip("\n"), shrink=minify)
    return text, Location(source.file, source.definition_line, shift, source.definition.count("\n"))


def _parameter_names(function: Callable[..., Any]) -> Sequence[str]:
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in inspect.signature(function).parameters.values() if each.kind in positional]
