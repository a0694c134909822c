"""Tests of board code without a board, and of tools that talk to boards.

The pytest plugin (``pytest_belay``) brings the fixtures; it imports this package when one is used. Here are
the parts to build on: :class:`FakeBoard`, a byte-level board that is a table of answers, and :func:`replay`,
which plays back what ``trace=FILE`` recorded. Both are transports: ``Device(FakeBoard(...))`` takes them.
"""

from __future__ import annotations

from .fake import FakeBoard
from .firmware import FIRMWARE, Firmware
from .interpreter import Answer, Interpreter
from .transcript import ReplayTransport, TranscriptMismatch, replay

__all__ = [
    "FIRMWARE",
    "Answer",
    "FakeBoard",
    "Firmware",
    "Interpreter",
    "ReplayTransport",
    "TranscriptMismatch",
    "replay",
]
