"""The seam between belay and a wire: three operations with exact semantics.

Rules that every transport keeps (tests/transport/test_contract.py holds them):

1. Bytes arrive whole, in order and unchanged; how they are cut into reads means nothing.
2. Every wait has a deadline, and nothing polls: a waiter sleeps in the kernel until a byte, the end of the
   line, the deadline or ``close``.
3. One thread reads, one writes, one may be in ``wait_readable``, one may close: all at once.
4. A line that is gone, and a transport that is closed, raise ``ConnectionLost`` from ``read`` and ``write``,
   now and at every later call; never ``OSError`` or an exception of the library below. What the board said
   before it went is read first, where the system has kept it (a serial port that vanishes takes it along).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Iterable, Optional, Protocol

from .line import Line

__all__ = ["READ_BYTES", "Line", "Options", "Port", "Transport"]

READ_BYTES = 65536
"""The most that one read returns: what a Linux pipe holds."""


class Transport(Protocol):
    """An open line to one board."""

    line: Line
    """What the line can take."""
    control: Optional[object]
    """A side channel beside the bytes (the simulated board's pins), or ``None``."""
    name: str
    """What to call the line in messages; never holds a password."""

    def read(self, timeout_s: float) -> bytes:
        """Wait until there is at least one byte, and return all that is there, up to ``READ_BYTES``.

        Returns:
            ``b""`` when ``timeout_s`` passed without a byte.

        Raises:
            ConnectionLost: the line is gone or closed, and nothing is left to be read.
        """

    def wait_readable(self, timeout_s: float) -> bool:
        """Wait until ``read`` would not block: bytes, a lost line, or a closed transport; never raises.

        Consumes nothing. ``close`` wakes it. ``False`` when ``timeout_s`` passed first.
        """

    def write(self, data: bytes, timeout_s: float) -> None:
        """Hand all of ``data`` over to the line.

        Returning means that the operating system has taken it, not that the board has seen it. When it
        raises, the line has taken a part of ``data`` that ends anywhere before its last byte (possibly
        nothing): a program in it is incomplete.

        Raises:
            TimeoutExpired: the line did not take all of it in ``timeout_s``.
            ConnectionLost: the line is gone or closed.
        """

    def close(self) -> None:
        """Release the line and wake every waiter. Idempotent, bounded in time, never raises."""


class Port(Protocol):
    """A serial port of the operating system, as ``serial.tools.list_ports`` describes it.

    Every attribute but ``device`` is ``None`` where it is not known.
    """

    device: str
    vid: Optional[int]
    pid: Optional[int]
    serial_number: Optional[str]
    manufacturer: Optional[str]
    product: Optional[str]
    location: Optional[str]


@dataclass(frozen=True)
class Options:
    """How to open a line; each kind takes from it what concerns it."""

    ports: Callable[[], Iterable[Port]]
    """Lists the serial ports that exist."""
    baudrate: int = 115200
    user: str = ""
    password: str = field(default="", repr=False)
    exclusive: bool = True
    dtr: Optional[bool] = None
    """Level of the line from the opening on; ``None``: as the operating system sets it."""
    rts: Optional[bool] = None
