"""The far ends of lines with a protocol: WebSocket and telnet servers, written to the byte for the tests.

Each is a ``Far`` (tests/support/lines.py) over an accepted TCP connection: ``send`` and ``receive`` speak the
board's bytes, ``raw`` puts anything on the wire.
"""

import base64
import hashlib
import re
import select
import struct
from time import monotonic

DEADLINE_S = 20
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Peer:
    """One accepted connection; subclasses wrap what passes."""

    def __init__(self, connection):
        connection.settimeout(DEADLINE_S)
        self.connection = connection
        self._stream = b""
        self._received = b""

    def send(self, data):
        self.raw(self.wrap(bytes(data)))

    def raw(self, data):
        self.connection.sendall(data)

    def receive(self, count):
        """Exactly ``count`` bytes for the board, or a failure at the deadline."""
        while len(self._received) < count:
            self._received += self.unwrap(self._more())
        data, self._received = self._received[:count], self._received[count:]
        return data

    def receive_until(self, end):
        while end not in self._received:
            self._received += self.unwrap(self._more())
        at = self._received.index(end) + len(end)
        data, self._received = self._received[:at], self._received[at:]
        return data

    def is_silent(self, wait_s=0.05):
        """Whether nothing comes for a while."""
        return not self._received and not select.select([self.connection], [], [], wait_s)[0]

    def hang_up(self):
        self.connection.close()

    def _more(self):
        data = self.connection.recv(65536)
        assert data, f"the client went away after {self._received[:200]!r}"
        return data


class WebSocketPeer(Peer):
    """A WebSocket server (RFC 6455) on a connection that was just accepted."""

    def __init__(self, connection, shake_hands=True):
        super().__init__(connection)
        self.frames = []
        """Opcodes and payloads of the client's frames, those for the board too."""
        if shake_hands:
            self.shake_hands()

    def shake_hands(self):
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += self._more()
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", request)[1]
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        self.raw(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    def log_in(self, password=b"secret"):
        """What WebREPL asks, and what it says to the right answer."""
        self.send(b"Password: ")
        assert self.receive_until(b"\r\n") == password + b"\r\n"
        self.send(b"\r\nWebREPL connected\r\n>>> ")

    def wrap(self, data):
        return frame(data)

    def unwrap(self, data):
        self._stream += data
        said = b""
        while (parsed := self._parse()) is not None:
            opcode, payload, self._stream = parsed
            self.frames.append((opcode, payload))
            if opcode in (TEXT, BINARY):
                said += payload
        return said

    def next_frame(self):
        while not self.frames:
            self._received += self.unwrap(self._more())
        return self.frames.pop(0)

    def _parse(self):
        stream = self._stream
        if len(stream) < 6:
            return None
        assert stream[0] & 0x80, "the client fragments"
        assert stream[1] & 0x80, "the client does not mask"
        length, at = stream[1] & 0x7F, 2
        if length == 126:
            (length,), at = struct.unpack_from("!H", stream, 2), 4
        assert length != 127, "MicroPython takes no frame of 64 KiB"
        if len(stream) < at + 4 + length:
            return None
        mask = (stream[at : at + 4] * (length // 4 + 1))[:length]
        payload = stream[at + 4 : at + 4 + length]
        number = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
        return stream[0] & 0xF, number.to_bytes(length, "big"), stream[at + 4 + length :]


def frame(data, opcode=TEXT, final=True):
    """A server's frame."""
    head = bytes([opcode | (0x80 if final else 0)])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    if len(data) < 65536:
        return head + struct.pack("!BH", 126, len(data)) + data
    return head + struct.pack("!BQ", 127, len(data)) + data


class TelnetPeer(Peer):
    """A telnet server that asks nothing: it undoes the client's doubling, and collects its answers."""

    IAC = b"\xff"

    def __init__(self, connection):
        super().__init__(connection)
        self.answers = b""

    def wrap(self, data):
        return data.replace(b"\xff", b"\xff\xff").replace(b"\r", b"\r\0")

    def unwrap(self, data):
        self._stream += data
        said = b""
        while self._stream:
            at = self._stream.find(self.IAC)
            if at:
                at = len(self._stream) if at < 0 else at
                said, self._stream = said + self._stream[:at], self._stream[at:]
            elif len(self._stream) > 1 and self._stream[1] == 255:
                said, self._stream = said + self.IAC, self._stream[2:]
            elif len(self._stream) > 2:
                self.answers, self._stream = self.answers + self._stream[:3], self._stream[3:]
            else:
                break
        return said

    def await_answer(self):
        """The client's next command, three bytes."""
        deadline = monotonic() + DEADLINE_S
        while len(self.answers) < 3 and monotonic() < deadline:
            self._received += self.unwrap(self._more())
        answer, self.answers = self.answers[:3], self.answers[3:]
        return answer
