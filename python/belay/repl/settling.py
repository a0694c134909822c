"""To a board's raw prompt and away from it, whatever the board does and whatever was broken off there.

1. Whatever breaks a call off (an exception of the host, Ctrl-C, a deadline) leaves the session *unsettled*.
   An unsettled session interrupts the board and asks for a sign of life before anything else is sent, so
   that a late reply is never taken for another call's.
2. Only the answer with our nonce says that the board is at its prompt; clocks only decide when to ask again.
3. What programs print meanwhile is output; what the REPL says is none (``RawRepl.take_printed``).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from typing import Callable, Deque, Iterator, Optional, Union

from .._native import Frame, Outcome, RawRepl
from ..exceptions import ConnectionLost, PyboardError, TimeoutExpired
from ..transport.base import Transport
from .entry import NUMBERS, enter_raw_repl, leave_raw_repl, restart_with_main, soft_reset
from .pacing import write_paced
from .wire import verification

__all__ = ["INTERRUPT", "WITHHELD_FOR_S", "Output", "Settling"]

Output = Callable[[bytes], None]

_FAILED = "E"
"""The tag by which a program that takes data says that it drops all of it until the connection's mark comes:
what is still on its way must not be run (``ondevice/receive.py``)."""
INTERRUPT = b"\x03"
WITHHELD_FOR_S = 0.1
"""Output that may be an error's text is shown when nothing more has come for so long."""
_PATIENCE = (0.03, 0.06)
"""How long an interrupted board may be silent before it is asked, each time, as shares of the timeout; one
that prints without end takes four times that. Then it is entered anew, within what is left."""
_SHORTEST_PATIENCE_S, _LONGEST_PATIENCE_S = 0.1, 0.6
_LAST_TRY_S = 1.0
"""At its closing, a board that has not answered for the whole timeout before gets so long."""
_HEARD_BYTES = 1 << 20
"""So much of what a board says is kept that cannot be entered: it may print without end."""


class Settling:
    """What a session knows of its line and its board, and how the two are brought to the raw prompt.

    Args:
        transport: the open line; it is read from now on, and closed.
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
        self.closing = False
        """The line is about to be closed: what is lost is not waited for any more."""
        self._deaf = False
        """The latest call has ended in ``ConnectionLost``."""
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
        self._said = bytearray()
        """What the board said to attempts to enter it that have failed since."""
        self._hear: Optional[Output] = None
        self._hearing = threading.Lock()

    def drop(self) -> None:
        """Release the line; ``reopen`` comes next. What the board has said until now is passed on."""
        self.restarted = False
        give_up = time.monotonic() + WITHHELD_FOR_S
        # The line may be gone; or the user's stream fails, and nobody is here to be told.
        with suppress(Exception):
            while data := self.transport.read(0):
                self._events.extend(self._repl.receive(data))
                self._pass_on(self._output)
                if time.monotonic() > give_up:
                    break
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
            del self._said[:-_HEARD_BYTES]
            with _silence_is_loss():
                marked = enter_raw_repl(
                    self.transport, self.mark, self.timeout_s, self._next_numbers(), self._said
                )
                # A board that has restarted unseen says what is none of ours: boot messages, another main.py.
                ours = marked or self.away
                printed = self._repl.take_printed(bytes(self._said) if ours else b"")
                if self.transport.line.may_soft_reset and (fresh or not marked):
                    soft_reset(self.transport, self.mark, self.timeout_s, self._next_numbers())
                    marked = False
            self._said.clear()
            self._repl = self._new_repl()
            self._pass_on(self._output)
            self._output(printed)
            self._unsettled = self.away = self.restarted = False
            self._last_call = time.monotonic()
            return marked

    def restart(self) -> None:
        """Soft-reset the board from its friendly REPL, so that ``main.py`` runs, and listen for a while.

        The board is ``away`` from its raw prompt afterwards.

        Raises:
            ConnectionLost: the line is gone, or the board ignores interrupts for ``timeout_s``.
        """
        self.leave()
        with self._lock:
            self.away = True
            with _silence_is_loss():
                self._output(self._repl.take_printed(restart_with_main(self.transport, self.timeout_s)))
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
                with _silence_is_loss():
                    self._output(self._repl.take_printed(leave_raw_repl(self.transport, self.timeout_s)))
            yield
        finally:
            self._lock.release()

    def _settle(self, output: Output) -> bool:
        """Interrupt the board until it answers with our nonce.

        Returns:
            whether its interpreter is still the one that has the connection's mark.
        """
        timeout_s = min(_LAST_TRY_S, self.timeout_s) if self.closing and self._deaf else self.timeout_s
        give_up = time.monotonic() + timeout_s
        self._pass_on(output)
        for share in () if self._repl.restarted else _PATIENCE:
            patience_s = min(max(share * timeout_s, _SHORTEST_PATIENCE_S), _LONGEST_PATIENCE_S)
            self._write(INTERRUPT)
            self._repl.abandon()
            self._wait_for_sign(patience_s, output)
            self._ask()
            outcome = self._wait_for_sign(patience_s, output, answer=True)
            if outcome is not None:
                self._unsettled = False
                return outcome.answer == b"1"
        heard = bytearray()
        try:
            with _silence_is_loss():
                left_s = max(give_up - time.monotonic(), timeout_s / 2)
                marked = enter_raw_repl(self.transport, self.mark, left_s, self._next_numbers(), heard)
        except PyboardError as error:
            raise ConnectionLost(
                f"the board does not react to an interrupt: {error.message}", hint=error.hint
            ) from None
        finally:
            output(self._repl.take_printed(bytes(heard)))
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
                elif isinstance(event, Frame) and event.tag == _FAILED:
                    self._write(self.mark)
                elif event == "suspect" and not answer:
                    return None
            if not data or time.monotonic() > give_up:
                return None

    def _pass_on(self, output: Output) -> None:
        """What was printed and is not told yet, of a call that was broken off."""
        while self._events:
            event = self._events.popleft()
            if type(event) is bytes:
                output(event)

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
        try:
            if self.pastes or self.transport.line.pushes_back:
                self.transport.write(data, self.timeout_s)
            else:
                write_paced(self.transport, data, self.timeout_s)
        except TimeoutExpired as error:
            raise _as_loss(error) from None


@contextmanager
def _silence_is_loss() -> Iterator[None]:
    """A line that takes no bytes is as good as lost."""
    try:
        yield
    except TimeoutExpired as error:
        raise _as_loss(error) from None


def _as_loss(error: TimeoutExpired) -> ConnectionLost:
    return ConnectionLost(error.message, hint=error.hint)
