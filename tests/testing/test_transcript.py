"""`replay`: a recorded connection is a board, as long as the host says what it had said."""

import threading

import pytest
from tests.support.python_script import PythonScript

from belay import Device
from belay.exceptions import ConnectionLost, PyboardException
from belay.repl.wire import new_mark
from belay.testing import FakeBoard, TranscriptMismatch, replay
from belay.transport.line import PIPE
from belay.transport.trace import TracingTransport

HEAD = "# belay trace 2026-01-31T12:00:00.123456+00:00 /dev/ttyACM0\n"


@pytest.fixture
def write(tmp_path):
    """Make a trace of the given lines."""

    def write(*lines, head=HEAD):
        path = tmp_path / "trace"
        path.write_text(head + "".join(f"0.000001 {line}\n" for line in lines), "ascii")
        return path

    return write


def use(device):
    """What the recording and its replays do."""

    @device.task
    def area(width, height):
        print("measuring")
        return width * height

    results = [area(3, 4), device("'x' * 2000")]
    with pytest.raises(PyboardException) as caught:
        area(None, None)
    results.append(str(caught.value))
    return results


@pytest.mark.parametrize("target", ["fake", "sim:"])
def test_a_recorded_device_is_replayed(tmp_path, target, capsys):
    trace = tmp_path / "trace"
    if target == "fake":
        opened = Device(TracingTransport(FakeBoard(PythonScript(), read_bytes=7), trace))
    else:
        opened = Device(target, trace=str(trace))
    with opened as device:
        expected = use(device)
    said = capsys.readouterr().out
    for _ in range(2):
        transport = replay(trace)
        with Device(transport) as device:
            assert use(device) == expected
            assert not transport.finished
        assert transport.finished
        assert capsys.readouterr().out == said


def test_a_replay_may_itself_be_recorded(tmp_path):
    with Device(TracingTransport(FakeBoard(PythonScript()), tmp_path / "first")) as device:
        expected = use(device)
    with Device(TracingTransport(replay(tmp_path / "first"), tmp_path / "second")) as device:
        assert use(device) == expected
    with Device(replay(tmp_path / "second")) as device:
        assert use(device) == expected


def test_another_call_than_the_recorded_one_fails_clearly(tmp_path):
    trace = tmp_path / "trace"
    with Device(TracingTransport(FakeBoard(PythonScript()), trace)) as device:
        device("1 + 1")
    with Device(replay(trace)) as device:
        with pytest.raises(TranscriptMismatch) as caught:
            device("1 + 2")
        where, recorded, written = str(caught.value).split("\n")
        number = int(where.partition(", line ")[2].partition(":")[0])
        assert "__belay((1+1))" in trace.read_text().splitlines()[number - 1]
        assert recorded == r"  recorded: b'__belay((1+1))\x04'"
        assert written == r"  written:  b'__belay((1+2))\x04'"
        with pytest.raises(ConnectionLost, match="left the transcript"):
            device("1 + 1")


def test_how_both_sides_cut_their_bytes_means_nothing(write):
    trace = write("> b'ab'", "> b'cd'", "< b'1'", "< b'2'", "> b'ef'", "< b'3'")
    transport = replay(trace)
    transport.write(b"a", 1)
    assert transport.read(0) == b""
    transport.write(b"bcdef", 1)
    assert transport.read(1) == b"123"
    assert transport.finished


def test_what_the_board_said_first_is_there_at_once(write):
    transport = replay(write("< b'hello'", "> b'x'"))
    assert transport.read(0) == b"hello"


def test_a_trace_that_ends_is_a_lost_connection(write):
    transport = replay(write("> b'a'", "< b'1'"))
    transport.write(b"a", 1)
    assert transport.wait_readable(0)
    assert transport.read(1) == b"1"
    for operation in (lambda: transport.read(1), lambda: transport.write(b"x", 1)):
        with pytest.raises(ConnectionLost, match="the transcript ends here"):
            operation()


def test_a_waiter_wakes_when_the_host_has_written(write):
    transport = replay(write("> b'a'", "< b'1'", "> b'z'"))
    woken = []
    thread = threading.Thread(target=lambda: woken.append(transport.read(60)), daemon=True)
    thread.start()
    transport.write(b"a", 1)
    thread.join(20)
    assert woken == [b"1"]


def test_a_mark_is_followed_where_it_is_cut(write):
    first, second = new_mark().decode(), new_mark().decode()
    asked = repr(f"hello({first!r})".encode())
    trace = write(f"> {asked}", f"< {first[:5].encode()!r}", f"< {(first[5:] + '!').encode()!r}", "> b'z'")
    transport = replay(trace)
    transport.write(f"hello({second!r})".encode(), 1)
    assert transport.read(1) == f"{second}!".encode()


def test_the_line_is_as_it_was_recorded(tmp_path, write):
    TracingTransport(FakeBoard({}, line=PIPE), tmp_path / "pipe").close()
    assert replay(tmp_path / "pipe").line == PIPE
    old = write("> b'a'")
    assert replay(old).line.may_soft_reset
    assert replay(old, line=PIPE).line == PIPE


def test_a_file_of_several_connections_wants_a_choice(tmp_path, write):
    trace = write("> b'a'")
    trace.write_text(trace.read_text() + HEAD + "0.1 > b'b'\n# not written completely: no\n", "ascii")
    with pytest.raises(ValueError, match="has 2 connections"):
        replay(trace)
    for number, data in enumerate((b"a", b"b")):
        transport = replay(trace, connection=number)
        transport.write(data, 1)
        assert transport.finished
    with pytest.raises(ValueError, match="no connection 2"):
        replay(trace, connection=2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no trace"),
        ("# a comment\n", "is no trace"),
        (HEAD + "what is this\n", "line 2: this is no line of a trace: 'what is this"),
        ("0.1 > b'a'\n", "line 1: this is no line"),
    ],
)
def test_what_is_no_trace_is_refused(tmp_path, text, message):
    path = tmp_path / "trace"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        replay(path)
