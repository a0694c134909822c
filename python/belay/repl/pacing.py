"""Sending by the clock: the last resort, for firmware without raw-paste on a line that loses bytes."""

from __future__ import annotations

import time

from ..transport.base import Transport

__all__ = ["write_paced"]

_PAUSE_S = 0.01
"""Within it, a board at its prompt has taken in what its line holds (``docs/protocol.md``)."""


def write_paced(transport: Transport, data: bytes, timeout_s: float) -> None:
    """Write as much at once as the line can hold, with pauses between.

    Nothing else in belay sleeps: here the board has no way to say that it is ready.

    Raises:
        TimeoutExpired: as of ``Transport.write``.
        ConnectionLost: the same.
    """
    size = transport.line.in_flight_bytes
    for start in range(0, len(data), size):
        if start:
            time.sleep(_PAUSE_S)
        transport.write(data[start : start + size], timeout_s)
