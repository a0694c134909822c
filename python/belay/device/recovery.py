"""Calls over a line that may be lost: opening it again, restoring the board, and running nothing twice.

See ``docs/concepts/recovery.md``.
"""

from __future__ import annotations

import itertools
from typing import Any, Callable, List, Optional, Sequence, TypeVar

from ..exceptions import (
    BelayException,
    ConnectionFailedError,
    ConnectionLost,
    DeviceNotFoundError,
    InsufficientSpecifierError,
    PyboardError,
)
from ..repl import wire
from ..repl.output import STDOUT, OutputDecoder, Stream, write_text
from ..repl.response import BoardError, Operation, statements, value
from ..repl.session import Output, Session
from .history import Command, History
from .opener import Opener, resumable
from .tracebacks import Location, SourceMap

__all__ = ["Recovering"]

Result = TypeVar("Result")


class Recovering:
    """Drives operations over a session, and brings its board back when the line is lost.

    A call that finds the line lost opens it again, up to ``attempts`` times, and restores the state. What had
    not been sent completely runs then; what had been may have run, and ends in ``ConnectionLost``.

    Args:
        opener: opens the line, the first time at once.
        timeout_s: how long the board may take to answer.
        stream_out: gets what the board prints.
        history: see ``History``.
    """

    attempts = 0
    """How often a call that finds the line lost tries to open it again; negative: for ever."""

    def __init__(self, opener: Opener, *, timeout_s: float, stream_out: Stream, history: History) -> None:
        self.stream_out = stream_out
        self.history = history
        self.sources = SourceMap()
        self.lives = 0
        """How many interpreters this link has seen: what was made in an earlier one is gone."""
        self._timeout_s = timeout_s
        self._decoder = OutputDecoder()
        self._features: List[str] = []
        """The files of ``ondevice`` that definitions have brought to the board."""
        self._abandoned: List[int] = []
        self._closed = False
        self._opener = opener
        self._restored = False
        """The board's interpreter has all that was recorded."""
        self._repeated: Optional[int] = None
        """So many of the commands to repeat it has, where that is not all; ``None``: nothing of ours."""
        self._lost = False
        """The session has no line that could be used."""
        self.session = Session(opener.open(), wire.new_mark(), timeout_s=timeout_s, output=self._show)

    def prepare(self) -> None:
        """Make a fresh interpreter ours."""
        raise NotImplementedError

    def startup(self) -> List[Command]:
        """What comes before anything that was recorded."""
        raise NotImplementedError

    def start(self) -> None:
        """Run the startup code."""
        for command in self.startup():
            self._run_command(command)

    def restore(self) -> None:
        """Bring a fresh interpreter to where the last one was.

        Raises:
            MaxHistoryLengthError: too much was recorded; the board is usable, without the user's state.
            PyboardException: a recorded command raised; what follows it was not repeated.
            ConnectionLost: the line was lost meanwhile: it is to be begun anew.
        """
        self._restored = False
        self._repeated = None
        self.prepare()
        self._repeat_history(0)

    def _go_on(self) -> None:
        """The same where the interpreter could not be restarted: from where it was cut off.

        A command that has begun may have run, and is not run again.
        """
        begun = self.session.perform(
            value(wire.answer("globals().get('__belay_r',0)")), silence_s=self._timeout_s
        )
        self._repeat_history(max(self._repeated or 0, begun))

    def _repeat_history(self, done: int) -> None:
        """Run the startup code and what was recorded, behind the first so many of them."""
        try:
            self._repeated = done
            numbered = enumerate(itertools.chain(self.startup(), self.history.entries()), 1)
            for number, entry in itertools.islice(numbered, done, None):
                if isinstance(entry, Command):
                    self._run_command(entry, number)
                else:
                    self._run(entry(), silence_s=self._timeout_s, restore=False)
                self._repeated = number
        except ConnectionLost:
            raise
        except BelayException:
            self._restored = True
            self._features = []
            raise
        self._restored = True

    def _run_command(self, command: Command, number: int = 0) -> None:
        program = command.program
        if number and not self.session.transport.line.may_soft_reset:
            # It says, after a loss, which command has begun.
            program = f"__belay_r={number}\n{program}"
        self._run(
            statements(program), timeout_s=command.timeout_s, silence_s=command.silence_s, restore=False
        )

    def reconnect(self, attempts: Optional[int] = None) -> None:
        """Close the line, open it again, and restore the state.

        Args:
            attempts: how often to try, 1 s apart; negative: for ever. ``None``: as often as calls do, and
                at least once.

        Raises:
            MaxHistoryLengthError: too much was recorded; nothing was done.
            ConnectionLost: no attempt succeeded.
        """
        with self.session.alone():
            self._check_open()
            self.history.entries()
            if attempts is None:
                attempts = self.attempts or 1
            self._recover(attempts)

    def perform(
        self,
        operation: Operation[Result],
        *,
        timeout_s: Optional[float] = None,
        silence_s: Optional[float] = None,
        stream_out: Stream = STDOUT,
        module: Sequence[Location] = (),
        life: Optional[int] = None,
    ) -> Result:
        """Drive an operation; the board's errors come as ``PyboardException``.

        Args:
            operation: what to do.
            timeout_s: how long its programs may run.
            silence_s: how long the board may say nothing meanwhile.
            stream_out: gets what they print; ``STDOUT``: the device's stream does.
            module: where the top level of its programs comes from.
            life: the interpreter that it is for (``lives``); ``None``: any.

        Raises:
            ConnectionLost: the line is lost, or ``life`` is over. Where calls reconnect, and could, the state
                is restored.
        """
        output: Optional[Output] = None
        if stream_out is not STDOUT:
            output = lambda data: write_text(stream_out, self._decoder.decode(data))  # noqa: E731
        steps = resumable(operation)
        with self.session.alone():
            while True:
                self._check_open()
                self._make_ready(life)
                before = self.lives
                try:
                    return self._run(
                        steps, timeout_s=timeout_s, silence_s=silence_s, output=output, module=module
                    )
                except ConnectionLost as loss:
                    if not self.attempts:
                        raise
                    self._recover(self.attempts, loss)
                    # An answer of an earlier program is worth nothing to an interpreter that did not give it.
                    if loss.may_have_run or (steps.answered and self.lives != before):
                        loss.may_have_run = True
                        loss.hint = "the board's state is restored; the call was not run again"
                        raise

    def repeat(self, make: Callable[[], Operation[Result]], **keywords: Any) -> Result:
        """``perform`` for what may run twice: also when it may have run.

        Args:
            make: makes the operation, each time anew.
            keywords: of ``perform``.
        """
        left = self.attempts
        while True:
            try:
                return self.perform(make(), **keywords)
            except ConnectionLost as loss:
                unrestored = isinstance(loss.__cause__, BelayException)
                if self._lost or unrestored or not loss.may_have_run or not left:
                    raise
                left -= 1

    def _run(
        self,
        operation: Operation[Result],
        *,
        timeout_s: Optional[float] = None,
        silence_s: Optional[float] = None,
        output: Optional[Output] = None,
        module: Sequence[Location] = (),
        restore: bool = True,
    ) -> Result:
        """``perform`` over the line as it is; after a program that ended the interpreter, ``restore``."""
        try:
            return self.session.perform(operation, timeout_s=timeout_s, silence_s=silence_s, output=output)
        except BoardError as error:
            raised = self.sources.exception(error.text, module, exited=error.state_lost)
            cause: Optional[BelayException] = None
            if error.state_lost:
                try:
                    # What ends the interpreter while it is repeated ends it each time.
                    self.restore() if restore else self.prepare()
                except ConnectionLost as loss:
                    loss.may_have_run = True
                    raise
                except BelayException as failure:
                    raised.hint = f"not all of the board's state could be restored: {failure.message}"
                    cause = failure
            raise raised from cause

    def _run_ours(self, operation: Operation[Result], output: Optional[Output] = None) -> Result:
        """The same for what makes a fresh interpreter ours."""
        try:
            return self.session.perform(operation, silence_s=self._timeout_s, output=output)
        except BoardError as error:
            raise self.sources.exception(error.text, exited=error.state_lost) from None

    def _make_ready(self, life: Optional[int]) -> None:
        """See to it that the board can be called; a loss meanwhile is none of the call's."""
        for last in (False, True):
            try:
                if self._lost:
                    raise ConnectionLost("the connection to the board is lost", hint="call reconnect()")
                if self.session.away:
                    self.session.enter(fresh=True)
                    self.restore()
                if self._abandoned:
                    self._free_abandoned()
                break
            except ConnectionLost as loss:
                loss.may_have_run = False
                if last or not self.attempts:
                    raise
                self._recover(self.attempts, loss)
        if life is not None and life != self.lives:
            raise ConnectionLost("the board has restarted: this generator is gone", hint="make a new one")

    def _recover(self, attempts: int, loss: Optional[ConnectionLost] = None) -> None:
        """Open the line again and restore the state.

        Raises:
            ConnectionLost: it did not succeed. ``may_have_run`` is that of ``loss``.
        """
        failure: Optional[Exception] = loss
        self._lost = True
        for _ in self._opener.attempts(attempts):
            try:
                self._resume()
                self._lost = False
                return
            except (
                ConnectionFailedError,
                DeviceNotFoundError,
                InsufficientSpecifierError,
                PyboardError,
            ) as error:
                failure = error
                self._drop()
            except BelayException as error:
                # The line is there again; what a recorded command raised is for the user.
                self._lost = False
                if loss is None:
                    raise
                raise ConnectionLost(
                    "the connection to the board was lost; it is there again, but not all of the state could "
                    f"be restored: {error.message or error}",
                    hint="what was recorded behind the command that failed is missing: run it again",
                    may_have_run=loss.may_have_run,
                ) from error
        raise ConnectionLost(
            f"the connection to the board is lost, and could not be opened again: {failure}",
            hint="check its cable and power, then call reconnect()",
            may_have_run=loss is not None and loss.may_have_run,
        ) from failure

    def _resume(self) -> None:
        """One attempt. A board that has restarted behind a line that is still there keeps its line."""
        if not self.session.restarted:
            self._drop()
            self.session.reopen(self._opener.open())
        marked = self.session.enter(fresh=not self._restored)
        if not marked or (self._repeated is None and not self._restored):
            self.restore()
        elif not self._restored:
            self._go_on()

    def _drop(self) -> None:
        if self._opener.reopens:
            self.session.drop()

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionLost("the device is closed", hint="open a new Device")

    def stop_reconnecting(self) -> None:
        """Let no further attempt begin, neither of a call nor of ``reconnect``. Callable from any thread."""
        self.attempts = 0
        self._opener.stop()
        self.session.closing = True

    def _free_abandoned(self) -> None:
        numbers = tuple(self._abandoned)
        # Their own code runs, in `finally`; but nobody waits for it.
        self.session.perform(
            statements(f"__belay_z({','.join(map(str, numbers))})"), silence_s=self._timeout_s
        )
        del self._abandoned[: len(numbers)]

    def _show(self, data: bytes) -> None:
        write_text(self.stream_out, self._decoder.decode(data, of_repl=self.session.away))
