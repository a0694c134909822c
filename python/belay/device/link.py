"""``BoardLink``: a session and what the board behind it has been told."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Sequence, Tuple, TypeVar

from ..exceptions import ConnectionLost
from ..ondevice import CONVENIENCE_IMPORTS, code
from ..repl import wire
from ..repl.output import Stream
from ..repl.response import Operation, statements, value
from .history import Command, History
from .implementation import Implementation, from_probe
from .opener import Opener
from .recovery import Recovering
from .source import FunctionSource
from .tracebacks import Location

__all__ = ["BoardLink", "Definition"]

Result = TypeVar("Result")

_LONGEST_DEFINITIONS_BYTES = 4000
"""Definitions travel together up to so much: a board compiles a program as a whole."""
_OWN_BYTES = 50
"""What the first and last lines of a program take, that are ours."""


@dataclass(frozen=True)
class Definition:
    """A function that has to be on the board before it is called."""

    source: FunctionSource
    minify: bool
    feature: str = ""
    """The file of ``ondevice`` that its calls need."""


class BoardLink(Recovering):
    """One board: its session, the functions it knows, and what to tell it again when it has restarted.

    Args:
        opener: see ``Recovering``, as of the rest.
        timeout_s: how long the board may take to answer.
        startup: code to run on a fresh interpreter; ``None``: the convenience imports.
        stream_out: gets what the board prints.
        history: what is to be repeated.
    """

    implementation: Implementation
    has_threads = False

    def __init__(
        self,
        opener: Opener,
        *,
        timeout_s: float,
        startup: Optional[str],
        stream_out: Stream,
        history: History,
    ) -> None:
        super().__init__(opener, timeout_s=timeout_s, stream_out=stream_out, history=history)
        self._startup = startup
        self._numbers = itertools.count(1)

    def enter(self) -> None:
        """Get to the raw prompt of a fresh interpreter."""
        self.session.enter(fresh=True)

    def prepare(self) -> None:
        """Probe a fresh interpreter, and send it what calls need."""
        self.lives += 1
        self._abandoned = []
        mark = self.session.mark.decode()
        run = self._run_ours
        probe = f"{code('probe')}__belay_p({mark!r});del __belay_p"
        name, version, platform, mpy, free_bytes = run(value(probe))
        self.session.longest_plain_bytes = free_bytes // 8
        helpers = f"__belay_m={mark!r}\n{code('reply')}{code('capabilities')}"
        # The newline that it prints says what this board makes of newlines.
        emitters, self.has_threads = run(
            value(f"{helpers}print();__belay(__belay_c());del __belay_c"),
            output=self._decoder.learn_newline,
        )
        self.implementation = from_probe(name, version, platform, mpy, tuple(emitters))

    def opened(self, attempts: int) -> None:
        """The construction is over: from now on calls reconnect."""
        self._restored = True
        self.attempts = attempts
        self.session.start_reading()

    def startup(self) -> List[Command]:
        """The convenience imports, or what the user gave instead."""
        if self._startup is None:
            imports = CONVENIENCE_IMPORTS.get(self.implementation.name, ())
            text = f"{code('imports')}__belay_i({imports!r});del __belay_i"
        else:
            text = wire.prepare(self._startup)[0]
        if not text.strip():
            return []
        # The user's own code runs as long as it likes.
        silence_s = self._timeout_s if self._startup is None else None
        return [Command(program, silence_s=silence_s) for program in self.executions(text)]

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
            if program and len(program) + len(text) > self._longest_definitions_bytes():
                self._define(program, locations)
                program, locations = "", []
            shift += program.count("\n") + 1
            location = Location(source.file, source.definition_line, shift, source.definition.count("\n"))
            locations.append((source, location))
            program += f"{text}\n"
        if program:
            self._define(program, locations)

    def _longest_definitions_bytes(self) -> int:
        plain = self.session.longest_plain_bytes
        if self.session.pastes or plain is None:
            return _LONGEST_DEFINITIONS_BYTES
        return plain - _OWN_BYTES

    def _define(self, text: str, locations: Sequence[Tuple[FunctionSource, Location]]) -> None:
        number = next(self._numbers)
        # The number says, after a loss, whether the definition has begun, and whether it took place.
        program = wire.execution(f"__belay_k=-{number}\n{text}__belay_k={number}")
        tries = itertools.count()
        took_place = self.repeat(
            lambda: _definition(program, number, known=next(tries) == 0),
            silence_s=self._timeout_s,
            module=[location for _, location in locations],
        )
        if not took_place:
            raise ConnectionLost(
                "the connection to the board was lost while a definition ran there, which the way back has "
                "interrupted",
                hint="define it again, if what its decorators and defaults do may be done twice",
                may_have_run=True,
            )
        self.history.define(Command(program, silence_s=self._timeout_s))
        for source, location in locations:
            self.sources.add(source, location)

    @property
    def closed(self) -> bool:
        """Whether the link was closed."""
        return self._closed

    def next_number(self) -> int:
        """A number for a generator of the board, used once."""
        return next(self._numbers)

    def bring(
        self, place: str, make: Callable[[], Operation[Any]], again: Callable[[], Operation[Any]]
    ) -> Any:
        """Bring a place of the board up to date, now and, by ``again``, whenever the board is restored."""
        report = self.repeat(make, silence_s=self._timeout_s)
        self.history.bring(place, again)
        return report

    def record(
        self, code: str, is_expression: Optional[bool], shrink: bool, timeout_s: Optional[float]
    ) -> None:
        """Keep a command that has run, as a program that runs it again."""
        # As an expression: `x := 1` is no statement.
        text = wire.prepare(f"({code.strip()}\n)" if is_expression else code, shrink=shrink)[0]
        for program in self.executions(text):
            self.history.command(program, expression=is_expression is True, timeout_s=timeout_s)

    def executions(self, text: str) -> List[str]:
        """Programs that run statements: one, where the board can take them at once."""
        longest = self.session.longest_plain_bytes
        pieces = [text] if self.session.pastes or longest is None else wire.cut(text, longest - _OWN_BYTES)
        return [wire.execution(piece) for piece in pieces]

    def soft_reset(self) -> None:
        """Restart the board and let its ``main.py`` run; the next call restores the state."""
        with self.session.alone():
            self._check_open()
            try:
                self._restart()
            except ConnectionLost as loss:
                if not self.attempts:
                    raise
                self._recover(self.attempts, loss)
                self._restart()

    def _restart(self) -> None:
        if self.session.away:
            self.session.enter()
        self.session.restart()

    def abandon(self, number: int) -> None:
        """Free a generator of the board at the next call; callable from anywhere, a finaliser too."""
        self._abandoned.append(number)

    def close(self) -> None:
        """Close the line. Idempotent; never raises."""
        self._closed = True
        self.session.close()


def _definition(program: str, number: int, known: bool) -> Operation[bool]:
    """Define functions, unless the board says that it has begun to (``known``: it has not).

    Returns:
        whether they are defined; otherwise an interrupt came between, and a part of them has run.
    """
    if not known:
        last = yield from value(wire.answer("globals().get('__belay_k')"))
        if last in (number, -number):
            return bool(last == number)
    yield from statements(program)
    return True
