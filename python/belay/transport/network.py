"""TCP connections: ``socket://HOST:PORT``, and what carries telnet and WebREPL.

``socket://`` is what pyserial calls by this name; opened here because its own leaves the socket open when the
peer went first, sleeps 0.3 s at closing, and lets small writes wait for each other (Nagle).
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from typing import Any, Callable, Optional, Tuple
from urllib.parse import urlsplit

from ..exceptions import ConnectionFailedError
from .base import READ_BYTES, Line, Options, Transport
from .descriptor import DescriptorTransport
from .line import NETWORK_SERIAL
from .pump import PORT_TIMEOUT_S, PumpTransport

__all__ = ["CONNECT_TIMEOUT_S", "acknowledge_at_once", "address", "dial", "open_socket", "over_socket"]

CONNECT_TIMEOUT_S = 5.0
"""How long a machine on the network may take for each step of a connection."""

_DESCRIPTORS_SERVE = sys.platform != "win32"
_LOST_HINT = "is its machine still there, and its server running? then open it again"


def open_socket(target: str, options: Options) -> Transport:
    """Connect to the host and port of ``target``.

    Raises:
        ConnectionFailedError: the target has no host or port, or nobody answers there.
    """
    host, port = address(target, None)
    return over_socket(dial(host, port, target), line=NETWORK_SERIAL, name=target)


def address(target: str, default_port: Optional[int]) -> Tuple[str, int]:
    """Host and port of a URL.

    Raises:
        ConnectionFailedError: it names none.
    """
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port or default_port
    except ValueError as error:
        raise ConnectionFailedError(
            f"{target} is no address: {error}", hint="write SCHEME://HOST:PORT"
        ) from error
    if not host or port is None:
        scheme = target.partition("://")[0]
        raise ConnectionFailedError(f"{target} names no host and port", hint=f"write {scheme}://HOST:PORT")
    return host, port


def dial(host: str, port: int, target: str) -> socket.socket:
    """Connect; small writes go out at once.

    Raises:
        ConnectionFailedError: the name does not resolve, or nobody answers. It speaks of ``target``.
    """
    try:
        connection = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
    except (socket.gaierror, UnicodeError) as error:  # the latter: no name at all ("a..b")
        raise ConnectionFailedError(
            f"{target} cannot be reached: the name {host!r} does not resolve",
            hint="is it spelled right, and this machine on the board's network? its IP address works too",
        ) from error
    except OSError as error:
        raise ConnectionFailedError(
            f"{target} does not answer: {error.strerror or error}",
            hint="is the server running, and the address right?",
        ) from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def over_socket(connection: socket.socket, *, line: Line, name: str) -> Transport:
    """A transport that owns ``connection``."""
    if _DESCRIPTORS_SERVE:
        number = connection.fileno()
        release = connection.close
        return DescriptorTransport(
            number, number, line=line, name=name, release=release, lost_hint=_LOST_HINT
        )
    port: Any = _SocketPort(connection)
    return PumpTransport(port, line=line, name=name, lost_hint=_LOST_HINT)


def acknowledge_at_once(connection: socket.socket) -> Callable[[], None]:
    """What to call before each read, so that the board need not wait for us.

    A board writes a reply in several small pieces and, like every sender without TCP_NODELAY, holds the
    second back until the first is acknowledged (Nagle). Linux acknowledges up to 40 ms late, and soon forgets
    that it was told not to (tcp(7), TCP_QUICKACK): a call over WebREPL took 46 ms, and takes 3.
    """
    if sys.platform != "linux":
        return lambda: None

    def acknowledge() -> None:
        with suppress(OSError):  # closed: the read says so
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    return acknowledge


class _SocketPort:
    """A socket as the pump wants it, for systems whose sockets are no descriptors (Windows)."""

    in_waiting = 0

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._closed = False
        connection.settimeout(PORT_TIMEOUT_S)

    def read(self, count: int) -> bytes:
        """All that is there, whatever ``count`` (the pump asks for one byte, and then for the rest)."""
        if not count:
            return b""
        try:
            data = self._socket.recv(READ_BYTES)
        except socket.timeout:
            return b""
        if not data:
            raise OSError("it ended")
        return data

    def write(self, data: bytes) -> None:
        while data and not self._closed:
            with suppress(socket.timeout):
                data = data[self._socket.send(data) :]

    def cancel_read(self) -> None:
        """Wake whoever reads or writes."""
        self._closed = True
        self._socket.shutdown(socket.SHUT_RDWR)

    def cancel_write(self) -> None:
        """``cancel_read`` did it."""

    def close(self) -> None:
        self._socket.close()
