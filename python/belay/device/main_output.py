"""What a board says between its soft reset and the end of its ``main.py``. Bytes in, bytes out, no clock.

Rules:

1. The end is the friendly banner with its prompt, exactly as the board has said it before: a program does not
   print that by accident. CircuitPython waits for a key before it: see ``wants_key``.
2. A traceback is an exception of ``main.py`` where nothing but the end follows it. So it is withheld until
   something else comes, or ``release`` is called because nothing does. Further lines of a message cannot be
   told from output: a program that prints tracebacks and goes on is the commoner one.
3. The rest is output, and is handed out as it comes.
"""

from __future__ import annotations

import re

__all__ = ["MainOutput", "banner_in"]

_BANNER = re.compile(rb"(?:MicroPython|Adafruit CircuitPython) [^\r\n]*\r\n(?:[^\r\n]*\r\n)?>>> \Z")
_REBOOT = re.compile(rb"\s*(?:MPY: |PYB: )?soft reboot\r\n")
# CircuitPython supervisor/shared/translate: every language names the key.
_ANY_KEY = re.compile(rb"\r\n[^\r\n]*CTRL[-+ ]?D[^\r\n]*\r\n\Z", re.IGNORECASE)
_TRACEBACK = b"Traceback (most recent call last):"
_WHOLE = re.compile(re.escape(_TRACEBACK) + rb"\r?\n(?: +[^\r\n]*\r?\n)*[^\r\n]+(?:\r?\n)?")
"""One that nothing follows; its message has one line."""
_LONGEST_REBOOT_BYTES = 64
_KEPT_BYTES = 8192
"""Of what was handed out: a traceback that came slowly is still seen as one at the end."""


def banner_in(text: bytes) -> bytes:
    """The friendly banner with its prompt that ``text`` ends with; empty where there is none yet."""
    match = _BANNER.search(text)
    return match[0] if match else b""


class MainOutput:
    """Tells output from the end, and from the exception that has led to it.

    Args:
        banner: what the board says at its friendly prompt, with the prompt.

    Attributes:
        ended: ``main.py`` is over.
        traceback: of the exception that has ended it; empty for none.
    """

    def __init__(self, banner: bytes) -> None:
        self.ended = False
        self.traceback = b""
        self._banner = banner
        self._text = b""
        self._given = 0
        """So much of the text was handed out."""
        self._rebooted = False

    @property
    def withholds(self) -> bool:
        """Something waits for what comes next, or for ``release``."""
        return not self.ended and self._given < len(self._text)

    @property
    def wants_key(self) -> bool:
        """CircuitPython says that a key leads to its prompt. (Or the program does: the key is harmless.)"""
        return not self.ended and _ANY_KEY.search(self._text[-_KEPT_BYTES:]) is not None

    def feed(self, data: bytes) -> bytes:
        """Take what came. Returns the output in it."""
        if self.ended:
            return data
        self._text += data
        if not self._rebooted and not self._skip_reboot():
            return b""
        end = self._text.find(self._banner)
        if end >= 0:
            return self._end(end)
        return self._give(min(self._beginning(each) for each in (_TRACEBACK, self._banner)))

    def release(self) -> bytes:
        """Nothing has come for a while: what was withheld is output after all. Returns it."""
        self._rebooted = True
        return self._give(len(self._text))

    def _skip_reboot(self) -> bool:
        """Drop what the board itself says of its reset."""
        match = _REBOOT.match(self._text)
        if match:
            self._text = self._text[match.end() :]
        self._rebooted = match is not None or len(self._text) > _LONGEST_REBOOT_BYTES
        return self._rebooted

    def _end(self, end: int) -> bytes:
        """Note the end at ``end``. Returns the output before it, and what threads have printed behind it."""
        behind = self._text[end + len(self._banner) :]
        text = self._text[:end]
        begin = text.rfind(_TRACEBACK)
        # CircuitPython says more behind an empty line.
        traceback = text[begin:].partition(b"\r\n\r\n")[0] if begin >= 0 else b""
        rest = begin + len(traceback)
        self.ended = True
        self.traceback = traceback if _WHOLE.fullmatch(traceback) else b""
        if begin < self._given or not self.traceback:
            return text[self._given :] + behind
        return text[self._given : begin] + text[rest:].lstrip(b"\r\n") + behind

    def _beginning(self, what: bytes) -> int:
        """Where ``what`` is in what was not given yet, or may begin at its end; else the end."""
        text, given = self._text, self._given
        at = text.rfind(what, given)
        if at >= 0:
            return at
        starts = range(max(len(text) - len(what) + 1, given), len(text))
        return next((at for at in starts if what.startswith(text[at:])), len(text))

    def _give(self, end: int) -> bytes:
        output = self._text[self._given : end]
        surplus = max(end - _KEPT_BYTES, 0)  # a program may run for weeks
        self._text = self._text[surplus:]
        self._given = end - surplus
        return output
