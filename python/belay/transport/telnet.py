"""``telnet://HOST[:23]`` and bare IPv4 addresses: boards with a telnet REPL, and serial servers.

Few of telnet's rules (RFC 854, 855, 856) matter to a board: commands are taken out of the stream and data
that looks like one is doubled; the peer may echo, not go ahead, and be transparent; all else is refused.
Nothing is offered by ourselves: a board that knows no telnet would take it as input.
"""

from __future__ import annotations

import re
from typing import Dict, Tuple

from ..exceptions import AuthenticationError, ConnectionFailedError, ConnectionLost
from .base import Options, Transport
from .coded import CodedTransport
from .line import TELNET
from .login import Conversation
from .network import CONNECT_TIMEOUT_S, acknowledge_at_once, address, dial, over_socket

__all__ = ["TelnetCodec", "open_telnet"]

_DEFAULT_PORT = 23
_PROMPT_WAIT_S = 0.5
"""A server that asks for a name does so at once; one that says nothing for so long asks for none."""

_IAC, _DONT, _DO, _WONT, _WILL = 255, 254, 253, 252, 251
_BINARY, _ECHO, _NO_GO_AHEAD = 0, 1, 3
_THEIRS = (_BINARY, _ECHO, _NO_GO_AHEAD)
_OURS = (_BINARY, _NO_GO_AHEAD)

# The second alternative is a subnegotiation, the last a command whose end has not come yet.
_COMMAND = re.compile(
    rb"\xff(?:([\xfb-\xfe])(.)|\xfa(?:[^\xff]|\xff[^\xf0])*\xff\xf0|(\xff)|[^\xfa-\xff]|(.*)\Z)", re.DOTALL
)


def open_telnet(target: str, options: Options) -> Transport:
    """Connect, and log in where the server asks.

    Raises:
        ConnectionFailedError: nobody answers there.
        AuthenticationError: the server asks, and what it got is wrong or missing.
    """
    url = target if "://" in target else f"telnet://{target}"
    host, port = address(url, _DEFAULT_PORT)
    connection = dial(host, port, target)
    transport = CodedTransport(
        over_socket(connection, line=TELNET, name=target),
        TelnetCodec(),
        line=TELNET,
        lost_hint="is its server still running? then open it again",
        before_read=acknowledge_at_once(connection),
    )
    try:
        _log_in(transport, options)
    except ConnectionLost as error:
        transport.close()
        raise ConnectionFailedError(
            f"{target} ended the connection at once", hint="it may serve one client at a time"
        ) from error
    except BaseException:
        transport.close()
        raise
    return transport


def _log_in(transport: Transport, options: Options) -> None:
    talk = Conversation(transport, CONNECT_TIMEOUT_S)
    given = options.user or options.password
    asked = talk.wait_for(
        b"login as:", b"login:", b"username:", b"password:", b">>> ",
        timeout_s=CONNECT_TIMEOUT_S if given else _PROMPT_WAIT_S,
    )  # fmt: skip
    if asked in (b"", b">>> "):
        return
    if not given:
        raise AuthenticationError(
            f"{transport.name} asks for a login, and none was given",
            hint="pass user= and password=, or write telnet://USER:PASSWORD@HOST",
        )
    if asked != b"password:":
        talk.say(options.user)
        asked = talk.wait_for(b"password:", b">>> ", b"succeeded")
    if asked == b"password:":
        talk.say(options.password)
        asked = talk.wait_for(
            b"succeeded", b">>> ", b"login as:", b"login:", b"username:", b"password:",
            b"invalid", b"incorrect", b"denied", b"failed",
        )  # fmt: skip
    if asked not in (b"succeeded", b">>> "):
        raise AuthenticationError(
            f"{transport.name} {'refused the login' if asked else 'did not answer to the login'}",
            hint="check user= and password=",
        )


class TelnetCodec:
    """Telnet of the client's side."""

    end = ""

    def __init__(self) -> None:
        self._rest = b""
        self._after_return = False
        self._options: Dict[Tuple[bool, int], bool] = {}

    def decode(self, data: bytes) -> Tuple[bytes, bytes]:
        stream, self._rest = self._rest + data, b""
        said, answers, at = b"", b"", 0
        for match in _COMMAND.finditer(stream):
            said += self._text(stream[at : match.start()])
            at = match.end()
            verb, option, doubled, rest = match.groups()
            if verb:
                answers += self._negotiate(verb[0], option[0])
            elif doubled:
                said += self._text(doubled)
            elif rest is not None:
                self._rest = match[0]
        return said + self._text(stream[at:]), answers

    def encode(self, data: bytes) -> bytes:
        return data.replace(b"\xff", b"\xff\xff")

    def _text(self, data: bytes) -> bytes:
        """Undo what is done to a carriage return outside binary mode: a NUL follows it (RFC 854)."""
        if not data or self._options.get((True, _BINARY)):
            return data
        if self._after_return and data[0] == 0:
            data = data[1:]
        self._after_return = data.endswith(b"\r")
        return data.replace(b"\r\0", b"\r")

    def _negotiate(self, verb: int, option: int) -> bytes:
        """Answer a request once: an answer to an answer would never end."""
        theirs, request = verb in (_WILL, _WONT), verb in (_WILL, _DO)
        agreed = request and option in (_THEIRS if theirs else _OURS)
        if self._options.get((theirs, option), None if request else False) is agreed:
            return b""
        self._options[theirs, option] = agreed
        answer = (_DO if agreed else _DONT) if theirs else (_WILL if agreed else _WONT)
        return bytes((_IAC, answer, option))
