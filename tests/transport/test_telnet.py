"""Telnet's few rules and its logins, against a server that does what the test says."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from tests.support.lines import telnet
from tests.support.peers import TelnetPeer

from belay.exceptions import AuthenticationError, ConnectionFailedError, ConnectionLost
from belay.transport.connect import connect
from belay.transport.telnet import TelnetCodec

DEADLINE_S = 20
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, ECHO, NO_GO_AHEAD, TERMINAL_TYPE, WINDOW_SIZE = 0, 1, 3, 24, 31


@pytest.fixture
def line():
    with telnet() as (transport, far):
        yield transport, far


@contextmanager
def server(answer):
    """The address of a server that does ``answer(peer)`` with its first client."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        listener.settimeout(DEADLINE_S)

        def serve():
            with listener.accept()[0] as connection:
                answer(TelnetPeer(connection))

        done = pool.submit(serve)
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        done.result(DEADLINE_S)


def opened(target, **options):
    transport = connect(target, ports=list, environment={}, **options)
    transport.close()
    return transport


def board_with_login(user=b"micro", password=b"python"):
    """What the WiPy's server says; the other names of its questions are those of Unix."""

    def answer(peer):
        while True:
            peer.raw(b"Login as: ")
            given = peer.receive_until(b"\r\n")
            peer.raw(b"Password: ")
            if (given, peer.receive_until(b"\r\n")) == (user + b"\r\n", password + b"\r\n"):
                break
            peer.raw(b"\r\nInvalid credentials, try again.\r\n")
            return
        peer.raw(b'\r\nLogin succeeded!\r\nType "help()" for more information.\r\n>>> ')

    return answer


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ((WILL, ECHO), (DO, ECHO)),
        ((WILL, NO_GO_AHEAD), (DO, NO_GO_AHEAD)),
        ((DO, NO_GO_AHEAD), (WILL, NO_GO_AHEAD)),
        ((WILL, BINARY), (DO, BINARY)),
        ((DO, BINARY), (WILL, BINARY)),
        ((DO, ECHO), (WONT, ECHO)),
        ((DO, TERMINAL_TYPE), (WONT, TERMINAL_TYPE)),
        ((WILL, WINDOW_SIZE), (DONT, WINDOW_SIZE)),
    ],
)
def test_a_request_is_answered_once(line, request_, answer):
    transport, far = line
    far.raw(bytes((IAC, *request_)) + b"seen")
    assert transport.read(10) == b"seen"
    assert far.await_answer() == bytes((IAC, *answer))
    far.raw(bytes((IAC, *request_)) + b"again")
    assert transport.read(10) == b"again"
    assert far.is_silent()


@pytest.mark.parametrize("verb", [WONT, DONT])
def test_a_refusal_of_what_nobody_asked_is_not_answered(line, verb):
    transport, far = line
    far.raw(bytes((IAC, verb, ECHO)) + b"on")
    assert transport.read(10) == b"on"
    assert far.is_silent()


def test_what_was_agreed_is_given_up(line):
    transport, far = line
    for verb, answer in ((WILL, DO), (WONT, DONT), (WILL, DO)):
        far.raw(bytes((IAC, verb, BINARY)) + b".")
        assert transport.read(10) == b"."
        assert far.await_answer() == bytes((IAC, answer, BINARY))


def test_commands_are_taken_out_wherever_the_stream_is_cut():
    stream = (
        b"one\r\0two" + bytes((IAC, 241, IAC, SB, TERMINAL_TYPE, 1, IAC, IAC, 7, IAC, SE))
        + b"three\xff\xff\r\nfour" + bytes((IAC, WILL, ECHO)) + b"\0five\r"
    )  # fmt: skip
    for cut in range(len(stream) + 1):
        codec = TelnetCodec()
        parts = [codec.decode(stream[:cut]), codec.decode(stream[cut:])]
        assert b"".join(said for said, _ in parts) == b"one\rtwothree\xff\r\nfour\0five\r"
        assert b"".join(answer for _, answer in parts) == bytes((IAC, DO, ECHO))


def test_a_nul_after_a_return_is_data_in_binary_mode():
    codec = TelnetCodec()
    assert codec.decode(b"\r\0.")[0] == b"\r."
    codec.decode(bytes((IAC, WILL, BINARY)))
    assert codec.decode(b"\r\0.")[0] == b"\r\0."


def test_nothing_is_offered_by_us():
    def answer(peer):
        assert peer.connection.recv(1) == b""

    with server(answer) as address:
        opened(address)


def test_options_that_are_never_answered():
    """The server asks for things, and ignores what we say to it."""

    def answer(peer):
        peer.raw(bytes((IAC, DO, TERMINAL_TYPE, IAC, WILL, ECHO, IAC, DO, BINARY)) + b">>> ")
        assert peer.receive(5) == b"print"
        peer.send(b"reply")

    with server(answer) as address, connected(address) as transport:
        transport.write(b"print", 10)
        assert transport.read(10) == b"reply"


@contextmanager
def connected(target, **options):
    transport = connect(target, ports=list, environment={}, **options)
    try:
        yield transport
    finally:
        transport.close()


@pytest.mark.parametrize("prefix", ["", "telnet://"])
def test_login(prefix):
    with server(board_with_login()) as address:
        transport = opened(prefix + address, user="micro", password="python")
    assert transport.line.kind == "telnet"
    assert not transport.line.may_soft_reset


def test_a_trace_begins_behind_the_login_and_holds_no_password(tmp_path):
    def answer(peer):
        board_with_login()(peer)
        assert peer.receive(6) == b"python"
        peer.send(b"a python")

    with server(answer) as target:
        transport = connect(target, user="micro", password="python", trace=tmp_path / "trace", environment={})
        transport.write(b"python", 10)
        with suppress(ConnectionLost):
            while transport.read(10):
                pass
        transport.close()
    text = (tmp_path / "trace").read_text()
    assert "python" not in text
    assert "micro" not in text
    assert "b'a ******'" in text


def test_login_in_the_url():
    with server(board_with_login(password=b"p@ss:w/rd")) as address:
        transport = opened(f"telnet://micro:p%40ss:w%2Frd@{address}")
    assert "micro" not in transport.name


def test_a_board_that_asks_for_a_password_only():
    def answer(peer):
        peer.raw(b"password: ")
        assert peer.receive_until(b"\r\n") == b"python\r\n"
        peer.raw(b"\r\n>>> ")

    with server(answer) as address:
        opened(address, password="python")


def test_a_wrong_login():
    with server(board_with_login()) as address, pytest.raises(AuthenticationError, match="refused") as caught:
        opened(address, user="micro", password="hush")
    assert "hush" not in f"{caught.value}{caught.value.hint}"


def test_a_login_that_nobody_gave():
    def answer(peer):
        peer.raw(b"Login as: ")
        assert peer.connection.recv(1) == b""

    with server(answer) as address, pytest.raises(AuthenticationError, match="none was given"):
        opened(address)


def test_one_that_hangs_up_at_once():
    with server(lambda peer: None) as address, pytest.raises(ConnectionFailedError, match="at once"):
        opened(address)


def test_nobody_there_and_a_name_that_does_not_resolve():
    with pytest.raises(ConnectionFailedError, match="does not answer"):
        opened("telnet://127.0.0.1:1")
    with pytest.raises(ConnectionFailedError, match="does not resolve"):
        opened("telnet://board.invalid")
