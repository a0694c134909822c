"""What each kind of line can take: the one table behind flow control.

Two facts decide. *Does it push back?* A pipe, a pseudo-terminal and native USB hold the sender when the board
does not read; a UART (behind a bridge chip or a network socket) loses what does not fit. *How much may be in
flight?* With more unread bytes than that the board does not see a ``^C`` until its program ends.
The figures are those of ``protocol.md``, "How much may be in flight"; where the firmware cannot be known
from the outside the smaller one stands: a wrong guess may cost time, never data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Optional, Tuple

from ..exceptions import ConnectionFailedError

__all__ = [
    "NETWORK_SERIAL",
    "PIPE",
    "PSEUDO_TERMINAL",
    "SERIAL",
    "SIMULATED",
    "TELNET",
    "WEBREPL",
    "Line",
    "usb_line",
    "with_flow",
]


@dataclass(frozen=True)
class Line:
    """What a line can take."""

    kind: str
    """For people: ``"pipe"``, ``"native USB 2E8A:0005"``."""
    pushes_back: bool
    """The line holds the sender when the board does not read; otherwise it loses bytes."""
    in_flight_bytes: int
    """So many unread bytes leave the board able to see a ``^C`` (and, without push-back, lose nothing)."""
    ring_bytes: Optional[int] = None
    """The board moves all that comes into a ring of this size, read or not, and loses the rest: never may
    more than this be unread. ``None``: a board that reads on loses nothing."""
    run_ahead_bytes: int = 0
    """How far a program may run ahead of the windows that the board has granted. More than 0 only where it is
    certain that the line pushes back: a program that has lost bytes may run, and do something else."""
    may_soft_reset: bool = True
    """The line outlives a soft reset, and there is something to gain by one."""
    usb_serial_number: Optional[str] = None
    """Of the USB device behind a serial port, where it has one: which board it is."""
    rescue: str = ""
    """What to do where nothing stops the board's program; empty: what any board needs."""

    @property
    def burst_bytes(self) -> int:
        """So much may be written at once to a board at its prompt."""
        return self.ring_bytes or _BURST_BYTES


_BURST_BYTES = 260
"""Raw-paste's request, its two windows, and the end: right on every board that reads on (``protocol.md``)."""
_RUN_AHEAD_BYTES = 8192
"""What passes in a round trip of 40 ms at 200 kB/s; even at 9600 baud it takes less than a usual timeout."""


# The unix port reads nothing while a program runs, and ends at a soft reset; a process that we have just
# started is fresh anyway. macOS holds 1,024 unread bytes on a pseudo-terminal (TTYHOG), Linux 4,095.
PIPE = Line(
    "pipe", pushes_back=True, in_flight_bytes=1000, run_ahead_bytes=_RUN_AHEAD_BYTES, may_soft_reset=False
)
PSEUDO_TERMINAL = replace(PIPE, kind="pseudo-terminal")
# What the board has not read waits in its supervisor, which sees a ctrl-C behind up to 64 KiB of it.
SIMULATED = Line("simulated board", pushes_back=True, in_flight_bytes=60000, run_ahead_bytes=_RUN_AHEAD_BYTES)
# micro:bit and every UART whose board is not known.
SERIAL = Line("serial port", pushes_back=False, in_flight_bytes=60)
NETWORK_SERIAL = Line("serial port on the network", pushes_back=False, in_flight_bytes=60)
# What stands behind it is not known: a board's own server, or a UART. A soft reset would drop the network.
TELNET = Line("telnet", pushes_back=False, in_flight_bytes=60, ring_bytes=240, may_soft_reset=False)
# os.dupterm_notify moves what has come into the ring of stdin, which holds 255 (ports/esp8266/esp_mphal.c) or
# 259 bytes (ports/esp32/mphalport.c). Servers of telnet for boards use the same.
WEBREPL = Line("WebREPL", pushes_back=False, in_flight_bytes=240, ring_bytes=240, may_soft_reset=False)

_UNKNOWN_USB = (True, 190)
_BRIDGE = (False, 60)

_BY_VENDOR: Dict[int, Tuple[bool, int]] = {
    0x10C4: _BRIDGE,  # Silicon Labs CP210x
    0x1A86: _BRIDGE,  # WCH CH340, CH9102
    0x0403: _BRIDGE,  # FTDI
    0x067B: _BRIDGE,  # Prolific
    0x0D28: _BRIDGE,  # Arm DAPLink (micro:bit)
    0x1366: _BRIDGE,  # SEGGER J-Link
    # pyboard and other stm32 boards: past 1,024 bytes it drops (ports/stm32/usbd_cdc_interface.h).
    0xF055: (False, 1000),
}

_BY_PRODUCT: Dict[Tuple[int, int], Tuple[bool, int]] = {
    # MicroPython on the Pico keeps a ring of 512 bytes since 1.20 (ports/rp2/mphalport.c); before that it
    # could take 190, which the identifier does not tell.
    (0x2E8A, 0x0005): (True, 480),
    (0x2E8A, 0x0004): _BRIDGE,  # Picoprobe
    (0x2E8A, 0x000C): _BRIDGE,  # Raspberry Pi Debug Probe
    # ports/samd/mpconfigport.h; mimxrt and nrf boards share the identifier, and have more room.
    (0xF055, 0x9802): (True, 120),
}


_CERTAIN = {(0x2E8A, 0x0005)}
"""Their firmware takes no packet from the host that it has no room for (shared/tinyusb)."""


def usb_line(vid: int, pid: Optional[int], serial_number: Optional[str] = None) -> Line:
    """The line of a USB serial port by its vendor and product identifiers."""
    if vid == 0x0483 and (pid or 0) >> 8 == 0x37:  # STMicroelectronics ST-Link
        pushes_back, in_flight_bytes = _BRIDGE
    else:
        by_vendor = _BY_VENDOR.get(vid, _UNKNOWN_USB)
        pushes_back, in_flight_bytes = _BY_PRODUCT.get((vid, pid or 0), by_vendor)
    bridge = (pushes_back, in_flight_bytes) == _BRIDGE
    kind = f"{'USB to UART bridge' if bridge else 'native USB'} {vid:04X}:{pid or 0:04X}"
    run_ahead_bytes = _RUN_AHEAD_BYTES if (vid, pid) in _CERTAIN else 0
    return Line(
        kind, pushes_back, in_flight_bytes, run_ahead_bytes=run_ahead_bytes, usb_serial_number=serial_number
    )


def with_flow(line: Line, flow: Optional[str]) -> Line:
    """The line as the user knows it better than the table.

    Args:
        line: what the table says.
        flow: ``"credits"``: bytes that do not fit are lost, as on the smallest UART. ``"none"``: the line
            pushes back. ``None``: leave the guess.
    """
    if flow is None:
        return line
    if flow == "none":
        return replace(line, pushes_back=True, ring_bytes=None, run_ahead_bytes=_RUN_AHEAD_BYTES)
    if flow == "credits":
        return replace(
            line, pushes_back=False, in_flight_bytes=min(line.in_flight_bytes, 60), run_ahead_bytes=0
        )
    raise ConnectionFailedError(f"flow={flow!r} is unknown", hint='use flow="credits", flow="none", or None')
