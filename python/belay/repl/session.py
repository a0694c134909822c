"""The only read loop: one interpreter's programs, one after the other, from any thread.

Rules:

1. Whoever calls reads the line itself; nothing is handed between threads. While no call is in flight, one
   reader thread waits for the line to become readable and takes it only then.
2. Whatever breaks a call off (an exception of the host, Ctrl-C, a deadline) leaves the session *unsettled*.
   An unsettled session interrupts the board and asks for a sign of life before anything else is sent, so
   that a late reply is never taken for another call's.
3. Only the answer with our nonce says that the board is at its prompt; clocks only decide when to ask again.
4. A program that was not written to its last byte has not run; one that was may have: ``ConnectionLost`` says
   which. Nothing is sent twice from here.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from typing import Callable, ContextManager, Deque, Iterator, Optional, TypeVar, Union

from .._native import Frame, Outcome, RawRepl
from ..exceptions import (
    BelayException,
    ConnectionLost,
    FeatureUnavailableError,
    PyboardError,
    TimeoutExpired,
)
from ..transport.base import Transport
from .entry import NUMBERS, enter_raw_repl, leave_raw_repl, restart_with_main, soft_reset
from .pacing import write_paced
from .response import Operation, Reply
from .wire import verification

__all__ = ["Output", "Session"]

Result = TypeVar("Result")
Output = Callable[[bytes], None]

INTERRUPT = b"\x03"
_IDLE_BEFORE_READING_S = 0.05
"""The reader thread leaves the line alone for so long after a call: calls in a row never meet it."""
_WITHHELD_FOR_S = 0.1
"""Output that may be an error's text is shown when nothing more has come for so long."""
_PATIENCE_S = (0.3, 0.6)
"""How long an interrupted board may be silent before it is asked, each time; then it is entered anew."""
_RESTARTED = "!"
"""The tag of an outcome that no program has brought about (``rust/core/src/repl/exchange.rs``)."""


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
        self.pastes = True
        """The firmware has raw-paste, or that is not known."""
        self.longest_plain_bytes: Optional[int] = None
        """Without raw-paste, a longer program may kill the board; ``None``: not known."""
        self.restarted = False
        """The board has restarted by itself, behind a line that is still there."""
        self._output = output
        self._repl = self._new_repl()
        self._lock = threading.RLock()
        self._busy = False
        self._unsettled = False
        self._events: Deque[Union[bytes, str, Frame, Outcome]] = deque()
        self._complete = False
        """The program under way was written to its last byte."""
        self._verifications = 0
        self._entries = 0
        self._last_call = time.monotonic()
        self._hear: Optional[Output] = None
        self._hearing = threading.Lock()
        self._closed = threading.Event()
        self._reader: Optional[threading.Thread] = None

    @property
    def busy(self) -> bool:
        """Whether a call is in flight, in whichever thread."""
        return self._busy

    def alone(self) -> ContextManager[bool]:
        """Keep other threads from calling, after the call that is in flight."""
        return self._lock

    def start_reading(self) -> None:
        """Start the thread that passes on what the board prints while no call is in flight."""
        self._reader = threading.Thread(
            target=self._read_while_idle, args=(self.transport,), name="belay-reader", daemon=True
        )
        self._reader.start()

    def reopen(self, transport: Transport) -> None:
        """Go on over another line; ``enter`` comes next."""
        with self._lock:
            if transport is not self.transport:
                self.transport.close()
                self.transport = transport
                if self._reader is not None:
                    self.start_reading()
            self._unsettled = True

    def drop(self) -> None:
        """Release the line; ``reopen`` comes next."""
        self.restarted = False
        self.transport.close()

    def enter(self, *, fresh: bool = False) -> bool:
        """Get to the raw prompt from whatever state the board is in.

        Args:
            fresh: restart its interpreter in any case, where the line outlives that.

        Returns:
            whether the interpreter is the one that has the connection's mark: nothing is lost. Otherwise it
            was restarted, where the line outlives that, and has nothing of ours.

        Raises:
            PyboardError: not reached within ``timeout_s``.
            ConnectionLost: the line is gone, or takes no bytes.
        """
        with self._lock:
            self._unsettled = True
            with _silence_is_loss():
                marked = enter_raw_repl(self.transport, self.mark, self.timeout_s, self._next_numbers())
                if self.transport.line.may_soft_reset and (fresh or not marked):
                    soft_reset(self.transport, self.mark, self.timeout_s, self._next_numbers())
                    marked = False
            self._repl = self._new_repl()
            self._unsettled = self.away = self.restarted = False
            self._last_call = time.monotonic()
            return marked

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
            ConnectionLost: the line is gone, the board ignores interrupts or takes no programs, or it has
                restarted by itself. ``may_have_run`` is about the operation's latest program.
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
            except ConnectionLost as loss:
                loss.may_have_run = self._complete
                raise
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
    def hand_over(self, hear: Optional[Output] = None) -> Iterator[None]:
        """Give the board at its friendly prompt to the caller, who may write to the line.

        The board is ``away`` afterwards. Calls of other threads wait.

        Args:
            hear: gets all that the board says, from the reader thread; nothing (``b""``) when the line is
                lost. ``None``: the caller reads the line too.

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
            self._write(INTERRUPT)
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
        reader = self._reader
        if reader and reader.is_alive() and reader is not threading.current_thread():
            reader.join(self.timeout_s)

    def _exchange(
        self, step: str | bytes, deadline: float | None, silence_s: float | None, output: Output
    ) -> Reply:
        """Run a program, or tell the running one something, until it speaks or is over."""
        if isinstance(step, str):
            self._complete = False
            if (self._unsettled or self._repl.restarted) and not self._settle(output):
                raise self._lost_memory()
            if not self.pastes:
                self._check_plain(len(step))
        self._unsettled = True
        try:
            if isinstance(step, str):
                self._repl.submit(step.encode())
            elif step:
                self._write(step)
            reply = self._listen(output, deadline, silence_s, len(step), started=isinstance(step, bytes))
        except KeyboardInterrupt:
            # What the user wants is to get out, and the next call finds out what has become of the board.
            with suppress(ConnectionLost):
                self.away = not self._settle(output)
            raise
        except TimeoutExpired:
            self.away = not self._settle(output)
            raise
        except BelayException:
            raise
        except Exception:  # of the stream, which gets no more of this call
            with suppress(ConnectionLost):
                self.away = not self._settle(lambda _: None)
            raise
        if reply.tag == _RESTARTED:
            raise self._lost_memory()
        self._unsettled = isinstance(reply, Frame)
        return reply

    def _listen(
        self, output: Output, deadline: float | None, silence_s: float | None, size: int, started: bool
    ) -> Reply:
        """Send and read until the program under way speaks or is over."""
        repl, transport = self._repl, self.transport
        starting = not started
        in_doubt = False
        until = self._patience(starting, deadline, silence_s)
        while True:
            outgoing = repl.to_send()
            if outgoing:
                self._write(outgoing)
                self._complete = repl.all_sent
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
                    if repl.restarted:
                        # A board that has restarted answers soon, or is gone.
                        starting = True
                        until = self._patience(starting, deadline, silence_s)
                else:
                    self.pastes = False
                    if not repl.all_sent:
                        self._check_plain(size)
                        repl.resubmit_plain()
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
            return ConnectionLost(
                f"the board did not take a program within {self.timeout_s:g} s",
                hint="reset the board; if its line is slow, pass a larger timeout=",
            )
        return TimeoutExpired(
            "the program ran past its deadline and was interrupted",
            hint="if it needs longer, pass a larger timeout= to the call",
        )

    def _settle(self, output: Output) -> bool:
        """Interrupt the board until it answers with our nonce.

        Returns:
            whether its interpreter is still the one that has the connection's mark.
        """
        give_up = time.monotonic() + self.timeout_s
        for patience_s in () if self._repl.restarted else _PATIENCE_S:
            self._write(INTERRUPT)
            self._repl.abandon()
            self._events.clear()
            self._wait_for_sign(patience_s, output)
            self._ask()
            outcome = self._wait_for_sign(patience_s, output, answer=True)
            if outcome is not None:
                self._unsettled = False
                return outcome.answer == b"1"
        try:
            with _silence_is_loss():
                left_s = max(give_up - time.monotonic(), self.timeout_s / 2)
                marked = enter_raw_repl(self.transport, self.mark, left_s, self._next_numbers())
        except PyboardError as error:
            raise ConnectionLost(
                f"the board does not react to an interrupt: {error.message}", hint=error.hint
            ) from None
        self._repl = self._new_repl()
        self._unsettled = False
        return marked

    def _new_repl(self) -> RawRepl:
        line = self.transport.line
        return RawRepl(
            self.mark, pastes=self.pastes, burst_bytes=line.burst_bytes, run_ahead_bytes=line.run_ahead_bytes
        )

    def _wait_for_sign(self, patience_s: float, output: Output, answer: bool = False) -> Outcome | None:
        """Read until the reply looks over (or, for ``answer``, is), or nothing has come for a while."""
        give_up = time.monotonic() + 2 * patience_s
        while True:
            outgoing = self._repl.to_send()
            if outgoing:
                self._write(outgoing)
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

    def _next_numbers(self) -> int:
        self._entries += 1
        return self._entries * NUMBERS

    def _lost_memory(self) -> ConnectionLost:
        self.restarted = self._unsettled = True
        return ConnectionLost(
            "the board has restarted by itself: what it was told is gone",
            hint="check its power; reconnect() restores the state, and attempts= does so by itself",
        )

    def _write(self, data: bytes) -> None:
        with _silence_is_loss():
            if self.pastes or self.transport.line.pushes_back:
                self.transport.write(data, self.timeout_s)
            else:
                write_paced(self.transport, data, self.timeout_s)

    def _check_plain(self, size: int) -> None:
        """Refuse what a board without raw-paste may not survive: it hangs or resets where memory runs out."""
        if self.longest_plain_bytes is not None and size > self.longest_plain_bytes:
            raise FeatureUnavailableError(
                f"the program has {size} bytes, and this board's firmware, which has no raw-paste mode, can "
                f"take {self.longest_plain_bytes} at once (an eighth of its free memory)",
                hint="make it shorter or cut it into several, or update the firmware to MicroPython 1.14 or "
                "later",
            )

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

    def _read_while_idle(self, transport: Transport) -> None:
        """The reader thread: waits without the line, and takes it only when there is something to read."""
        while not self._closed.is_set() and transport is self.transport:
            if not transport.wait_readable(3600.0):
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
                data = transport.read(0)
                for event in self._repl.receive(data):
                    if type(event) is bytes:
                        self._output(event)
            except ConnectionLost:
                return  # the next call finds out for itself
            except Exception:
                continue  # the user's stream failed, and nobody here to be told
            finally:
                self._lock.release()


@contextmanager
def _silence_is_loss() -> Iterator[None]:
    """A line that takes no bytes is as good as lost."""
    try:
        yield
    except TimeoutExpired as error:
        raise ConnectionLost(error.message, hint=error.hint) from None
