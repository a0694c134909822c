"""``ws://HOST[:8266]``: the WebREPL of a MicroPython board.

The board cuts its messages anywhere in a character, so frames are passed on as bytes, unchecked. Both ways
they are *text* frames: the board takes a binary one for the header of a file transfer (extmod/modwebrepl.c).
"""

from __future__ import annotations

import socket
from typing import Any, Tuple

from websocket import ABNF, WebSocket, WebSocketException, frame_buffer

from ..exceptions import AuthenticationError, ConnectionFailedError, ConnectionLost, FeatureUnavailableError
from .base import Options, Transport
from .coded import CodedTransport
from .line import WEBREPL
from .login import Conversation
from .network import CONNECT_TIMEOUT_S, acknowledge_at_once, address, dial, over_socket

__all__ = ["FrameCodec", "open_webrepl"]

_DEFAULT_PORT = 8266
_ONE_CLIENT = "a board serves one client at a time: close the others, or reset the board"


def open_webrepl(target: str, options: Options) -> Transport:
    """Connect, and log in with the password of ``options``.

    Raises:
        ConnectionFailedError: nobody answers there, or no WebREPL does.
        AuthenticationError: the password is wrong, or missing.
        FeatureUnavailableError: ``wss://``.
    """
    if target.lower().startswith("wss:"):
        raise FeatureUnavailableError(
            f"{target}: a board's WebREPL has no TLS",
            hint=f"write ws{target[3:]}, on a network that you trust",
        )
    host, port = address(target, _DEFAULT_PORT)
    connection = dial(host, port, target)
    _shake_hands(connection, f"ws://{_bracketed(host)}:{port}/", target)
    transport = CodedTransport(
        over_socket(connection, line=WEBREPL, name=target),
        FrameCodec(),
        line=WEBREPL,
        lost_hint=_ONE_CLIENT,
        before_read=acknowledge_at_once(connection),
    )
    try:
        _log_in(transport, options.password)
    except BaseException:
        transport.close()
        raise
    return transport


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _shake_hands(connection: socket.socket, url: str, target: str) -> None:
    try:
        # Closes the connection if it fails.
        web_socket: Any = WebSocket()
        web_socket.connect(
            url, socket=connection, timeout=CONNECT_TIMEOUT_S, redirect_limit=0, suppress_origin=True
        )
    except (WebSocketException, OSError) as error:
        reason = str(error).partition(" -+-+- ")[0]  # what follows is the headers of the answer
        raise ConnectionFailedError(
            f"{target} does not answer as a WebREPL: {reason}",
            hint=f"is webrepl started there? {_ONE_CLIENT}",
        ) from error


def _log_in(transport: Transport, password: str) -> None:
    talk = Conversation(transport, CONNECT_TIMEOUT_S)
    try:
        if not talk.wait_for(b"Password: "):
            raise ConnectionFailedError(
                f"{transport.name} asked for no password within {CONNECT_TIMEOUT_S:g} s", hint=_ONE_CLIENT
            )
        if not password:
            raise AuthenticationError(
                f"{transport.name} asks for a password, and none was given",
                hint="pass password=, --password, or set BELAY_PASSWORD",
            )
        talk.say(password)
        answer = talk.wait_for(b"WebREPL connected\r\n>>> ", b"Access denied")
    except ConnectionLost as error:
        raise ConnectionFailedError(
            f"{transport.name} ended the connection at its login", hint=_ONE_CLIENT
        ) from error
    if answer == b"Access denied":
        raise AuthenticationError(
            f"{transport.name} refused the password",
            hint="it is PASS in the board's webrepl_cfg.py, 4 to 9 characters",
        )
    if not answer:
        raise ConnectionFailedError(
            f"{transport.name} did not answer to the password within {CONNECT_TIMEOUT_S:g} s",
            hint=_ONE_CLIENT,
        )


class _Incomplete(Exception):
    """The rest of a frame has not come yet."""


class FrameCodec:
    """WebSocket frames of the client's side."""

    def __init__(self) -> None:
        self.end = ""
        self._received = bytearray()
        # Keeps what it has of a frame when its source raises.
        self._frames = frame_buffer(self._take, skip_utf8_validation=True)

    def decode(self, data: bytes) -> Tuple[bytes, bytes]:
        self._received += data
        said, answers = b"", b""
        while not self.end:
            try:
                frame = self._frames.recv_frame()
                payload: Any = frame.data  # bytes, whatever its annotation says
            except _Incomplete:
                break
            except WebSocketException as error:
                self.end = f"it does not speak WebSocket any more ({error})"
                break
            if frame.opcode == ABNF.OPCODE_PING:
                answers += _frame(payload, ABNF.OPCODE_PONG)
            elif frame.opcode == ABNF.OPCODE_CLOSE:
                answers += _frame(payload[:2], ABNF.OPCODE_CLOSE)
                self.end = "the board closed it"
            elif frame.opcode != ABNF.OPCODE_PONG:
                said += payload
        return said, answers

    def encode(self, data: bytes) -> bytes:
        return _frame(data, ABNF.OPCODE_TEXT)

    def _take(self, count: int) -> bytes:
        if not self._received:
            raise _Incomplete
        data = bytes(self._received[:count])
        del self._received[:count]
        return data


def _frame(data: bytes, opcode: int) -> bytes:
    frame: bytes = ABNF.create_frame(data, opcode).format()
    return frame
