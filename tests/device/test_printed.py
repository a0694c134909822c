"""What the board prints reaches the stream, whatever happens to the line; what its REPL says does not."""

import io
import time
from contextlib import suppress

import pytest
from tests.support.faults import Survivor
from tests.support.outlet import Outlet
from tests.support.transports import DOWN, UP

from belay import Device
from belay.exceptions import ConnectionLost, TimeoutExpired
from belay.transport.connect import connect

TALK = """
import _thread, time
def talk(count):
    for number in range(count):
        time.sleep_ms(2)
        print('tick', number)
"""
DEADLINE_S = 10


@pytest.fixture
def outlet():
    outlet = Outlet("sim:")
    yield outlet
    outlet.close()


def ticks(count):
    return "".join(f"tick {number}\n" for number in range(count))


def await_text(stream, text):
    deadline = time.monotonic() + DEADLINE_S
    while stream.getvalue() != text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stream.getvalue() == text


@pytest.mark.parametrize("way", [UP, DOWN])
def test_what_a_thread_prints_while_the_line_is_away_comes_with_the_next_one(outlet, way):
    stream = io.StringIO()
    with Device(outlet, startup=TALK, attempts=1, stream_out=stream) as device:
        for at in range(0, 30, 14):
            stream.seek(0)
            stream.truncate()
            outlet.line.cut_after(way, at)
            with suppress(ConnectionLost):
                device("_thread.start_new_thread(talk, (20,))", record=False)
            await_text(stream, ticks(20))


def test_what_a_thread_prints_while_nobody_is_connected_comes_too(outlet):
    stream = io.StringIO()
    with Device(outlet, startup=TALK, stream_out=stream) as device:
        device("_thread.start_new_thread(talk, (50,))", record=False)
        outlet.line.close()
        time.sleep(0.2)  # the host's end of the line is not there
        assert len(stream.getvalue()) < len(ticks(50))
        device.reconnect()
        await_text(stream, ticks(50))


def test_what_came_before_the_line_ended_is_read_before_it_is_let_go(outlet):
    stream = io.StringIO()
    with Device(outlet, startup=TALK, stream_out=stream) as device:
        with device._link.session.alone():  # the reader thread cannot have it
            device._link.session.perform(iter_of("_thread.start_new_thread(talk, (20,))"))
            time.sleep(0.2)
            device.reconnect()
        await_text(stream, ticks(20))


def iter_of(code):
    from belay.repl.response import statements
    from belay.repl.wire import execution

    return statements(execution(code))


def test_a_program_that_outlives_its_call_is_heard_to_its_interrupt(outlet):
    stream = io.StringIO()
    with Device(outlet, startup="", attempts=1, stream_out=stream) as device:
        outlet.line.cut_after(DOWN, 12)
        with pytest.raises(ConnectionLost):
            device("for number in range(20): print('tick', number)\nwhile True: pass")
        await_text(stream, ticks(20))
        assert device("1 + 1") == 2
        assert stream.getvalue() == ticks(20), "neither a prompt, nor a banner, nor a traceback"


@pytest.mark.parametrize("swallow", [0, pytest.param(3, marks=pytest.mark.slow)])
def test_what_a_program_prints_until_its_interrupt_is_heard(board, swallow):
    """Also where the session has to enter the board anew, because three interrupts were swallowed."""
    stream = io.StringIO()
    code = f"""
swallowed = 0
while swallowed <= {swallow}:
    try:
        if not swallowed:
            for number in range(20): print('tick', number)
            print('end', end='')
        while True: pass
    except KeyboardInterrupt:
        swallowed += 1
        print(swallowed)
        if swallowed > {swallow}: raise
"""
    with pytest.raises(TimeoutExpired):
        board(code, timeout=0.3, stream_out=stream)
    swallows = "".join(f"{number}\n" for number in range(1, swallow + 2))
    assert stream.getvalue() == f"{ticks(20)}end{swallows}"
    assert board("1 + 1") == 2
    assert stream.getvalue() == f"{ticks(20)}end{swallows}"


def test_an_interrupt_while_output_is_shown_loses_none_of_the_rest(board):
    class Interrupted(io.StringIO):
        interrupts = 1

        def write(self, text):
            super().write(text)
            if self.interrupts:
                self.interrupts = 0
                raise KeyboardInterrupt

    stream = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        board("print('a\\x04b')\nprint('c', end='\\x04')\nwhile True: pass", stream_out=stream)
    assert board("1 + 1") == 2
    assert stream.getvalue() == "a\x04b\nc\x04"


def test_a_main_that_is_interrupted_is_heard_to_the_end_and_the_repl_is_not(device):
    device("with open('main.py', 'w') as f: f.write('print(1)\\nwhile True: pass')", record=False)
    stream = io.StringIO()
    device._link.stream_out = stream
    device.soft_reset()
    assert device("1 + 1") == 2
    lines = stream.getvalue().split("\n")
    assert [line for line in lines if line and "soft reboot" not in line] == ["1"]
    assert "\r" not in stream.getvalue()
    device("import os; os.remove('main.py')", record=False)


def test_what_was_printed_before_the_device_was_opened_is_not_its_output():
    board = connect("sim:")
    try:
        first = io.StringIO()
        with Device(lambda: Survivor(board), startup=TALK, stream_out=first) as device:
            device("_thread.start_new_thread(talk, (100,))")
            device._link.close()
        second = io.StringIO()
        with Device(lambda: Survivor(board), startup="", stream_out=second) as device:
            assert device("1 + 1") == 2
        assert second.getvalue() == ""
    finally:
        board.close()
