"""The only read loop: one interpreter's programs, one after the other, from any thread.

Rules:

1. Whoever calls reads the line itself; nothing is handed between threads. While no call is in flight, one
   reader thread waits for the line to become readable and takes it only then.
2. What was broken off is settled before anything else is sent (``settling``).
3. A program that was not written to its last byte has not run; one that was may have: ``ConnectionLost`` says
   which. Nothing is sent twice from here.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import ContextManager, List, Optional, TypeVar, Union

from .._native import Frame, Outcome
from ..exceptions import BelayException, ConnectionLost, FeatureUnavailableError, TimeoutExpired
from ..transport.base import Transport
from .response import Operation, Reply
from .settling import WITHHELD_FOR_S, Output, Settling

__all__ = ["Output", "Session"]

Result = TypeVar("Result")

_IDLE_BEFORE_READING_S = 0.05
"""The reader thread leaves the line alone for so long after a call: calls in a row never meet it."""
_RESTARTED = "!"
"""The tag of an outcome that no program has brought about (``rust/core/src/repl/exchange.rs``)."""


class Session(Settling):
    """Runs programs on a board that stands at its raw prompt.

    Args:
        transport: the open line; the session reads it from now on and closes it.
        mark: the connection's mark (``wire.new_mark``).
        timeout_s: how long the board may take to answer. A running program is not bound by it.
        output: gets what the board prints, as it comes, from whichever thread reads it.
    """

    def __init__(self, transport: Transport, mark: bytes, *, timeout_s: float, output: Output) -> None:
        super().__init__(transport, mark, timeout_s=timeout_s, output=output)
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
                self._deaf = False
                result: Result = stop.value
                return result
            except ConnectionLost as loss:
                self._deaf = True
                loss.may_have_run = self._complete
                raise
            finally:
                self._busy = False
                self._last_call = time.monotonic()

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
                if starting:
                    until = self._patience(starting, deadline, silence_s)
            if not self._events:
                if in_doubt:
                    wait_s = WITHHELD_FOR_S
                elif until is None:
                    wait_s = 3600.0
                else:
                    wait_s = until - time.monotonic()
                data = transport.read(max(wait_s, 0))
                events = repl.receive(data)
                self._events.extend(events)
                # What threads print says nothing of the program; nor does a `main.py`, after a restart.
                if silence_s is not None and data and not (starting or _only_text(events)):
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
        if not starting and deadline is None and silence_s is None:
            return None
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


def _only_text(events: List[Union[bytes, str, Frame, Outcome]]) -> bool:
    return bool(events) and all(type(event) is bytes for event in events)
