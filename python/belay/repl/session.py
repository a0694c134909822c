"""The only read loop: one interpreter's programs, one after the other, from any thread.

Rules:

1. Whoever calls reads the line itself; nothing is handed between threads. While no call is in flight, one
   reader thread waits for the line to become readable and takes it only then.
2. Whatever breaks a call off (an exception of the host, Ctrl-C, a deadline) leaves the session *unsettled*.
   An unsettled session interrupts the board and asks for a sign of life before anything else is sent, so
   that a late reply is never taken for another call's.
3. Only the answer with our nonce says that the board is at its prompt; clocks only decide when to ask again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import Callable, ContextManager, Deque, Iterator, Optional, TypeVar, Union

from .._native import Frame, Outcome, RawRepl
from ..exceptions import ConnectionLost, FeatureUnavailableError, PyboardError, TimeoutExpired
from ..transport.base import Transport
from .entry import leave_raw_repl, restart_with_main
from .response import Operation, Reply
from .wire import verification

__all__ = ["Session"]

Result = TypeVar("Result")
Output = Callable[[bytes], None]

INTERRUPT = b"\x03"
_IDLE_BEFORE_READING_S = 0.05
"""The reader thread leaves the line alone for so long after a call: calls in a row never meet it."""
_WITHHELD_FOR_S = 0.1
"""Output that may be an error's text is shown when nothing more has come for so long."""
_FIRST_PATIENCE_S = 0.3
"""How long an interrupted board may be silent before it is asked; doubled each time."""


class Session:
    """Runs programs on a board that stands at its raw prompt.

    Args:
        transport: the open line; the session reads it from now on and closes it.
        mark: the connection's mark (``wire.new_mark``).
        timeout_s: how long the board may take to answer. A running program is not bound by it.
        output: gets what the board prints, as it comes, from whichever thread reads it.
    """

    def __init__(self, transport: Transport, mark: bytes, *, timeout_s: float, output: Output) -> None:
        self.transport = transport
        self.timeout_s = timeout_s
        self.mark = mark
        self.away = False
        """The board runs ``main.py`` or stands at its friendly prompt: it has to be entered again."""
        self._output = output
        self._repl = RawRepl(mark)
        self._lock = threading.RLock()
        self._busy = False
        self._unsettled = False
        self._events: Deque[Union[bytes, str, Frame, Outcome]] = deque()
        self._verifications = 0
        self._last_call = time.monotonic()
        self._hear: Optional[Output] = None
        self._hearing = threading.Lock()
        self._closed = threading.Event()
        self._reader = threading.Thread(target=self._read_while_idle, name="belay-reader", daemon=True)

    @property
    def busy(self) -> bool:
        """Whether a call is in flight, in whichever thread."""
        return self._busy

    def alone(self) -> ContextManager[bool]:
        """Keep other threads from calling, after the call that is in flight."""
        return self._lock

    def start_reading(self) -> None:
        """Start the thread that passes on what the board prints while no call is in flight."""
        self._reader.start()

    def perform(
        self,
        operation: Operation[Result],
        *,
        timeout_s: float | None = None,
        silence_s: float | None = None,
        output: Output | None = None,
    ) -> Result:
        """Drive an operation: run its programs, one exchange each, and return its result.

        Args:
            operation: see ``response``.
            timeout_s: how long its programs may run altogether; ``None``: for ever.
            silence_s: how long the board may say nothing in an exchange. The operation may catch the
                ``TimeoutExpired`` at its ``yield`` and go on with another program.
            output: gets what they print, instead of the session's.

        Raises:
            TimeoutExpired: past one of them. The board was interrupted; the next call works.
            KeyboardInterrupt: Ctrl-C on the host. The same.
            ConnectionLost: the line is gone, or the board ignores interrupts.
            PyboardError: the board takes programs no more.
            RuntimeError: called from the output of a call that is in flight.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with self._lock:
            if self._busy:
                raise RuntimeError("the board is busy with a call of this thread")
            self._busy = True
            try:
                step = next(operation)
                while True:
                    try:
                        reply = self._exchange(step, deadline, silence_s, output or self._output)
                    except TimeoutExpired as error:
                        step = operation.throw(error)
                    else:
                        step = operation.send(reply)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            finally:
                self._busy = False
                self._last_call = time.monotonic()

    def restart(self) -> None:
        """Soft-reset the board from its friendly REPL, so that ``main.py`` runs, and listen for a while.

        The board is ``away`` from its raw prompt afterwards.

        Raises:
            ConnectionLost: the line is gone, or the board ignores interrupts for ``timeout_s``.
        """
        self.leave()
        with self._lock:
            self.away = True
            self._output(restart_with_main(self.transport, self.timeout_s))
            self._last_call = time.monotonic()

    def leave(self) -> None:
        """Stop what runs and leave the board in its friendly REPL.

        Raises:
            ConnectionLost: the line is gone, or the board ignores interrupts for ``timeout_s``.
        """
        with self._at_friendly_prompt():
            pass

    @contextmanager
    def hand_over(self, hear: Output) -> Iterator[None]:
        """Give the board at its friendly prompt to the caller, who may write to the line, but not read.

        The board is ``away`` afterwards. Calls of other threads wait.

        Args:
            hear: gets all that the board says, from the reader thread; nothing (``b""``) when the line is
                lost.

        Raises:
            ConnectionLost: the line is gone, or the board ignores interrupts for ``timeout_s``.
        """
        with self._at_friendly_prompt():
            self.away = self._busy = True
            self._hear = hear
            try:
                yield
            finally:
                with self._hearing:
                    self._hear = None
                self._busy = False
                self._last_call = time.monotonic()

    @contextmanager
    def _at_friendly_prompt(self) -> Iterator[None]:
        if not self._lock.acquire(blocking=False):
            # Another thread's program runs: it ends by the interrupt.
            self.transport.write(INTERRUPT, self.timeout_s)
            if not self._lock.acquire(timeout=self.timeout_s):
                raise ConnectionLost(
                    "the board is busy with a call of another thread and ignores an interrupt"
                )
        try:
            if self._unsettled:
                self._settle(self._output)
            if not self.away:
                leave_raw_repl(self.transport, self.timeout_s)
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the line. Idempotent; never raises."""
        self._closed.set()
        self.transport.close()
        if self._reader.is_alive() and self._reader is not threading.current_thread():
            self._reader.join(self.timeout_s)

    def _exchange(
        self, step: str | bytes, deadline: float | None, silence_s: float | None, output: Output
    ) -> Reply:
        """Run a program, or tell the running one something, until it speaks or is over."""
        if self._unsettled and isinstance(step, str):
            self._settle(output)
        self._unsettled = True
        try:
            if isinstance(step, str):
                self._repl.submit(step.encode())
            elif step:
                self.transport.write(step, self.timeout_s)
            reply = self._listen(output, deadline, silence_s, started=isinstance(step, bytes))
        except (KeyboardInterrupt, TimeoutExpired):
            self._settle(output)
            raise
        self._unsettled = isinstance(reply, Frame)
        return reply

    def _listen(
        self, output: Output, deadline: float | None, silence_s: float | None, started: bool
    ) -> Reply:
        """Send and read until the program under way speaks or is over."""
        repl, transport = self._repl, self.transport
        starting = not started
        in_doubt = False
        until = self._patience(starting, deadline, silence_s)
        while True:
            outgoing = repl.to_send()
            if outgoing:
                transport.write(outgoing, self.timeout_s)
            if not self._events:
                if in_doubt:
                    wait_s = _WITHHELD_FOR_S
                elif until is None:
                    wait_s = 3600.0
                else:
                    wait_s = until - time.monotonic()
                data = transport.read(max(wait_s, 0))
                self._events.extend(repl.receive(data))
                if data and (starting or silence_s is not None):
                    until = self._patience(starting, deadline, silence_s)
                elif not data and in_doubt:
                    output(repl.take_withheld())
            while self._events:
                event = self._events.popleft()
                if type(event) is bytes:
                    output(event)
                elif isinstance(event, (Outcome, Frame)):
                    return event
                elif event == "started":
                    starting = False
                    until = self._patience(starting, deadline, silence_s)
                elif event == "suspect":
                    self._ask()
                elif not repl.all_sent:
                    raise FeatureUnavailableError(
                        "the board's firmware has no raw-paste mode, and the program is longer than "
                        "it takes in one piece",
                        hint="update the firmware to MicroPython 1.14 or CircuitPython 7, or later",
                    )
            if until is not None and time.monotonic() >= until:
                raise self._expired(starting)
            in_doubt = repl.in_doubt

    def _patience(self, starting: bool, deadline: float | None, silence_s: float | None) -> Optional[float]:
        """Until when to wait for the next byte."""
        now = time.monotonic()
        if starting:
            return now + self.timeout_s
        limits = [until for until in (deadline, silence_s and now + silence_s) if until]
        return min(limits) if limits else None

    def _expired(self, starting: bool) -> Exception:
        if starting:
            return PyboardError(
                f"the board did not take a program within {self.timeout_s:g} s",
                hint="reset the board; if its line is slow, pass a larger timeout=",
            )
        return TimeoutExpired("the program ran past its deadline and was interrupted")

    def _settle(self, output: Output) -> Outcome:
        """Interrupt the board until it answers with our nonce."""
        give_up = time.monotonic() + self.timeout_s
        patience_s = _FIRST_PATIENCE_S
        while time.monotonic() < give_up:
            self.transport.write(INTERRUPT, self.timeout_s)
            self._repl.abandon()
            self._events.clear()
            self._wait_for_sign(patience_s, output)
            self._ask()
            outcome = self._wait_for_sign(patience_s, output, answer=True)
            if outcome is not None:
                self._unsettled = False
                return outcome
            patience_s *= 2
        raise ConnectionLost(
            f"the board does not react to an interrupt within {self.timeout_s:g} s",
            hint="reset the board; a program that catches KeyboardInterrupt for ever can only be stopped so",
            may_have_run=True,
        )

    def _wait_for_sign(self, patience_s: float, output: Output, answer: bool = False) -> Outcome | None:
        """Read until the reply looks over (or, for ``answer``, is), or nothing has come for a while."""
        give_up = time.monotonic() + 2 * patience_s
        while True:
            outgoing = self._repl.to_send()
            if outgoing:
                self.transport.write(outgoing, self.timeout_s)
            data = self.transport.read(patience_s)
            for event in self._repl.receive(data):
                if type(event) is bytes:
                    output(event)
                elif isinstance(event, Outcome):
                    return event
                elif event == "suspect" and not answer:
                    return None
            if not data or time.monotonic() > give_up:
                return None

    def _ask(self) -> None:
        self._verifications += 1
        self._repl.verify(*verification(self.mark, self._verifications))

    def _heard(self) -> bool:
        """Pass on to ``hear`` what there is; ``False`` if nobody wants to hear."""
        with self._hearing:
            if self._hear is None:
                return False
            try:
                data = self.transport.read(0)
            except ConnectionLost:
                self._hear(b"")
                raise
            if data:
                self._hear(data)
            return True

    def _read_while_idle(self) -> None:
        """The reader thread: waits without the line, and takes it only when there is something to read."""
        while not self._closed.is_set():
            if not self.transport.wait_readable(3600.0):
                continue
            try:
                if self._heard():
                    continue
            except ConnectionLost:
                return
            quiet_s = time.monotonic() - self._last_call
            if quiet_s < _IDLE_BEFORE_READING_S or not self._lock.acquire(blocking=False):
                self._closed.wait(_IDLE_BEFORE_READING_S)
                continue
            try:
                data = self.transport.read(0)
                for event in self._repl.receive(data):
                    if type(event) is bytes:
                        self._output(event)
            except ConnectionLost:
                return  # the next call finds out for itself
            except Exception:
                continue  # the user's stream failed, and nobody here to be told
            finally:
                self._lock.release()
