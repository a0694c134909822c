"""A board's REPL at byte level, without a Python behind it: bytes in, bytes out, and a script that answers.

Exact where tools depend on it: friendly and raw prompts, raw-paste with its windows, soft resets, ``^C``, and
the end of a program, however the bytes are cut. Not simulated: line editing and the paste mode of the
friendly REPL, and programs that read their input.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Callable, Mapping, Optional, Union

from .firmware import MICROPYTHON, Firmware

__all__ = ["Answer", "Interpreter", "Reply", "Script", "as_function"]

_CTRL_A, _CTRL_B, _CTRL_C, _CTRL_D = 1, 2, 3, 4
INTERRUPTED = (
    b'Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\nKeyboardInterrupt: \r\n'
)
_RAW_BANNER = b"raw REPL; CTRL-B to exit\r\n"
_PASTE_REQUEST = b"\x05A"


@dataclass(frozen=True)
class Answer:
    """What a program does, as far as the line can see it."""

    output: bytes = b""
    """What it prints, as it passes over the line: ``print`` sends a newline as ``\\r\\n``."""
    error: bytes = b""
    """The traceback of an exception that nothing caught; empty for none."""
    then: str = "prompt"
    """``"prompt"``: it ends. ``"wait"``: it runs on until ``^C``. ``"exit"``: it ends by ``SystemExit``.
    ``"reset"``: it resets the board. ``"hang"``: nothing answers any more."""
    interrupted: Optional[Answer] = None
    """What a waiting program does on ``^C``; ``None``: it ends with a ``KeyboardInterrupt``."""


Reply = Union[str, bytes, Answer]
Script = Union[Mapping[str, Reply], Callable[[str], Reply]]


class Interpreter:
    """A REPL that answers by a script.

    Args:
        script: from a program's text to what it does: an ``Answer``, the bytes that it prints, or the text
            that it prints. A mapping fails with ``AssertionError`` at a program that it lacks.
        firmware: how this kind of board behaves.
        main: what ``main.py`` does, at power on and after a soft reset of the friendly REPL; ``None``: there
            is none.
    """

    def __init__(
        self, script: Script, firmware: Firmware = MICROPYTHON, *, main: Optional[Answer] = None
    ) -> None:
        self.firmware = firmware
        self._script = as_function(script)
        self._main = main
        self._line = bytearray()
        self._out = bytearray()
        self._queue = bytearray()
        self._window_left = 0
        self._running = Answer()
        self._ended: Callable[[Answer], None] = self._end_friendly
        self._state: Callable[[int], None] = self._friendly

    def power_on(self) -> bytes:
        """Start the board, in whatever state it is. Returns what it says until it waits for something."""
        self._queue.clear()
        self._start_main()
        return self._said()

    def feed(self, data: bytes) -> bytes:
        """Take what the host wrote in one piece. Returns what the board sends back."""
        pending = bytearray(data)
        while pending:
            byte = pending.pop(0)
            if self._state == self._run and byte == _CTRL_C:
                if self.firmware.interrupt_drops != "nothing":
                    self._queue.clear()
                if self.firmware.interrupt_drops == "all":
                    pending.clear()
            self._state(byte)
            if self._queue and self._state != self._run:
                # What was typed ahead comes before what came later.
                pending[:0], self._queue = self._queue, bytearray()
        return self._said()

    def _said(self) -> bytes:
        said, self._out = bytes(self._out), bytearray()
        return said

    # The states: each takes the next byte.

    def _friendly(self, byte: int) -> None:
        if byte == _CTRL_A:
            self._out += b"\r\n"
            self._enter_raw()
        elif byte == _CTRL_B:
            self._out += b"\r\n"
            self._enter_friendly()
        elif byte == _CTRL_C:
            self._out += b"\r\n"
            self._prompt_friendly()
        elif byte == _CTRL_D and not self._line:
            self._out += b"\r\n" + self.firmware.soft_reset
            self._start_main()
        elif byte == 0x0D:
            self._out += b"\r\n"
            self._start(bytes(self._line), self._end_friendly)
        elif byte >= 0x20:
            self._line.append(byte)
            self._out.append(byte)

    def _any_key(self, byte: int) -> None:
        if byte == _CTRL_D:
            self._out += self.firmware.soft_reset
            self._start_main()
        else:
            self._enter_friendly()

    def _raw(self, byte: int) -> None:
        if byte == _CTRL_A:
            self._raw_ctrl_a()
        elif byte == _CTRL_B:
            self._out += b"\r\n"
            self._enter_friendly()
        elif byte == _CTRL_C:
            self._line.clear()
        elif byte == _CTRL_D:
            self._out += b"OK"
            if self._line:
                self._start(bytes(self._line), self._end_raw)
            else:
                self._out += b"\r\n"
                self._soft_reset_raw()
        else:
            self._line.append(byte)
            if self._too_long():
                self._state = self._dead

    def _paste(self, byte: int) -> None:
        if byte == _CTRL_C:
            self._out += b"\x04"
            self._end_raw(Answer(error=b"KeyboardInterrupt: \r\n"))
        elif byte == _CTRL_D:
            self._out += b"\x04"
            self._start(bytes(self._line), self._end_raw)
        else:
            self._line.append(byte)
            self._window_left -= 1
            if not self._window_left:
                self._out += b"\x01"
                self._window_left = self.firmware.window_bytes
            if self._too_long():
                self._out += b"\x04"
                self._state = self._gave_up

    def _gave_up(self, byte: int) -> None:
        """The board ended raw-paste early; it drops everything until the host has acknowledged."""
        if byte in (_CTRL_C, _CTRL_D):
            self._end_raw(Answer(error=b"MemoryError: \r\n"))

    def _run(self, byte: int) -> None:
        if byte != _CTRL_C:
            self._queue.append(byte)
        else:
            self._perform(self._running.interrupted or Answer(error=INTERRUPTED))

    def _dead(self, byte: int) -> None:
        """Nothing but a hardware reset helps."""

    # The ways from one state to another.

    def _enter_friendly(self) -> None:
        self._out += self.firmware.title + self.firmware.banner
        self._prompt_friendly()

    def _prompt_friendly(self) -> None:
        self._line.clear()
        self._out += b">>> "
        self._state = self._friendly

    def _enter_raw(self) -> None:
        self._out += self.firmware.title + _RAW_BANNER
        self._prompt_raw()

    def _prompt_raw(self) -> None:
        self._line.clear()
        self._out += b">"
        self._state = self._raw

    def _raw_ctrl_a(self) -> None:
        known = (
            self.firmware.paste != "unknown" and len(self._line) == 2 and self._line[0] == _PASTE_REQUEST[0]
        )
        if not known:
            self._enter_raw()
        elif self.firmware.paste == "off" or self._line != _PASTE_REQUEST:
            self._out += b"R\x00"
            self._prompt_raw()
        else:
            self._line.clear()
            self._window_left = self.firmware.window_bytes
            self._out += b"R\x01" + struct.pack("<H", self._window_left) + b"\x01"
            self._state = self._paste

    def _soft_reset_raw(self) -> None:
        self._out += self.firmware.soft_reset
        self._enter_raw()

    def _start_main(self) -> None:
        self._line.clear()
        self._out += self.firmware.before_main
        self._ended = self._end_main
        self._perform(self._main or Answer())

    def _start(self, program: bytes, ended: Callable[[Answer], None]) -> None:
        self._line.clear()
        self._ended = ended
        # An empty raw-paste and an empty line are no programs.
        answer = self._script(program.decode("utf-8", "surrogateescape")) if program else Answer()
        self._perform(_as_answer(answer))

    def _perform(self, answer: Answer) -> None:
        self._out += answer.output
        self._running = answer
        if answer.then == "wait":
            self._state = self._run
        elif answer.then == "hang":
            self._state = self._dead
        elif answer.then == "reset":
            self._queue.clear()
            self._start_main()
        else:
            self._ended(answer)

    def _end_friendly(self, answer: Answer) -> None:
        self._out += answer.error
        if answer.then == "exit":
            self._out += self.firmware.soft_reset
            self._start_main()
        else:
            self._prompt_friendly()

    def _end_main(self, answer: Answer) -> None:
        self._out += answer.error + self.firmware.after_main
        if self.firmware.any_key:
            self._out += self.firmware.any_key
            self._state = self._any_key
        else:
            self._enter_friendly()

    def _end_raw(self, answer: Answer) -> None:
        self._out += b"\x04" + answer.error + b"\x04"
        if answer.then == "exit" and self.firmware.exit_resets:
            self._soft_reset_raw()
        else:
            self._prompt_raw()

    def _too_long(self) -> bool:
        return self.firmware.line_bytes is not None and len(self._line) > self.firmware.line_bytes


def _as_answer(reply: Reply) -> Answer:
    if isinstance(reply, str):
        reply = reply.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
    return Answer(reply) if isinstance(reply, bytes) else reply


def as_function(script: Script) -> Callable[[str], Reply]:
    """A table as a function that fails at what it lacks."""
    if callable(script):
        return script
    table = script

    def answer(program: str) -> Reply:
        assert program in table, f"the fake board has no answer to the program {program!r}"
        return table[program]

    return answer
