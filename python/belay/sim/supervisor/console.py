"""What the board prints, on its way to the host.

The board process prints two marks, random for each life, so that no program can print them by accident:
*ready* before `boot.py` runs, *prompt* when the interactive prompt comes next. What stands before *ready*
can only be a fault of ours and is kept as an explanation. After a soft reset of a board that was in its raw
REPL, the friendly banner behind *prompt* is dropped: the supervisor types Ctrl-A, and the raw banner comes as
on a real board.
"""

from __future__ import annotations

RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n>"

STARTING, SCRIPTS, ENTERING_RAW, PROMPT = range(4)


class Console:
    """Takes a life's output in any pieces and gives what the host may see.

    Args:
        ready: the mark before `boot.py`.
        prompt: the mark before the interactive prompt; of another text than `ready`.
        raw: whether the raw REPL is to be entered.

    Attributes:
        stage: STARTING, SCRIPTS (boot.py and main.py), ENTERING_RAW, PROMPT; it only goes up.
        held: output that cannot be shown yet; while STARTING, everything there was.
        tail: the last few bytes of all output.
    """

    def __init__(self, ready: bytes, prompt: bytes, raw: bool) -> None:
        self.stage = STARTING
        self.held = b""
        self.tail = b""
        self._raw = raw
        self._marks = {STARTING: ready, SCRIPTS: prompt, ENTERING_RAW: RAW_BANNER}

    def receive(self, data: bytes) -> bytes:
        """The part of the output so far that the host may see and has not seen."""
        shown = b""
        self.tail = (self.tail + data)[-8:]
        data = self.held + data
        self.held = b""
        while self.stage != PROMPT:
            mark = self._marks[self.stage]
            before, found, after = data.partition(mark)
            if not found:
                # The raw banner is short and comes at once: what is dropped before it need not be kept.
                keep = len(data) if self.stage != SCRIPTS else _partial(data, mark)
                self.held = data[len(data) - keep :]
                return shown + data[: len(data) - keep]
            if self.stage == SCRIPTS:
                shown += before
                self.stage = ENTERING_RAW if self._raw else PROMPT
            elif self.stage == STARTING:
                self.stage = SCRIPTS
            else:
                shown += RAW_BANNER
                self.stage = PROMPT
            data = after
        return shown + data


def _partial(data: bytes, mark: bytes) -> int:
    """How many bytes at the end of the data may be the beginning of the mark."""
    start = data.rfind(mark[:1], max(0, len(data) - len(mark) + 1))
    while start >= 0:
        if mark.startswith(data[start:]):
            return len(data) - start
        start = data.rfind(mark[:1], max(0, len(data) - len(mark) + 1), start)
    return 0
