"""The board's timers: who is to be told, and when.

The board sets a timer by writing its record; time is kept here, where nothing that the board does can keep it
from running on. A tick is a count in the record: none is lost, and the board sees how many it has missed.
"""

from __future__ import annotations

import mmap
import struct
import time

from . import layout


class Timers:
    """The timers of one life.

    Args:
        state: the shared memory.
    """

    def __init__(self, state: mmap.mmap) -> None:
        self._state = state
        self._due_s: dict[int, float] = {}  # a timer's record -> when it elapses next
        self._serials: dict[int, int] = {}

    def look(self) -> None:
        """Take up what the board has set since the last time."""
        end = layout.TIMERS + layout.TIMER_COUNT * layout.TIMER_BYTES
        for at in range(layout.TIMERS, end, layout.TIMER_BYTES):
            serial = struct.unpack_from("<H", self._state, at + layout.TIMER_SERIAL)[0]
            if serial != self._serials.get(at, 0):
                self._serials[at] = serial
                self._due_s[at] = time.monotonic() + self._period_s(at)

    def wait_s(self) -> float | None:
        """How long until the next one elapses; None: there is none."""
        return max(0.0, min(self._due_s.values()) - time.monotonic()) if self._due_s else None

    def elapse(self) -> bool:
        """Count the ticks that are due. Returns whether there were any."""
        now_s = time.monotonic()
        ticked = False
        for at, due_s in list(self._due_s.items()):
            mode = self._state[at + layout.TIMER_MODE]
            if not mode:
                del self._due_s[at]
            elif due_s <= now_s:
                ticked = True
                period_s = self._period_s(at)
                ticks = 1 if mode == 1 else 1 + int((now_s - due_s) / period_s)
                count = struct.unpack_from("<I", self._state, at + layout.TIMER_TICKS)[0]
                struct.pack_into("<I", self._state, at + layout.TIMER_TICKS, (count + ticks) & 0xFFFFFFFF)
                if mode == 1:
                    del self._due_s[at]
                else:
                    self._due_s[at] = due_s + ticks * period_s
        return ticked

    def _period_s(self, at: int) -> float:
        return float(struct.unpack_from("<I", self._state, at + layout.TIMER_PERIOD)[0]) / 1e6
