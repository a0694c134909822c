"""WebREPL's frames and login, against a server that does what the test says; the rules of a line are in
test_contract.py, a board behind a real server in tests/device/test_network.py."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from tests.support.lines import webrepl
from tests.support.peers import BINARY, CLOSE, PING, PONG, TEXT, WebSocketPeer, frame

from belay.exceptions import (
    AuthenticationError,
    ConnectionFailedError,
    ConnectionLost,
    FeatureUnavailableError,
)
from belay.testing import replay
from belay.transport.connect import connect
from belay.transport.webrepl import FrameCodec

DEADLINE_S = 20


@pytest.fixture
def line():
    with webrepl() as (transport, far):
        yield transport, far


def read_exactly(transport, count):
    data = b""
    while len(data) < count:
        more = transport.read(10)
        assert more or transport.wait_readable(10), data
        data += more
    return data


def read_until_lost(transport):
    data = b""
    while True:
        try:
            more = transport.read(10)
        except ConnectionLost as error:
            return data, error
        assert more or transport.wait_readable(10), "the line did not end"
        data += more


@contextmanager
def server(answer):
    """The URL of a server that does ``answer(connection)`` with its first client."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        listener.settimeout(DEADLINE_S)

        def serve():
            with listener.accept()[0] as connection:
                return answer(connection)

        done = pool.submit(serve)
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
        done.result(DEADLINE_S)


def opened(url, **options):
    transport = connect(url, ports=list, environment={}, **options)
    transport.close()
    return transport


def test_everything_goes_as_text_frames_of_bounded_size(line):
    transport, far = line
    far.frames.clear()
    data = bytes(range(256)) * 100
    transport.write(data, 10)
    assert far.receive(len(data)) == data
    assert {opcode for opcode, _ in far.frames} == {TEXT}
    assert max(len(payload) for _, payload in far.frames) <= 4096


def test_a_character_cut_between_two_frames(line):
    transport, far = line
    whole = "é€😀".encode()
    far.raw(b"".join(frame(bytes([byte])) for byte in whole))
    assert read_exactly(transport, len(whole)) == whole


@pytest.mark.parametrize("size", [125, 126, 65535, 65536, 300_000])
def test_frames_of_every_length_field(line, size):
    transport, far = line
    data = bytes(range(256)) * (size // 256 + 1)
    far.send(data[:size])
    assert read_exactly(transport, size) == data[:size]


def test_a_frame_in_single_bytes_binary_frames_and_fragments(line):
    transport, far = line
    stream = frame(b"one ", BINARY) + frame(b"two ", TEXT, final=False) + frame(b"three", 0)
    for byte in stream:
        far.raw(bytes([byte]))
    assert read_exactly(transport, 13) == b"one two three"


def test_every_cut_of_a_stream_of_frames_gives_the_same():
    stream = frame(b"Pass") + frame(b"p", PING) + frame(b"x" * 200) + frame(b"", PONG) + frame(b"word")
    for cut in range(len(stream) + 1):
        codec = FrameCodec()
        parts = [codec.decode(stream[:cut]), codec.decode(stream[cut:])]
        assert b"".join(said for said, _ in parts) == b"Pass" + b"x" * 200 + b"word"
        assert sum(bool(answer) for _, answer in parts) == 1


def test_a_ping_is_answered_while_reading_and_gives_no_bytes(line):
    transport, far = line
    far.frames.clear()
    far.raw(frame(b"are you there", PING))
    assert transport.read(0.3) == b""
    assert far.next_frame() == (PONG, b"are you there")
    far.send(b"on")
    assert transport.read(10) == b"on"


def test_close_by_the_board_is_a_lost_line_after_its_last_words(line):
    transport, far = line
    far.frames.clear()
    far.raw(frame(b"last words") + frame(b"\x03\xe8bye", CLOSE) + frame(b"never"))
    said, error = read_until_lost(transport)
    assert said == b"last words"
    assert "the board closed it" in error.message
    assert far.next_frame() == (CLOSE, b"\x03\xe8")
    with pytest.raises(ConnectionLost, match="the board closed it"):
        transport.write(b"x", 1)
    assert transport.wait_readable(10)


def test_half_a_frame_and_then_nothing(line):
    transport, far = line
    far.raw(frame(b"whole") + frame(b"this one is cut")[:9])
    assert read_exactly(transport, 5) == b"whole"
    assert transport.read(0.05) == b""
    far.hang_up()
    said, error = read_until_lost(transport)
    assert said == b""
    assert "lost" in error.message


def test_bytes_that_are_no_frames_end_the_line(line):
    transport, far = line
    far.raw(b"HTTP/1.1 400 Bad Request\r\n" * 5)
    assert "does not speak WebSocket" in read_until_lost(transport)[1].message


def test_the_password_is_asked_in_pieces():
    def answer(connection):
        far = WebSocketPeer(connection)
        for piece in (b"Pass", b"wo", b"rd: "):
            far.raw(frame(piece)[:2])
            far.raw(frame(piece)[2:])
        assert far.receive_until(b"\r\n") == b"secret\r\n"
        far.send(b"\r\nWebREPL connected\r\n>>> ")

    with server(answer) as url:
        opened(url, password="secret")


def test_a_wrong_password_is_never_told():
    def answer(connection):
        far = WebSocketPeer(connection)
        far.send(b"Password: ")
        assert far.receive_until(b"\r\n") == b"hush-hush\r\n"
        far.send(b"\r\nAccess denied\r\n")

    with server(answer) as url, pytest.raises(AuthenticationError, match="refused the password") as caught:
        opened(url.replace("//", "//:hush-hush@"))
    assert "hush" not in f"{caught.value!s}{caught.value.hint}{caught.value.__cause__!r}"


def test_no_password_given():
    def answer(connection):
        far = WebSocketPeer(connection)
        far.send(b"Password: ")
        assert far.connection.recv(1) == b""

    with server(answer) as url, pytest.raises(AuthenticationError, match="none was given") as caught:
        opened(url)
    assert "BELAY_PASSWORD" in caught.value.hint


def test_the_password_of_the_environment():
    def answer(connection):
        WebSocketPeer(connection).log_in(b"fromenv")

    with server(answer) as url:
        connect(url, ports=list, environment={"BELAY_PASSWORD": "fromenv"}).close()


def test_one_who_hangs_up_asks_nothing_or_speaks_no_websocket(monkeypatch):
    monkeypatch.setattr("belay.transport.webrepl.CONNECT_TIMEOUT_S", 0.3)
    cases = [
        (lambda connection: None, "does not answer as a WebREPL"),
        (lambda connection: connection.recv(9) and None, "does not answer as a WebREPL"),
        (lambda connection: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"), "does not answer as a WebREPL"),
        (lambda connection: WebSocketPeer(connection) and None, "ended the connection at its login"),
        (lambda connection: WebSocketPeer(connection).connection.recv(9) and None, "asked for no password"),
    ]
    for answer, message in cases:
        with server(answer) as url, pytest.raises(ConnectionFailedError, match=message) as caught:
            opened(url, password="secret")
        assert "one client" in caught.value.hint
        assert "secret" not in str(caught.value)


def test_a_redirection_is_not_followed():
    def answer(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n")

    with server(answer) as url, pytest.raises(ConnectionFailedError, match="does not answer as a WebREPL"):
        opened(url, password="secret")


@pytest.mark.parametrize("target", ["wss://board.local", "WSS://:secret@board.local:8266"])
def test_tls_is_refused_with_a_clear_word(target):
    with pytest.raises(FeatureUnavailableError, match="no TLS") as caught:
        opened(target)
    assert "ws://board.local" in caught.value.hint
    assert "secret" not in str(caught.value)


def test_a_name_that_does_not_resolve():
    with pytest.raises(ConnectionFailedError, match=r"'board\.invalid' does not resolve"):
        opened("ws://board.invalid", password="secret")


def test_a_trace_holds_what_followed_the_login_without_the_password(tmp_path):
    trace = tmp_path / "trace"
    with webrepl(trace=trace) as (transport, far):
        transport.write(b"secret", 10)
        far.receive(6)
        far.send(b"a secret")
        assert transport.read(10)
    text = trace.read_text()
    assert "secret" not in text
    assert "b'******'" in text
    assert "'kind': 'WebREPL'" in text
    again = replay(trace)
    again.write(b"******", 1)
    assert again.read(1) == b"a ******"
