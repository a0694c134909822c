"""``BoardLink``: a session and what the board behind it has been told."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Callable, List, Optional, Sequence, Tuple, TypeVar

from ..exceptions import ConnectionLost
from ..ondevice import CONVENIENCE_IMPORTS, code
from ..repl import wire
from ..repl.entry import enter_raw_repl, soft_reset
from ..repl.output import STDOUT, OutputDecoder, Stream, write_text
from ..repl.response import BoardError, Operation, statements, value
from ..repl.session import Session
from ..transport.base import Transport
from .history import History
from .implementation import Implementation, from_probe
from .source import FunctionSource
from .tracebacks import Location, SourceMap

__all__ = ["BoardLink", "Definition"]

Result = TypeVar("Result")

_LONGEST_DEFINITIONS_BYTES = 4000
"""Definitions travel together up to so much: a board compiles a program as a whole."""


@dataclass(frozen=True)
class Definition:
    """A function that has to be on the board before it is called."""

    source: FunctionSource
    minify: bool
    feature: str = ""
    """The file of ``ondevice`` that its calls need."""


class BoardLink:
    """One board: its session, the functions it knows, and what to tell it again when it has restarted.

    Args:
        transport: the open line; closed with the link.
        timeout_s: how long the board may take to answer.
        startup: code to run on a fresh interpreter; ``None``: the convenience imports.
        stream_out: gets what the board prints.
        history: see ``History``.
    """

    implementation: Implementation
    has_threads = False

    def __init__(
        self,
        transport: Transport,
        *,
        timeout_s: float,
        startup: Optional[str],
        stream_out: Stream,
        history: History,
    ) -> None:
        self.stream_out = stream_out
        self.history = history
        self.lives = 0
        """How many interpreters this link has seen: what was made in an earlier one is gone."""
        self._timeout_s = timeout_s
        self._startup = startup
        self._decoder = OutputDecoder()
        self.sources = SourceMap()
        self._features: List[str] = []
        self._numbers = itertools.count(1)
        self._abandoned: List[int] = []
        self._closed = False
        self.session = Session(transport, wire.new_mark(), timeout_s=timeout_s, output=self._show)

    def enter(self) -> None:
        """Get to the raw prompt of a fresh interpreter."""
        transport = self.session.transport
        enter_raw_repl(transport, self.session.mark, self._timeout_s)
        if transport.line.may_soft_reset:
            soft_reset(transport, self.session.mark, self._timeout_s)

    def prepare(self) -> None:
        """Probe a fresh interpreter, and send it what calls need."""
        self.lives += 1
        self._features = []
        self._abandoned = []
        mark = self.session.mark.decode()
        run = self.session.perform
        probe = f"{code('probe')}__belay_p({mark!r});del __belay_p"
        name, version, platform, mpy, _free_bytes = run(value(probe))
        helpers = f"__belay_m={mark!r}\n{code('reply')}{code('capabilities')}"
        # The newline that it prints says what this board makes of newlines.
        emitters, self.has_threads = run(
            value(f"{helpers}print();__belay(__belay_c());del __belay_c"),
            output=self._decoder.learn_newline,
        )
        self.implementation = from_probe(name, version, platform, mpy, tuple(emitters))

    def start(self) -> None:
        """Run the convenience imports, or what the user gave instead."""
        if self._startup is None:
            imports = CONVENIENCE_IMPORTS.get(self.implementation.name, ())
            text = f"{code('imports')}__belay_i({imports!r});del __belay_i"
        else:
            text = wire.prepare(self._startup)[0]
        if text.strip():
            self.perform(statements(wire.execution(text)))

    def restore(self) -> None:
        """Bring a fresh interpreter to where the last one was.

        Raises:
            MaxHistoryLengthError: too much was recorded; the board is usable, without the user's state.
            PyboardException: a recorded command raised; what follows it was not repeated.
        """
        self.prepare()
        self.start()
        for program in self.history.programs():
            self.perform(statements(program))

    def define(self, definitions: Sequence[Definition]) -> None:
        """Send functions, as many together as a board may be asked to compile at once."""
        program = ""
        locations: List[Tuple[FunctionSource, Location]] = []
        for definition in definitions:
            if definition.feature and definition.feature not in self._features:
                self._features.append(definition.feature)
                program += code(definition.feature)
            source = definition.source
            text, shift = wire.prepare(source.definition.rstrip("\n"), shrink=definition.minify)
            if program and len(program) + len(text) > _LONGEST_DEFINITIONS_BYTES:
                self._define(program, locations)
                program, locations = "", []
            shift += program.count("\n")
            location = Location(source.file, source.definition_line, shift, source.definition.count("\n"))
            locations.append((source, location))
            program += f"{text}\n"
        if program:
            self._define(program, locations)

    def _define(self, text: str, locations: Sequence[Tuple[FunctionSource, Location]]) -> None:
        program = wire.execution(text.rstrip("\n"))
        self.perform(statements(program), module=[location for _, location in locations])
        self.history.define(program)
        for source, location in locations:
            self.sources.add(source, location)

    def perform(
        self,
        operation: Operation[Result],
        *,
        timeout_s: Optional[float] = None,
        silence_s: Optional[float] = None,
        stream_out: Stream = STDOUT,
        module: Sequence[Location] = (),
    ) -> Result:
        """Drive an operation; the board's errors come as ``PyboardException``.

        Args:
            operation: what to do.
            timeout_s: how long its programs may run.
            silence_s: how long the board may say nothing meanwhile.
            stream_out: gets what they print; ``STDOUT``: the device's stream does.
            module: where the top level of its programs comes from.
        """
        if self._closed:
            raise ConnectionLost("the device is closed", hint="open a new Device")
        if self.session.away:
            self.session.away = False
            self.enter()
            self.restore()
        if self._abandoned:
            self._free_abandoned()
        output: Optional[Callable[[bytes], None]] = None
        if stream_out is not STDOUT:
            output = lambda data: write_text(stream_out, self._decoder.decode(data))  # noqa: E731
        try:
            return self.session.perform(operation, timeout_s=timeout_s, silence_s=silence_s, output=output)
        except BoardError as error:
            if error.state_lost:
                self.restore()
            raise self.sources.exception(error.text, module) from None

    @property
    def closed(self) -> bool:
        """Whether the link was closed."""
        return self._closed

    def next_number(self) -> int:
        """A number for a generator of the board, used once."""
        return next(self._numbers)

    def record(self, code: str, is_expression: Optional[bool], shrink: bool) -> None:
        """Keep a command that has run, as a program that runs it again."""
        text = wire.prepare(code, shrink=shrink)[0]
        self.history.command(wire.execution(text), expression=is_expression is True)

    def soft_reset(self) -> None:
        """Restart the board and let its ``main.py`` run; the next call restores the state."""
        self.session.restart()

    def abandon(self, number: int) -> None:
        """Free a generator of the board at the next call; callable from anywhere, a finaliser too."""
        self._abandoned.append(number)

    def close(self) -> None:
        """Close the line. Idempotent; never raises."""
        self._closed = True
        self.session.close()

    def _free_abandoned(self) -> None:
        numbers, self._abandoned = self._abandoned, []
        self.session.perform(statements(f"__belay_z({','.join(map(str, numbers))})"))

    def _show(self, data: bytes) -> None:
        write_text(self.stream_out, self._decoder.decode(data))
