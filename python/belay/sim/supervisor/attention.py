"""Getting a life's attention: Ctrl-C, and events while it waits.

A signal is lost that comes just before the board begins to wait, or to a thread of it that is not the main
one. So as long as handlers are scheduled and have not begun, and for a while after an interrupt, the board is
woken again, ever more seldom.

Handlers of pins and timers are given a moment to end before an interrupt: one that meets a handler is lost to
the program, until the board has asked for it again.
"""

from __future__ import annotations

import mmap
import time

from . import layout
from .life import Life

_WAKE_FIRST_S, _WAKE_LONGEST_S = 0.002, 0.1
_AFTER_INTERRUPT_S = 0.2
_HANDLER_S = 0.05


class Attention:
    """The signals to one life.

    Args:
        life: to whom.
        state: the shared memory.
    """

    def __init__(self, life: Life, state: mmap.mmap) -> None:
        self._life = life
        self._state = state
        self._pause_s = 0.0
        self._wake_at_s = 0.0
        self._wake_until_s = 0.0
        self._owed_s = 0.0  # not 0: an interrupt is due, at this time at the latest

    def interrupt(self) -> bool:
        """Interrupt the program; False: none runs that takes interrupts, and Ctrl-C is a byte."""
        if not self._state[layout.HANDLING]:
            return self._interrupt_now()
        if not self._life.takes_interrupts():
            return False
        self._owed_s = time.monotonic() + _HANDLER_S
        return True

    def wake(self) -> None:
        """Handlers have been scheduled."""
        self._pause_s = _WAKE_FIRST_S
        self._wake_at_s = 0.0

    def keep(self) -> None:
        """Do what is due."""
        now_s = time.monotonic()
        if self._owed_s and (not self._state[layout.HANDLING] or now_s >= self._owed_s):
            self._interrupt_now()
        if self._must_wake(now_s) and now_s >= self._wake_at_s:
            self._life.wake()
            self._wake_at_s = now_s + self._pause_s
            self._pause_s = min(self._pause_s * 2, _WAKE_LONGEST_S)

    def wait_s(self) -> float | None:
        """How long until `keep` has something to do; None: until something happens."""
        now_s = time.monotonic()
        if self._owed_s:
            return 0.001
        return max(0.0, self._wake_at_s - now_s) if self._must_wake(now_s) else None

    def _must_wake(self, now_s: float) -> bool:
        return bool(self._state[layout.SCHEDULED]) or now_s < self._wake_until_s

    def _interrupt_now(self) -> bool:
        self._owed_s = 0.0
        taken = self._life.interrupt()
        if taken:
            self._wake_until_s = time.monotonic() + _AFTER_INTERRUPT_S
            self.wake()
        return taken
