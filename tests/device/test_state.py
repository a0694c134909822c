"""What a board that restarts is told again: history, soft reset, threads, asynchronous tasks."""

import io
import os
import time
import warnings

import pytest

from belay import Device
from belay.exceptions import FeatureUnavailableError, MaxHistoryLengthError, PyboardException

from ..conftest import TARGET


def exit_board(device):
    with pytest.raises(PyboardException, match="SystemExit"):
        device("raise SystemExit")


def test_what_was_recorded_is_repeated_in_order_once(device):
    device("trail = []")
    device("trail.append('statement')")

    @device.setup
    def note(word):
        trail.append(word)  # noqa: F821

    @device.task
    def push(word):
        trail.append(word)  # noqa: F821
        return len(trail)  # noqa: F821

    note("setup")
    push("task")
    device("trail.append('forgotten')", record=False)
    recorded = device.task(push.__wrapped__, record=True)
    recorded("recorded task")
    exit_board(device)
    assert device("trail") == ["statement", "setup", "recorded task"]
    assert push("again") == 4


def test_a_command_that_raised_is_not_repeated(device):
    device("x = 1")
    with pytest.raises(PyboardException):
        device("x = 2; 1/0")
    exit_board(device)
    assert device("x") == 1


def test_past_the_limit_nothing_more_is_kept_and_restoring_says_so():
    class Short(Device):
        MAX_CMD_HISTORY_LEN = 3

    with Short(TARGET) as device:
        for _ in range(10):
            device("1 + 1")
        device("x = 1")
        device("y = 2")
        device("z = 3")
        with pytest.raises(PyboardException, match="SystemExit") as caught:
            device("raise SystemExit")
        assert "not all of the board's state could be restored: more than 3" in caught.value.hint
        assert isinstance(caught.value.__cause__, MaxHistoryLengthError)
        assert device("'z' in globals()") is False


def test_the_warning_of_the_limit_comes_once_and_only_with_attempts():
    class Short(Device):
        MAX_CMD_HISTORY_LEN = 1

    with Short(TARGET, attempts=1) as device:
        device("x = 1")
        with pytest.warns(UserWarning, match="more than 1 commands"):
            device("x = 2")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            device("x = 3")


def test_a_soft_reset_runs_main_and_the_state_comes_back(device):
    device("with open('main.py', 'w') as f: f.write('print(\"main runs\")')", record=False)
    device("x = 5")

    @device.task
    def read():
        return x  # noqa: F821

    stream = io.StringIO()
    device._link.stream_out = stream
    device.soft_reset()
    assert "main runs" in stream.getvalue()
    assert read() == 5
    device("import os; os.remove('main.py')", record=False)


def test_a_main_that_never_ends_is_interrupted_by_the_next_call(device):
    program = "import time\\nwhile True:\\n    print('beat')\\n    time.sleep_ms(20)\\n"
    device(f"with open('main.py', 'w') as f: f.write(\"{program}\")", record=False)
    stream = io.StringIO()
    device._link.stream_out = stream
    device.soft_reset()
    before = stream.getvalue().count("beat")
    deadline = time.monotonic() + 5
    while stream.getvalue().count("beat") < before + 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stream.getvalue().count("beat") >= before + 5, "its output arrives while no call is made"
    assert device("1 + 1") == 2
    device("import os; os.remove('main.py')", record=False)


def test_a_thread_runs_in_the_background(device):
    device("ticks = 0")

    @device.thread
    def tick(step, times=3):
        global ticks
        import time

        for _ in range(times):
            time.sleep_ms(5)
            ticks += step

    assert tick(2, times=4) is None
    deadline = time.monotonic() + 5
    while device("ticks") < 8 and time.monotonic() < deadline:
        pass
    assert device("ticks") == 8
    assert device.thread.tick is tick


def test_a_board_without_threads_says_so_at_the_call(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with Device("sim:threadless") as device:
        mask = "import sys\nsys.modules['_thread'] = sys.implementation\n"
        device(f"with open('boot.py', 'w') as f: f.write({mask!r})")
    with Device("sim:threadless") as device:

        @device.thread
        def background():
            pass

        with pytest.raises(FeatureUnavailableError, match=r"no threads, so background\(\)"):
            background()
        assert device("1") == 1


def test_a_thread_that_prints_for_ever_while_calls_are_made(device):
    device._link.stream_out = io.StringIO()

    @device.thread
    def chatter():
        import time

        while True:
            print("chatter")
            time.sleep_ms(1)

    chatter()
    assert [device(f"[{i}]") for i in range(100)] == [[i] for i in range(100)]


def test_an_asynchronous_task_is_run_to_its_end(board):
    @board.task
    async def nap(seconds):
        import asyncio

        await asyncio.sleep(seconds)
        return "awake"

    assert nap(0.01) == "awake"


def test_own_decorators_are_kept(board):
    from belay import micropython

    @board.task
    @micropython.native
    def add(a, b):
        return a + b

    @board.task
    @micropython.viper
    def multiply(a: int, b: int) -> int:
        return a * b

    assert (add(2, 3), multiply(4, 5)) == (5, 20)


def test_an_assignment_expression_is_repeated(device):
    assert device("kept := 5") == 5
    exit_board(device)
    assert device("kept") == 5


def test_a_thread_is_given_what_its_function_takes(device):
    @device.thread
    def run(number):
        pass

    with pytest.raises(TypeError, match="number"):
        run()


# CPython 3.12 warns of threads.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_leaves_the_board_to_its_parent(device):
    child = os.fork()
    if child == 0:
        device.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert device("1 + 1") == 2


def test_a_stream_that_fails_hides_no_exception_and_stops_no_teardown():
    class Full(io.StringIO):
        def write(self, text):
            written.append(text)
            raise OSError("disk full")

    def leave_by_an_exception():
        with Device(TARGET, stream_out=Full()) as device:

            @device.teardown
            def first():
                print("first")

            @device.teardown
            def second():
                print("second")

            raise KeyError

    written = []
    with pytest.raises(KeyError):
        leave_by_an_exception()
    # A newline may come by itself.
    assert [text.strip() for text in written if text.strip()] == ["first", "second"]
