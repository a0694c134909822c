"""What the board prints, as text on the host."""

from __future__ import annotations

import codecs
import sys
from typing import Callable, Optional, TextIO, Union

__all__ = ["STDOUT", "OutputDecoder", "Stream", "write_text"]


class _Stdout:
    """Stands for ``sys.stdout`` at the time of writing, so that redirection and capture work."""

    def __repr__(self) -> str:
        return "<stdout>"


STDOUT = _Stdout()
Stream = Union[_Stdout, TextIO, None]


def write_text(stream: Stream, text: str) -> None:
    """Write at once, partial lines included; ``None`` drops the text.

    What the stream's encoding lacks becomes backslash escapes.
    """
    target: Optional[TextIO] = sys.stdout if isinstance(stream, _Stdout) else stream
    if target is not None and text:
        try:
            target.write(text)
        except UnicodeEncodeError as error:
            target.write(text.encode(error.encoding, "backslashreplace").decode(error.encoding))
        target.flush()


class OutputDecoder:
    """Bytes to text: UTF-8 with backslash escapes for what is none, newlines as the program wrote them.

    Both survive any split of the bytes.
    """

    def __init__(self) -> None:
        self._decode: Callable[[bytes, bool], str] = codecs.getincrementaldecoder("utf-8")(
            "backslashreplace"
        ).decode
        self.converts_newlines = False
        """Whether this board's ``print`` turns a newline into carriage return and newline."""
        self._held = ""

    def learn_newline(self, data: bytes) -> None:
        """Take what the board made of one printed newline; it may come in pieces."""
        self.converts_newlines |= data.startswith(b"\r")

    def decode(self, data: bytes, final: bool = False, *, of_repl: bool = False) -> str:
        """The text of ``data``, as far as it is complete.

        Args:
            data: what came.
            final: nothing follows: give the text to the last byte.
            of_repl: the REPL speaks in it too, which ends its lines as ``print`` does on most boards.
        """
        text = self._decode(data, final)
        if not (self.converts_newlines or of_repl or self._held):
            return text
        text = self._held + text
        self._held = "\r" if text.endswith("\r") and not final else ""
        return text[: len(text) - len(self._held)].replace("\r\n", "\n")
