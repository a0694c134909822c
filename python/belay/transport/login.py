"""Talking to a server that asks before it lets anyone in."""

from __future__ import annotations

from time import monotonic
from typing import Optional

from .base import Transport

__all__ = ["Conversation"]


class Conversation:
    """Questions and answers at the start of a line.

    Args:
        transport: the line.
        timeout_s: how long each step may take.
    """

    def __init__(self, transport: Transport, timeout_s: float) -> None:
        self._transport = transport
        self._timeout_s = timeout_s
        self._heard = b""

    def wait_for(self, *words: bytes, timeout_s: Optional[float] = None) -> bytes:
        """Read until one of ``words`` comes, without regard to case, and forget all up to its end.

        Returns:
            the word, as given; ``b""`` when the time passed without.

        Raises:
            ConnectionLost: the server went away.
        """
        deadline = monotonic() + (self._timeout_s if timeout_s is None else timeout_s)
        while True:
            lowered = self._heard.lower()
            places = [(lowered.find(word.lower()), word) for word in words]
            found = min(((at, word) for at, word in places if at >= 0), default=None)
            if found:
                self._heard = self._heard[found[0] + len(found[1]) :]
                return found[1]
            left_s = deadline - monotonic()
            data = self._transport.read(max(left_s, 0))
            self._heard += data
            if not data and left_s <= 0:
                return b""

    def say(self, text: str) -> None:
        """Answer with a line."""
        self._transport.write(text.encode() + b"\r\n", self._timeout_s)
