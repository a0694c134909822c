"""``setup``, ``teardown``, ``task`` and ``thread``: how functions get to the board.

Each works bare and with options; on a device for its functions, and on the class as a marker for methods
(without ``self``), which every instance sends to its own board.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import AbstractSet, Any, Callable, ClassVar, Dict, Mapping, Optional, TypeVar, overload

from ..typing import ParamSpec, Protocol
from .executers import make
from .link import BoardLink
from .markers import mark
from .options import Options
from .source import Decorator

__all__ = ["Executer", "Setup", "Task", "Teardown", "Thread"]

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")


_COMMON = frozenset({"minify", "register", "record", "implementation"})


class Executer(Protocol[P, R_co]):
    """A decorated function: called on the host, run on the board."""

    __name__: str
    __doc__: Optional[str]
    __wrapped__: Callable[..., Any]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Run it on the board."""


class _Decorator(Decorator):
    """What the four have in common. Their signatures are the overloads of each.

    No attribute has a plain name: those are the functions'.
    """

    _kind: ClassVar[str]
    _accepted: ClassVar[AbstractSet[str]]
    """Names of the options that the kind has."""
    _defaults: ClassVar[Options] = Options()

    def __init__(
        self, link: Optional[BoardLink] = None, added: Callable[[Callable[..., Any]], None] = lambda _: None
    ) -> None:
        self._link = link
        self._added = added
        self._registered: Dict[str, Callable[..., Any]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            executer: Callable[..., Any] = vars(self)["_registered"][name]
            return executer
        except KeyError:
            raise AttributeError(f"no {self._kind} {name!r} was registered with this device") from None

    def _add(self, executer: Any, options: Options) -> Any:
        """Take in an executer; it is reachable by name where that is wanted."""
        self._added(executer)
        if options.register:
            self._registered[executer.__name__] = executer
        return executer

    def _apply(self, function: Any, given: Mapping[str, Any]) -> Any:
        unknown = given.keys() - self._accepted
        if unknown:
            raise TypeError(f"{self._kind} has no option {', '.join(sorted(unknown))}")
        if function is None:
            return functools.partial(self._apply, given=given)
        options = replace(self._defaults, **given)
        if self._link is None:
            return mark(function, self._kind, options)
        if options.autoinit or options.implementation:
            raise ValueError("autoinit= and implementation= are for methods marked in a class")
        executer, definition = make(self._kind, self._link, function, options)
        if definition:
            self._link.define([definition])
        return self._add(executer, options)


class Setup(_Decorator):
    """Runs a function's body in the board's global scope whenever it is called."""

    _kind = "setup"
    _accepted = _COMMON | {"ignore_errors", "autoinit", "timeout"}

    @overload
    def __call__(self, function: Callable[P, R]) -> Executer[P, None]: ...
    @overload
    def __call__(
        self,
        function: None = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = True,
        ignore_errors: bool = False,
        autoinit: bool = False,
        implementation: str = "",
        timeout: Optional[float] = None,
    ) -> Callable[[Callable[P, R]], Executer[P, None]]: ...
    def __call__(self, function: Any = None, **options: Any) -> Any:
        """Decorate a function; usable bare and with options.

        Args:
            function: its parameters become globals of the board, then its body runs there.
            minify: send the body in fewer bytes.
            register: make it reachable as ``device.setup.NAME``.
            record: run it again when the board has restarted.
            ignore_errors: drop exceptions of the board.
            autoinit: call it when an instance is made (methods only; no parameters).
            implementation: use it on such boards only (methods only).
            timeout: seconds that a call may run; past it the board is interrupted.

        Raises:
            ValueError: a generator, parameters with ``autoinit``, or its source cannot be found.
            SpecialFunctionNameError: the name is reserved.
        """
        return self._apply(function, options)


class Teardown(_Decorator):
    """Runs a function's body in the board's global scope when the device is closed."""

    _kind = "teardown"
    _accepted = _COMMON | {"ignore_errors", "timeout"}

    @overload
    def __call__(self, function: Callable[P, R]) -> Executer[P, None]: ...
    @overload
    def __call__(
        self,
        function: None = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = True,
        ignore_errors: bool = False,
        implementation: str = "",
        timeout: Optional[float] = None,
    ) -> Callable[[Callable[P, R]], Executer[P, None]]: ...
    def __call__(self, function: Any = None, **options: Any) -> Any:
        """Decorate a function; usable bare and with options.

        Args:
            function: its parameters need defaults; in a class it has none.
            minify: send the body in fewer bytes.
            register: make it reachable as ``device.teardown.NAME``.
            record: when it is called by hand, run it again when the board has restarted.
            ignore_errors: drop exceptions of the board.
            implementation: use it on such boards only (methods only).
            timeout: seconds that it may run; past it the board is interrupted.

        Raises:
            ValueError: a generator, a parameter without default, or its source cannot be found.
            SpecialFunctionNameError: the name is reserved.
        """
        return self._apply(function, options)


class Task(_Decorator):
    """Sends a function to the board once; a call on the host is a call on the board."""

    _kind = "task"
    _accepted = _COMMON | {"timeout", "trusted", "retry"}
    _defaults = Options(record=False)

    @overload
    def __call__(self, function: Callable[P, R]) -> Executer[P, R]: ...
    @overload
    def __call__(
        self,
        function: None = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = False,
        implementation: str = "",
        timeout: Optional[float] = None,
        trusted: bool = False,
        retry: bool = False,
    ) -> Callable[[Callable[P, R]], Executer[P, R]]: ...
    def __call__(self, function: Any = None, **options: Any) -> Any:
        """Decorate a function; usable bare and with options.

        A generator function gives the host a generator, as lazy as a local one. An ``async def`` is run to
        its end.

        Args:
            function: its arguments and its value have to be Python literals.
            minify: send it in fewer bytes.
            register: make it reachable as ``device.task.NAME``.
            record: repeat its calls when the board has restarted.
            implementation: use it on such boards only (methods only).
            timeout: seconds that a call may run; past it the board is interrupted.
            trusted: evaluate the value's text on the host. Dangerous: the board can run code here.
            retry: repeating a call is safe: repeat one that may have run when the link was lost.

        Raises:
            ValueError: it uses variables of an enclosing function, or its source cannot be found.
            SpecialFunctionNameError: the name is reserved.
        """
        return self._apply(function, options)


class Thread(_Decorator):
    """Sends a function to the board once; a call starts it there in the background and returns at once."""

    _kind = "thread"
    _accepted = _COMMON

    @overload
    def __call__(self, function: Callable[P, R]) -> Executer[P, None]: ...
    @overload
    def __call__(
        self,
        function: None = None,
        *,
        minify: bool = True,
        register: bool = True,
        record: bool = True,
        implementation: str = "",
    ) -> Callable[[Callable[P, R]], Executer[P, None]]: ...
    def __call__(self, function: Any = None, **options: Any) -> Any:
        """Decorate a function; usable bare and with options.

        Args:
            function: its arguments have to be Python literals; its value is dropped.
            minify: send it in fewer bytes.
            register: make it reachable as ``device.thread.NAME``.
            record: start it again when the board has restarted.
            implementation: use it on such boards only (methods only).

        Raises:
            ValueError: a generator, it uses variables of an enclosing function, or its source cannot be
                found.
            SpecialFunctionNameError: the name is reserved.
        """
        return self._apply(function, options)
