"""``Device``: one board, put together from a line, a session and what was sent to it."""

from __future__ import annotations

import atexit
from contextlib import suppress
from types import TracebackType
from typing import Any, Optional, Type, TypeVar, Union

from ..exceptions import ConnectionLost
from ..ondevice import CONVENIENCE_IMPORTS, code
from ..repl import wire
from ..repl.entry import enter_raw_repl, soft_reset
from ..repl.output import STDOUT, OutputDecoder, Stream, write_text
from ..repl.response import BoardError, Operation, statements, value
from ..repl.session import Session
from ..transport.base import Transport
from ..transport.connect import Target, connect
from ..transport.ports import UsbSpecifier
from .decorators import Setup, Task, definition
from .implementation import Implementation, from_probe
from .source import FunctionSource
from .tracebacks import Location, SourceMap

__all__ = ["Device"]

Result = TypeVar("Result")
Self = TypeVar("Self", bound="Device")


class Device:
    """A board that runs MicroPython or CircuitPython.

    Opening it interrupts what the board runs, restarts its interpreter (without ``main.py``), and runs a few
    convenience imports there. Usable as a context manager; ``close`` is also called at exit.

    Args:
        device: which board: a port (``"/dev/ttyUSB0"``, ``"COM3"``), ``"sim:"``, ``"exec:COMMAND"``,
            ``"execpty:COMMAND"``, a pyserial URL, a ``UsbSpecifier`` or its JSON; ``None``: the environment
            variable ``BELAY_DEVICE``, else the only USB serial port. An open ``Transport`` is taken as it is.
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
        DeviceNotFoundError: no port fits.
        InsufficientSpecifierError: several ports fit.
        PyboardError: what is there does not behave as a raw REPL.
        PyboardException: ``startup`` raised.
    """

    implementation: Implementation
    """What runs on the board."""

    def __init__(
        self,
        device: Union[Target, Transport] = None,
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
        self.attempts = attempts
        self._startup = startup
        self._stream_out = stream_out
        self._decoder = OutputDecoder()
        self._sources = SourceMap()
        self._closed = False
        if device is None or isinstance(device, (str, UsbSpecifier)):
            transport = connect(
                device, baudrate=baudrate, user=user, password=password, exclusive=exclusive,
                dtr=dtr, rts=rts, flow=flow, trace=trace,
            )  # fmt: skip
        else:
            transport = device
        self._session = Session(transport, wire.new_mark(), timeout_s=timeout, output=self._show)
        try:
            self._open(timeout)
        except BaseException:
            self._session.close()
            self._closed = True
            raise
        atexit.register(self.close)

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
        """
        operation = _operation(code, minify, trusted)
        return self._perform(operation, timeout_s=timeout, stream_out=stream_out)

    def close(self) -> None:
        """Stop what runs, leave the board in its friendly REPL, and release the port.

        Idempotent. The port is released even when a step fails, and nothing is raised for a lost link.
        """
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        try:
            with suppress(ConnectionLost):
                self._session.leave()
        finally:
            self._session.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    @property
    def sim(self) -> Any:
        """The simulated board behind ``sim:``, with its pins and its buses; ``None`` on any other board."""
        return self._session.transport.control

    def _open(self, timeout_s: float) -> None:
        """From an open line to a board that can be called."""
        transport = self._session.transport
        enter_raw_repl(transport, timeout_s)
        if transport.line.may_soft_reset:
            soft_reset(transport, timeout_s)
        try:
            self._prepare()
        except BoardError as error:
            raise self._sources.exception(error.text) from None
        self._session.start_reading()
        self.setup = Setup(self)
        self.task = Task(self)

    def _prepare(self) -> None:
        """Probe a fresh interpreter, and send it what calls need."""
        mark = self._session.mark.decode()
        probe = f"{code('probe')}__belay_p({mark!r});del __belay_p"
        run = self._session.perform
        name, version, platform, mpy, _free_bytes = run(value(probe))
        helpers = f"__belay_m={mark!r}\n{code('reply')}{code('capabilities')}"
        # The newline that it prints says what this board makes of newlines.
        emitters = run(
            value(f"{helpers}print();__belay(__belay_c());del __belay_c"),
            output=self._decoder.learn_newline,
        )
        self.implementation = from_probe(name, version, platform, mpy, tuple(emitters))
        if self._startup is None:
            imports = CONVENIENCE_IMPORTS.get(name, ())
            text = f"{code('imports')}__belay_i({imports!r});del __belay_i"
        else:
            text = self._startup
        if text.strip():
            run(statements(wire.execution(wire.prepare(text)[0])))

    def _define(self, source: FunctionSource, *, minify: bool) -> None:
        text, location = definition(source, minify=minify)
        self._perform(statements(wire.execution(text)), module=location)
        self._sources.add(source, location)

    def _perform(
        self,
        operation: Operation[Result],
        *,
        timeout_s: Optional[float] = None,
        stream_out: Stream = STDOUT,
        module: Optional[Location] = None,
    ) -> Result:
        if self._closed:
            raise ConnectionLost("the device is closed", hint="open a new Device")
        output = None if stream_out is STDOUT else lambda data: self._show(data, stream_out)
        try:
            return self._session.perform(operation, timeout_s=timeout_s, output=output)
        except BoardError as error:
            if error.state_lost:
                self._prepare()
            raise self._sources.exception(error.text, module) from None

    def _show(self, data: bytes, stream: Union[Stream, None] = STDOUT) -> None:
        text = self._decoder.decode(data)
        write_text(self._stream_out if stream is STDOUT else stream, text)


def _operation(code: str, shrink: bool, trusted: bool) -> Operation[Any]:
    """Evaluate or run; what the host's grammar does not know is tried as an expression first."""
    is_expression = wire.is_expression(code)
    if is_expression is not False:
        try:
            result = yield from value(wire.evaluation(code, shrink=shrink), trusted=trusted)
            return result
        except BoardError as error:
            if is_expression or "SyntaxError" not in error.text:
                raise
    text, _shift = wire.prepare(code, shrink=shrink)
    yield from statements(wire.execution(text))
    return None
