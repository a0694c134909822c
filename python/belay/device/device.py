"""``Device``: one board, put together from a line, a session and what was sent to it."""

from __future__ import annotations

import atexit
import functools
import math
import os
import sys
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    BinaryIO,
    Callable,
    Iterator,
    List,
    Optional,
    Type,
    TypeVar,
    Union,
    cast,
)

from ..exceptions import BelayException, ConnectionLost, NoMatchingExecuterError, PyboardError
from ..repl import wire
from ..repl.output import STDOUT, Stream
from ..repl.response import BoardError, Operation, statements, value
from ..transport.base import Transport
from ..transport.connect import Target, connect
from ..transport.late import late
from ..transport.ports import UsbSpecifier
from .decorators import Setup, Task, Teardown, Thread
from .executers import make
from .files import Files
from .history import History
from .implementation import Implementation
from .link import BoardLink, Definition
from .markers import Function, choose, marked_methods
from .meta import DeviceMeta
from .opener import Opener

if TYPE_CHECKING:
    from ..sim import SimulatedBoard

__all__ = ["Device"]

_local_terminal = late("..device.terminal", "local_terminal")
_converse = late("..device.terminal", "converse")

Self = TypeVar("Self", bound="Device")


class Device(Files, metaclass=DeviceMeta):
    """A board that runs MicroPython or CircuitPython.

    Opening it interrupts what the board runs, restarts its interpreter (without ``main.py``), and runs a few
    convenience imports there. Usable as a context manager; ``close`` is also called at exit.

    Args:
        device: which board: a port (``"/dev/ttyUSB0"``, ``"COM3"``, a ``Path``), ``"sim:"``,
            ``"exec:COMMAND"``, ``"execpty:COMMAND"``, a pyserial URL, a ``UsbSpecifier`` or its JSON;
            ``None``: the environment variable ``BELAY_DEVICE``, else the only USB serial port. A function
            that opens a ``Transport`` is called for each connection; an open one is taken as it is.
        baudrate: of a serial port.
        user: for lines that ask for one.
        password: for lines that ask for one; empty takes ``BELAY_PASSWORD``.
        exclusive: lock a serial port against others.
        startup: code to run on the board instead of the convenience imports; ``""`` runs nothing.
        attempts: how often to try to reconnect, 1 s apart; negative: for ever.
        stream_out: gets what the board prints; ``None`` drops it.
        timeout: seconds that the board may take to answer; a running program is not bound by it.
        dtr: level of the port's DTR line; ``None`` leaves it alone.
        rts: the same for RTS.
        flow: ``"credits"``: the line loses what does not fit; ``"none"``: it pushes back; ``None``: guess.
        trace: file that gets time, direction and bytes of all traffic; ``None`` takes ``BELAY_TRACE``.
        auto_sync_time: accepted, without effect until clocks exist.

    Raises:
        ConnectionFailedError: the board could not be reached. The port is free again after any error.
        AuthenticationError: a password is wrong or missing.
        DeviceNotFoundError: no port fits.
        InsufficientSpecifierError: several ports fit.
        PyboardError: what is there does not behave as a raw REPL.
        PyboardException: ``startup`` raised.
        ValueError: ``timeout`` is no time.
        TypeError: ``device`` is nothing of the above.
    """

    MAX_CMD_HISTORY_LEN = 1000
    """So many commands are kept for a board that restarts."""

    setup = Setup()
    teardown = Teardown()
    task = Task()
    thread = Thread()

    def __init__(
        self,
        device: Union[Target, os.PathLike[str], Transport, Callable[[], Transport]] = None,
        *,
        baudrate: int = 115200,
        user: str = "",
        password: str = "",
        exclusive: bool = True,
        startup: Optional[str] = None,
        attempts: int = 0,
        stream_out: Stream = STDOUT,
        timeout: float = 10.0,
        dtr: Optional[bool] = None,
        rts: Optional[bool] = None,
        flow: Optional[str] = None,
        trace: Optional[str] = None,
        auto_sync_time: bool = False,
    ) -> None:
        self._teardowns: List[Function] = []
        self._closed = False
        self._process = os.getpid()
        if not 0 < timeout < math.inf:
            raise ValueError(f"timeout={timeout!r} is no number of seconds above 0")
        if isinstance(device, os.PathLike):
            device = os.fspath(device)
        if device is None or isinstance(device, (str, UsbSpecifier)):
            target = functools.partial(
                connect, device, baudrate=baudrate, user=user, password=password, exclusive=exclusive,
                dtr=dtr, rts=rts, flow=flow, trace=trace,
            )  # fmt: skip
            opener = Opener(target)
        elif callable(device):
            opener = Opener(device)
        elif not hasattr(device, "line"):
            raise TypeError(
                "device= takes a port, a URL, a UsbSpecifier, a Transport or a function that opens one, "
                f"not {device!r}"
            )
        else:
            transport = device
            opener = Opener(lambda: transport, reopens=False)
        self._link = BoardLink(
            opener,
            timeout_s=timeout,
            startup=startup,
            stream_out=stream_out,
            history=History(self.MAX_CMD_HISTORY_LEN, warn=attempts != 0),
        )
        try:
            self._open(attempts)
        except BaseException:
            self._release()
            raise

    def _open(self, attempts: int) -> None:
        """From an open line to a device; an error says which step failed."""
        with _step("entering the raw REPL"):
            try:
                self._link.enter()
            except PyboardError as error:
                error.hint = self._link.session.transport.line.rescue or error.hint
                raise
        with _step("probing the board"):
            self._link.prepare()
        with _step("sending the methods of the class"):
            autoinits = self._bind()
        with _step("running the startup code"):
            self._link.start()
        self._link.opened(attempts)
        with _step("__pre_autoinit__"):
            self.__pre_autoinit__()
        for setup in autoinits:
            with _step(f"the autoinit setup {setup.__name__}()"):
                setup()
        atexit.register(self.close)
        with _step("__post_init__"):
            self.__post_init__()

    def _bind(self) -> List[Function]:
        """Make this instance's decorators and methods.

        Returns:
            the setups to be called now.
        """
        link = self._link
        decorators = {
            "setup": Setup(link),
            "teardown": Teardown(link, self._teardowns.append),
            "task": Task(link),
            "thread": Thread(link),
        }
        vars(self).update(decorators)
        autoinits: List[Function] = []
        definitions: List[Definition] = []
        for name, mark, overloads in marked_methods(type(self)):
            if name in dir(Device) and name not in decorators:  # without those of the metaclass
                raise ValueError(f"{name}() is a method of every device: rename the {mark.kind}")
            chosen = choose(overloads, link.implementation.name)
            if chosen is None:
                setattr(self, name, _no_match(name, link.implementation))
                continue
            function, options = chosen
            executer, definition = make(mark.kind, link, function, options)
            if definition:
                definitions.append(definition)
            decorators[mark.kind]._add(executer, options)
            setattr(self, name, executer)
            if options.autoinit:
                autoinits.append(executer)
        link.define(definitions)
        return autoinits

    def __pre_autoinit__(self) -> None:
        """For subclasses: runs before the autoinit setups, when the board can be called."""

    def __post_init__(self) -> None:
        """For subclasses: runs at the very end of the construction."""

    @property
    def attempts(self) -> int:
        """How often a call that finds the connection lost tries to reconnect; negative: for ever."""
        return self._link.attempts

    @attempts.setter
    def attempts(self, attempts: int) -> None:
        self._link.attempts = attempts

    @property
    def implementation(self) -> Implementation:
        """What runs on the board."""
        return self._link.implementation

    def __call__(
        self,
        code: str,
        *,
        minify: bool = True,
        stream_out: Stream = STDOUT,
        record: bool = True,
        trusted: bool = False,
        timeout: Optional[float] = None,
    ) -> Any:
        """Evaluate an expression on the board, or run statements there.

        Args:
            code: what compiles as an expression is evaluated, anything else is run.
            minify: send it in fewer bytes.
            stream_out: gets what it prints, instead of the device's.
            record: run it again when the board has restarted.
            trusted: evaluate the value's text on the host. Dangerous: the board can run code here.
            timeout: seconds it may run.

        Returns:
            the expression's value; ``None`` for statements.

        Raises:
            PyboardException: it raised on the board.
            NotBelayResponseError: its value is no literal.
            TimeoutExpired: past ``timeout``; the board was interrupted, the next call works.
            ConnectionLost: the board is gone.
            TypeError: ``code`` is no ``str``.
        """
        if not isinstance(code, str):
            raise TypeError(f"a device takes Python code as a str, not {type(code).__name__}")
        is_expression = wire.is_expression(code)
        operation = _operation(self._link, code, is_expression, minify, trusted)
        result = self._link.perform(operation, timeout_s=timeout, stream_out=stream_out)
        if record:
            self._link.record(code, is_expression, minify, timeout)
        return result

    def reconnect(self, attempts: Optional[int] = None) -> None:
        """Close the connection, open it again, and restore the board's state.

        A board that did not restart meanwhile keeps its state, and nothing is repeated.

        Args:
            attempts: how often to try, 1 s apart; negative: for ever. ``None``: the device's ``attempts``, at
                least once.

        Raises:
            MaxHistoryLengthError: too much was recorded; nothing was done.
            ConnectionLost: no attempt succeeded.
            PyboardException: a recorded command raised; what follows it was not repeated.
        """
        self._link.reconnect(attempts)

    def soft_reset(self) -> None:
        """Restart the board as if it had been switched on: ``boot.py`` and ``main.py`` run.

        Returns when ``main.py`` has ended, or after a second. The next call interrupts it if it still runs,
        and restores what was recorded before it does anything else.
        """
        self._link.soft_reset()

    def terminal(self, *, exit_char: str = "\x1d", log: Optional[BinaryIO] = None) -> None:
        """Let a person type at the board's prompt until ``exit_char`` (ctrl-]) is typed.

        Every other key is the board's, ctrl-C too. The board is entered again by the next call, which stops
        what still runs there.

        Args:
            exit_char: one ASCII character.
            log: gets all that the board says.

        Raises:
            FeatureUnavailableError: this program's input is no terminal, or it runs on Windows.
            ConnectionLost: the board is gone. The local terminal is as before.
        """
        keyboard = _local_terminal()
        sys.stdout.flush()
        _converse(
            self._link.session, exit_char=exit_char, keyboard=keyboard, screen=sys.stdout.fileno(), log=log
        )

    def close(self) -> None:
        """Stop what runs, run the teardowns, leave the board in its friendly REPL, release the port.

        Idempotent. Every teardown is tried, and the port is released, whatever fails. In a forked child it
        does nothing: the board is the parent's.

        Raises:
            PyboardException: of the first teardown that raised.
        """
        if self._closed or self._process != os.getpid():
            return
        self._closed = True
        self._link.stop_reconnecting()
        failures: List[BaseException] = []
        try:
            for teardown in self._teardowns:
                try:
                    teardown()
                except ConnectionLost:
                    break
                except Exception as error:  # of the board, or of the stream that takes what it prints
                    failures.append(error)
            with suppress(ConnectionLost):
                self._link.session.leave()
        finally:
            self._release()
        if failures:
            raise failures[0]

    def _release(self) -> None:
        """Give the port back, whatever the board does; no teardown runs."""
        self._closed = True
        atexit.unregister(self.close)
        self._link.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        try:
            self.close()
        except Exception:
            if error is None:
                raise

    @property
    def sim(self) -> Optional[SimulatedBoard]:
        """The simulated board behind ``sim:``, with its pins and its buses; ``None`` on any other board."""
        return cast("Optional[SimulatedBoard]", self._link.session.transport.control)


def _operation(
    link: BoardLink, code: str, is_expression: Optional[bool], shrink: bool, trusted: bool
) -> Operation[Any]:
    """Evaluate or run; what the host's grammar does not know is tried as an expression first."""
    if is_expression is not False:
        try:
            result = yield from value(wire.evaluation(code, shrink=shrink), trusted=trusted)
            return result
        except BoardError as error:
            if is_expression or "SyntaxError" not in error.text:
                raise
    text, _shift = wire.prepare(code, shrink=shrink)
    for program in link.executions(text):
        yield from statements(program)
    return None


def _no_match(name: str, implementation: Implementation) -> Function:
    def refuse(*_arguments: Any, **_keywords: Any) -> Any:
        raise NoMatchingExecuterError(
            f"no overload of {name}() is for {implementation.name}",
            hint=f'mark one with implementation="{implementation.name}", or one without implementation=',
        )

    return refuse


@contextmanager
def _step(name: str) -> Iterator[None]:
    try:
        yield
    except BelayException as error:
        error.step = error.step or name
        raise
