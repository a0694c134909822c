"""`FakeBoard`: a transport like any other, and a board that `RawRepl`, `Session` and `Device` can talk to."""

import itertools
import threading
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.python_script import PythonScript

from belay import Device
from belay._native import Outcome, RawRepl
from belay.exceptions import ConnectionLost, PyboardException, TimeoutExpired
from belay.testing import FIRMWARE, Answer, FakeBoard, Interpreter

WITH_PASTE = sorted(name for name, firmware in FIRMWARE.items() if firmware.paste == "on")
MARK = b"\x1fabcdefg"
OUTPUT = b"text\x04\x04>OK \x01\r\n"


def frame(tag, payload):
    return b"%s%s%d:%s%s" % (MARK, tag, len(payload), payload, MARK)


# The transport.


def test_it_says_what_it_answers_and_nothing_else():
    board = FakeBoard({"f()": "1\n"})
    assert board.read(0) == b""
    board.write(b"\x01f()\x04", 1)
    assert board.read(1) == b"\r\nraw REPL; CTRL-B to exit\r\n>OK1\r\n\x04\x04>"
    assert (board.written, board.programs) == (b"\x01f()\x04", ["f()"])


def test_reads_are_cut_as_asked():
    board = FakeBoard({}, read_bytes=3)
    board.say(b"abcdefg")
    assert [board.read(0) for _ in range(4)] == [b"abc", b"def", b"g", b""]


def test_a_read_waits_no_longer_than_its_timeout():
    start = monotonic()
    assert FakeBoard({}).read(0.05) == b""
    assert 0.04 < monotonic() - start < 5


@pytest.mark.parametrize("method", ["say", "unplug", "close"])
def test_a_waiter_wakes_when_something_happens(method):
    board = FakeBoard({})
    woken = []
    thread = threading.Thread(target=lambda: woken.append(board.wait_readable(60)), daemon=True)
    thread.start()
    getattr(board, method)(*([b"x"] if method == "say" else []))
    thread.join(20)
    assert woken == [True]


def test_an_unplugged_board_is_read_out_and_then_lost():
    board = FakeBoard({})
    board.say(b"last words")
    board.unplug()
    with pytest.raises(ConnectionLost, match="lost: it was unplugged"):
        board.write(b"x", 1)
    assert board.read(1) == b"last words"
    for _ in range(2):
        with pytest.raises(ConnectionLost, match="unplugged"):
            board.read(1)


def test_a_closed_board_takes_and_gives_nothing():
    board = FakeBoard({})
    board.say(b"x")
    board.close()
    board.close()
    for operation in (lambda: board.read(1), lambda: board.write(b"x", 1)):
        with pytest.raises(ConnectionLost, match="closed"):
            operation()
    assert board.wait_readable(1)


# RawRepl, without I/O: both directions cut anywhere.


def converse(repl, interpreter, source, up, down):
    """Run one program; what was printed, and its outcome. ``up``, ``down``: sizes of pieces."""
    repl.submit(source)
    printed, outcome = b"", None
    coming = b""
    while outcome is None:
        outgoing = repl.to_send()
        while outgoing:
            size = next(up)
            coming += interpreter.feed(outgoing[:size])
            outgoing = outgoing[size:]
        size = next(down)
        assert coming, "both sides wait for each other"
        for event in repl.receive(coming[:size]):
            if isinstance(event, Outcome):
                outcome = event
            elif isinstance(event, bytes):
                printed += event
            elif event == "suspect":
                repl.verify(b"sign of life", b"1:")
        coming = coming[size:]
    return printed, outcome


def answering(program):
    if program.startswith("value"):
        return OUTPUT + frame(b"v", b"[1, 2]")
    if program.startswith("error"):
        return Answer(OUTPUT, b"Traceback ...\r\nValueError: no\r\n")
    return frame(b"?", b"1:1")


def check_exchanges(name, up, down):
    interpreter = Interpreter(answering, FIRMWARE[name])
    interpreter.feed(b"\x01")
    repl = RawRepl(MARK)
    padding = b"#" * 700 if FIRMWARE[name].paste == "on" else b""
    for source in (b"value", b"value" + padding):
        printed, outcome = converse(repl, interpreter, source, up, down)
        assert (printed, outcome.tag, outcome.payload) == (OUTPUT, "v", b"[1, 2]")
    for source in (b"error", b"error" + padding):
        printed, outcome = converse(repl, interpreter, source, up, down)
        assert (printed, outcome.tag, outcome.payload) == (
            OUTPUT,
            "x",
            b"Traceback ...\r\nValueError: no\r\n",
        )


@given(
    st.sampled_from(sorted(FIRMWARE)),
    st.lists(st.integers(1, 300), min_size=1, max_size=8),
    st.lists(st.integers(1, 90), min_size=1, max_size=8),
)
def test_raw_repl_understands_every_firmware_however_its_bytes_are_cut(name, up, down):
    check_exchanges(name, itertools.cycle(up), itertools.cycle(down))


@pytest.mark.parametrize("name", sorted(FIRMWARE))
def test_raw_repl_with_every_first_cut(name):
    for first in range(1, 100):
        check_exchanges(name, itertools.repeat(10_000), itertools.chain([first], itertools.repeat(10_000)))


# Session and Device.


@pytest.mark.parametrize("read_bytes", [1, 2, 7, 65536])
@pytest.mark.parametrize("name", WITH_PASTE)
def test_a_whole_device_on_every_firmware_and_cut(name, read_bytes, capsys):
    board = FakeBoard(PythonScript(FIRMWARE[name]), firmware=FIRMWARE[name], read_bytes=read_bytes)
    with Device(board) as device:

        @device.task
        def divide(a, b):
            print("dividing\x04>")
            return [a, b, a / b]

        assert divide(1, 4) == [1, 4, 0.25]
        with pytest.raises(PyboardException, match="ZeroDivisionError"):
            divide(1, 0)
        assert len(device("'x' * 3000")) == 3000
        with pytest.raises(PyboardException, match="SystemExit"):
            device("raise SystemExit", record=False)
        board.say(b"tick")
        assert device("1 + 1") == 2
    assert capsys.readouterr().out.count("dividing\x04>\n") == 2
    assert board.written.endswith(b"\x02")


@pytest.mark.parametrize("name", sorted(FIRMWARE))
@pytest.mark.parametrize("main", [Answer(b"running\r\n", then="wait"), Answer(b"done\r\n"), None])
def test_the_raw_repl_is_reached_from_whatever_the_board_does(name, main):
    board = FakeBoard(PythonScript(), firmware=FIRMWARE[name], main=main)
    with Device(board, startup="") as device:
        assert device("1 + 1") == 2
    assert board.programs


def test_a_waiting_program_times_out_and_the_next_call_works():
    script = PythonScript()

    def answer(program):
        return Answer(b"on and on\r\n", then="wait") if "forever" in program else script(program)

    with Device(FakeBoard(answer)) as device:
        with pytest.raises(TimeoutExpired):
            device("forever()", timeout=0.05)
        assert device("2 + 2") == 4


def test_a_board_that_is_unplugged_in_a_call_is_a_lost_connection():
    script = PythonScript()
    board = FakeBoard(lambda program: Answer(then="hang") if "unplug" in program else script(program))
    device = Device(board)
    timer = threading.Timer(0.05, board.unplug)
    timer.start()
    with pytest.raises(ConnectionLost):
        device("unplug()")
    device.close()
    timer.join()
