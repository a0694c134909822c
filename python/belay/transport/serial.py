"""Serial ports and pyserial's URLs.

pyserial opens and configures; on POSIX the bytes of a plain port then go straight through its descriptor.
Everything of pyserial that has none (``rfc2217://``, ``loop://``, Windows) goes through :mod:`.pump`.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from dataclasses import dataclass
from typing import Any, Iterable, Optional, Union

import serial
from serial.tools import list_ports

from ..exceptions import ConnectionFailedError, DeviceNotFoundError
from .base import Options, Port
from .descriptor import DescriptorTransport
from .late import late
from .line import NETWORK_SERIAL, SERIAL, Line, usb_line
from .ports import port_of
from .pump import PORT_TIMEOUT_S, PumpTransport

if sys.platform != "win32":
    import grp
    import termios

__all__ = ["open_serial", "system_ports"]

_BOOTLOADER_BAUDRATE = 1200
"""Opening a port at this speed starts the bootloader of many boards (the "1200 baud touch")."""

_LOST_HINT = "check its cable and power, then open it again"

_suggested = late(".suggest", "suggested")

_MISSING = {errno.ENOENT, errno.ENODEV, errno.ENXIO}
_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}  # the last two: another program holds the lock
_NOT_PERMITTED = {errno.EACCES, errno.EPERM}

# Windows' error reaches us only as text (serialwin32.py), and there a port that is held is "denied".
_WINDOWS_NUMBERS = {"FileNotFoundError(": errno.ENOENT, "PermissionError(": errno.EBUSY}


def system_ports() -> Iterable[Port]:
    """The serial ports that the operating system lists; or those of the JSON file ``BELAY_PORTS``.

    The file is for systems that cannot list (a container without ``/sys``) and for tests: a list of objects
    with the fields of :class:`~belay.transport.base.Port`, of which only ``device`` must be there.

    Raises:
        DeviceNotFoundError: the file is not of that form.
    """
    path = os.environ.get("BELAY_PORTS")
    if not path:
        return list(list_ports.comports())
    try:
        with open(path, encoding="utf-8") as file:
            return [_ListedPort(**each) for each in json.load(file)]
    except (OSError, ValueError, TypeError) as error:
        raise DeviceNotFoundError(
            f"the list of ports {path} cannot be read: {error}", hint="unset BELAY_PORTS"
        ) from error


@dataclass
class _ListedPort:
    device: str
    vid: Optional[int] = None
    pid: Optional[int] = None
    serial_number: Optional[str] = None
    manufacturer: Optional[str] = None
    product: Optional[str] = None
    location: Optional[str] = None


def open_serial(target: str, options: Options) -> Union[DescriptorTransport, PumpTransport]:
    """Open a serial port by path or name, or any URL that pyserial knows.

    The levels of DTR and RTS are given before the port is opened; ``None`` leaves both raised, as the
    operating system does. Linux and macOS raise both while opening: where both are to be low, RTS goes first,
    because RTS without DTR is what holds an ESP board in reset (esptool's ClassicReset). Behind a bridge both
    stay as they are when the port is closed: dropping them one after the other would reset such a board.

    Raises:
        ConnectionFailedError: missing, busy, not permitted, or no serial port at all; nothing stays open.
    """
    if options.baudrate == _BOOTLOADER_BAUDRATE:
        raise ConnectionFailedError(
            f"{target} is not opened at 1200 baud: this starts the bootloader of many boards",
            hint="choose another speed, 115200 for most boards",
        )
    try:
        port = serial.serial_for_url(
            target,
            do_not_open=True,
            baudrate=options.baudrate,
            timeout=PORT_TIMEOUT_S,
            exclusive=options.exclusive or None,
        )
        rts_first = sys.platform != "win32" and options.dtr is False and options.rts is False
        if options.dtr is not None and not rts_first:
            port.dtr = options.dtr
        if options.rts is not None:
            port.rts = options.rts
        port.open()
        if rts_first:
            port.dtr = False
    except (OSError, ValueError) as error:  # SerialException is an OSError
        raise _failure(target, error, options) from error
    try:
        return _wrap(port, target, options)
    except BaseException:
        port.close()
        raise


def _wrap(port: Any, target: str, options: Options) -> Union[DescriptorTransport, PumpTransport]:
    scheme = target.partition("://")[0].lower() if "://" in target else ""
    line = _line(port, scheme, options)
    # hwgrep:// names a plain port by its description. spy:// has a descriptor too, but must see the bytes.
    if sys.platform == "win32" or scheme not in ("", "hwgrep"):
        return PumpTransport(port, line=line, name=target, lost_hint=_LOST_HINT)
    # pyserial asks for reads that return nothing at once (VMIN 0), which would look like a hang-up.
    settings = termios.tcgetattr(port.fileno())
    settings[6][termios.VMIN] = 1
    if not line.kind.startswith("native USB"):  # there, a low DTR tells the board that the host is gone
        settings[2] &= ~termios.HUPCL
    termios.tcsetattr(port.fileno(), termios.TCSANOW, settings)
    return DescriptorTransport(
        port.fileno(), port.fileno(), line=line, name=target, release=port.close, lost_hint=_LOST_HINT
    )


def _line(port: Any, scheme: str, options: Options) -> Line:
    if scheme in ("socket", "rfc2217"):
        return NETWORK_SERIAL
    known = port_of(port.port, options.ports)
    if known is None or known.vid is None:
        return SERIAL
    return usb_line(known.vid, known.pid, known.serial_number)


def _failure(target: str, error: Exception, options: Options) -> ConnectionFailedError:
    """Say which it was, missing, busy or not permitted, and what to do."""
    number = _error_number(error)
    meant: str = _suggested(target)
    if number in _MISSING:
        names = ", ".join(sorted(port.device for port in options.ports()))
        return ConnectionFailedError(
            f"there is no port {target}",
            hint=meant or (f"ports that exist: {names}" if names else "no serial port exists"),
        )
    if number in _BUSY:
        return ConnectionFailedError(
            f"the port {target} is busy: another program holds it",
            hint="close the other program (a serial terminal, an IDE, another belay), or wait for it",
        )
    if number in _NOT_PERMITTED:
        return ConnectionFailedError(
            f"the port {target} may not be opened by you", hint=_permission_hint(target)
        )
    if number in (errno.ENOTTY, errno.EISDIR):
        return ConnectionFailedError(
            f"{target} is no serial port", hint=meant or "`belay list` shows the ports"
        )
    hint = ""
    if "option 'control'" in str(error):  # serial/rfc2217.py: DTR and RTS
        hint = f"its server cannot set the port's control lines: write {target}?ign_set_control"
    cause = error.__context__  # of the system, while pyserial's own text names the port once more
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
    return ConnectionFailedError(
        f"{target} cannot be opened: {reason}",
        hint=hint or meant or "is it the right port or URL, and its server running?",
    )


def _error_number(error: Exception) -> Optional[int]:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if sys.platform != "win32" and isinstance(error.__context__, termios.error):
        number: int = error.__context__.args[0]
        return number
    return next((number for text, number in _WINDOWS_NUMBERS.items() if text in str(error)), None)


def _permission_hint(target: str) -> str:
    if sys.platform == "win32":
        return ""
    try:
        group = grp.getgrgid(os.stat(target).st_gid).gr_name
    except (OSError, KeyError):
        return "ask whoever administers this machine for access to it"
    return f"add yourself to the group that owns it (sudo usermod -aG {group} $USER) and log in again"
