"""A target string becomes an open transport (contract section 2; the order of the table is its order)."""

from __future__ import annotations

import os
import re
import sys
from typing import Callable, Mapping, Optional, Tuple, Union
from urllib.parse import unquote

from ..exceptions import FeatureUnavailableError
from .base import Options, Transport
from .late import late
from .line import with_flow
from .ports import SYSTEM_PORTS, Ports, UsbSpecifier, only_usb_port

__all__ = ["SCHEMES", "Target", "connect", "is_target"]

Target = Union[str, UsbSpecifier, None]
Opener = Callable[[str, Options], Transport]


def connect(
    target: Target = None,
    *,
    baudrate: int = 115200,
    user: str = "",
    password: str = "",
    exclusive: bool = True,
    dtr: Optional[bool] = None,
    rts: Optional[bool] = None,
    flow: Optional[str] = None,
    trace: Union[str, os.PathLike[str], None] = None,
    ports: Ports = SYSTEM_PORTS,
    environment: Mapping[str, str] = os.environ,
) -> Transport:
    """Open the line to a board; nothing is sent.

    Args:
        target: which board; ``None`` takes ``BELAY_DEVICE``, else the only USB serial port.
        baudrate: of a serial port; 1200 is refused, it starts many a bootloader.
        user: for lines that ask for one.
        password: for lines that ask for one; empty takes ``BELAY_PASSWORD``.
        exclusive: lock a serial port against others who do.
        dtr: level of the line from the opening on; ``None`` leaves it to the operating system.
        rts: the same.
        flow: ``"credits"``: the line loses what does not fit; ``"none"``: it pushes back; ``None``: guess.
        trace: file to which all traffic is appended; ``None`` takes ``BELAY_TRACE``.
        ports: lists the serial ports that exist.
        environment: where the variables are looked up.

    Raises:
        ConnectionFailedError: the board could not be reached; the line is released.
        AuthenticationError: it asks for a login, and what it got is wrong or missing.
        DeviceNotFoundError: no port fits.
        InsufficientSpecifierError: several ports fit.
        FeatureUnavailableError: a kind of line that is not supported.
    """
    trace = trace or environment.get("BELAY_TRACE") or None
    if target is None:
        target = environment.get("BELAY_DEVICE") or None
    name = _resolve(target, ports)
    password = password or environment.get("BELAY_PASSWORD", "")
    name, user, password = _split_login(name, user, password)
    options = Options(
        ports=ports,
        baudrate=baudrate,
        user=user,
        password=password,
        exclusive=exclusive,
        dtr=dtr,
        rts=rts,
    )
    transport = _opener(name)(name, options)
    try:
        transport.line = with_flow(transport.line, flow)
        return _traced(transport, trace, secret=password) if trace else transport
    except BaseException:
        transport.close()
        raise


def _resolve(target: Target, ports: Ports) -> str:
    """The target as a string that says what to open."""
    if target is None:
        return only_usb_port(ports).device
    if isinstance(target, str):
        if not target.lstrip().startswith("{"):
            return target
        target = UsbSpecifier.from_json(target)
    return target.to_port(ports=ports)


def _split_login(target: str, user: str, password: str) -> Tuple[str, str, str]:
    """Take ``USER:PASSWORD@`` out of a URL: the name of a line holds no password."""
    match = _LOGIN.match(target)
    if not match:
        return target, user, password
    given_user, _, given_password = (unquote(part) for part in match[2].partition(":"))
    return target[: match.end(1)] + target[match.end() :], given_user or user, given_password or password


def _no_process(target: str, options: Options) -> Transport:
    raise FeatureUnavailableError(
        "a child process as the board is not supported on Windows", hint="use a serial port"
    )


_POSIX = sys.platform != "win32"
_TELNET: Opener = late(".telnet", "open_telnet")
_LOGIN = re.compile(r"((?:wss?|telnet)://)([^/]*)@", re.IGNORECASE)
_traced = late(".trace", "TracingTransport")
_IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}(:\d+)?")

_OPENERS: Tuple[Tuple[str, Opener], ...] = (
    ("sim:", late(".simulated", "open_simulated")),
    ("exec:", late(".process", "open_pipe") if _POSIX else _no_process),
    ("execpty:", late(".process", "open_pseudo_terminal") if _POSIX else _no_process),
    ("ws://", late(".webrepl", "open_webrepl")),
    ("wss://", late(".webrepl", "open_webrepl")),
    ("telnet://", _TELNET),
    ("socket://", late(".network", "open_socket")),
)
_SERIAL: Opener = late(".serial", "open_serial")
SCHEMES = (*(prefix for prefix, _ in _OPENERS), "rfc2217://")
"""What a target may begin with; pyserial knows the last one."""
_SERIAL_NAME = re.compile(r"/dev/.|COM\d+$", re.IGNORECASE)


def is_target(word: str) -> bool:
    """Whether a word names a board by its looks: it has a scheme, or the form of a serial port's name."""
    return word.lower().startswith(SCHEMES) or _SERIAL_NAME.match(word) is not None


def _opener(target: str) -> Opener:
    for prefix, opener in _OPENERS:
        if target.lower().startswith(prefix):
            return opener
    return _TELNET if _IPV4.fullmatch(target) else _SERIAL
