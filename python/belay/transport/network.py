"""``socket://HOST:PORT``: a TCP connection that carries the bytes as they are.

What pyserial calls by this name; opened here because its own leaves the socket open when the peer went
first, sleeps 0.3 s at closing, and lets small writes wait for each other (Nagle). Windows, where descriptors
do not serve, takes pyserial's.
"""

from __future__ import annotations

import socket
import sys
from urllib.parse import urlsplit

from ..exceptions import ConnectionFailedError
from .base import Options, Transport
from .descriptor import DescriptorTransport
from .line import NETWORK_SERIAL
from .serial import open_serial

__all__ = ["open_socket"]

_CONNECT_TIMEOUT_S = 5.0


def open_socket(target: str, options: Options) -> Transport:
    """Connect to the host and port of ``target``.

    Raises:
        ConnectionFailedError: the target has no host or port, or nobody answers there.
    """
    if sys.platform == "win32":
        return open_serial(target, options)
    try:
        address = urlsplit(target)
        host, port = address.hostname, address.port
    except ValueError as error:
        raise ConnectionFailedError(f"{target} is no address: {error}") from error
    if not host or port is None:
        raise ConnectionFailedError(f"{target} names no host and port", hint="write socket://HOST:PORT")
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_TIMEOUT_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            descriptor = connection.detach()
    except OSError as error:
        raise ConnectionFailedError(
            f"{target} does not answer: {error}", hint="is the server running, and the address right?"
        ) from error
    return DescriptorTransport(
        descriptor,
        descriptor,
        line=NETWORK_SERIAL,
        name=target,
        lost_hint="is the server still running? then open it again",
    )
