"""Lost lines: what runs again, what does not, and what the user is told (contract section 7)."""

import contextlib
import io
import itertools
import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from belay import Device
from belay.exceptions import (
    ConnectionFailedError,
    ConnectionLost,
    MaxHistoryLengthError,
    PyboardException,
    TimeoutExpired,
)
from belay.transport.connect import connect

from ..support.outlet import Outlet
from ..support.transports import DOWN, UP, CuttingTransport

BUMP = """
def bump():
    with open('count', 'a') as file:
        file.write('x')
    return 1
"""


@contextlib.contextmanager
def plugged(**options):
    """A device on a board that outlives its lines."""
    outlet = Outlet("sim:")
    try:
        with Device(outlet, startup="", **{"attempts": 1, **options}) as device:
            device("open('count', 'w').close()", record=False)
            device(BUMP)
            yield outlet, device
    finally:
        outlet.close()


def executions(device):
    """How often the board called ``bump`` since this was asked last."""
    count = device("len(open('count').read())", record=False)
    device("open('count', 'w').close()", record=False)
    return count


def counter(device):
    @device.task
    def count():
        return bump()

    return count


def passed(outlet, operation):
    """How many bytes an operation sends up and down."""
    before = dict(outlet.line.passed)
    operation()
    return {way: outlet.line.passed[way] - before[way] for way in (UP, DOWN)}


def test_without_attempts_a_loss_is_told_and_reconnect_brings_the_state_back():
    with plugged(attempts=0) as (outlet, device):
        count = counter(device)
        outlet.line.cut_after(UP, 3)
        with pytest.raises(ConnectionLost) as caught:
            count()
        assert not caught.value.may_have_run
        with pytest.raises(ConnectionLost):
            count()
        device.reconnect()
        assert (count(), executions(device)) == (1, 1)
        outlet.line.cut_after(DOWN, 0)
        with pytest.raises(ConnectionLost) as caught:
            count()
        assert caught.value.may_have_run
        device.reconnect()
        assert executions(device) == 1


def test_reconnect_works_on_a_live_connection_and_a_board_that_went_on_keeps_its_state():
    with plugged() as (outlet, device):
        device("unrecorded = 5", record=False)
        opened = outlet.opened
        device.reconnect()
        assert outlet.opened == opened + 1
        assert device("unrecorded") == 5


def test_reconnect_restores_a_board_that_restarted():
    with Device("sim:", startup="") as device:
        device("recorded = 5")
        device("forgotten = 5", record=False)
        device.reconnect()
        assert device("recorded") == 5
        assert device("'forgotten' in globals()") is False


def test_a_definition_that_was_interrupted_while_it_ran_is_not_sent_again():
    with plugged() as (outlet, device):
        device("import time\ndef nap(): time.sleep(nap_s)")
        device("nap_s = 20", record=False)

        def define():
            @device.task(minify=False)
            def defined(value=(bump(), nap())):  # noqa: B008
                return 5

            return defined

        outlet.line.cut_after(DOWN, 0)
        with pytest.raises(ConnectionLost, match="while a definition ran there") as caught:
            define()
        assert caught.value.may_have_run
        assert executions(device) == 1
        device("nap_s = 0", record=False)
        assert define()() == 5
        assert executions(device) == 1


def test_a_call_that_may_be_repeated_is():
    with plugged(attempts=2) as (outlet, device):
        count = device.task(counter(device).__wrapped__, retry=True)
        outlet.line.cut_after(DOWN, 3)
        assert count() == 1
        assert 1 <= executions(device) <= 2


def test_a_call_that_loses_the_board_each_time_is_repeated_as_often_as_there_are_attempts():
    with plugged(attempts=3) as (outlet, device):
        crash = device.task(retry=True)(die)
        outlet.unplugged = 100  # its line is still there: it is not opened again
        lives = device._link.lives
        with pytest.raises(ConnectionLost) as caught:
            crash()
        assert caught.value.may_have_run
        assert device._link.lives == lives + 4


def die():
    import machine

    machine.reset()


def test_attempts_are_a_second_apart_by_the_clock_that_is_given():
    with plugged(attempts=4) as (outlet, device):
        opener = device._link._opener
        now_s, waits = [100.0], []

        def wait(seconds):
            waits.append(seconds)
            now_s[0] += seconds
            return False

        opener.wait, opener.clock = wait, lambda: now_s[0]
        outlet.unplugged = 3
        outlet.line.cut_after(UP, 0)
        assert device("1 + 1") == 2
        assert waits == [1.0, 1.0, 1.0]

        outlet.unplugged = 4
        outlet.line.cut_after(UP, 0)
        with pytest.raises(ConnectionLost, match=r"could not be opened again: .*there is no port") as caught:
            device("1 + 1")
        assert not caught.value.may_have_run
        assert device("2 + 2") == 4, "the next call tries again"


def test_the_pace_counts_from_the_beginning_of_an_attempt():
    with plugged(attempts=2) as (outlet, device):
        opener = device._link._opener
        times, waits = itertools.count(0, 0.25), []
        opener.wait, opener.clock = waits.append, lambda: next(times)
        outlet.unplugged = 1
        outlet.line.cut_after(UP, 0)
        assert device("1 + 1") == 2
        assert waits == [0.75]


def test_ctrl_c_works_while_waiting_for_ever():
    with plugged(attempts=-1) as (outlet, device):
        outlet.unplugged = 1 << 60
        outlet.line.cut_after(UP, 0)
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            device("1 + 1")
        assert time.monotonic() - began < 0.9
        timer.join()
        outlet.unplugged = 0
        assert device("1 + 1") == 2


def test_close_ends_another_threads_attempts():
    with plugged(attempts=-1) as (outlet, device):
        outlet.unplugged = 1 << 60
        outlet.line.cut_after(UP, 0)
        caught = []

        def call():
            try:
                device("1 + 1")
            except ConnectionLost as loss:
                caught.append(loss)

        thread = threading.Thread(target=call)
        thread.start()
        while not device._link._lost:
            pass
        device.close()
        thread.join(10)
        assert not thread.is_alive()
        assert len(caught) == 1


@pytest.mark.parametrize("reset", ["machine.reset()", "import machine; machine.reset()\nwhile True: pass"])
def test_a_board_that_resets_inside_a_call_is_a_lost_connection_of_a_call_that_may_have_run(reset):
    with Device("sim:", attempts=1) as device:
        device("x = 1")
        device("kept = open('kept', 'w').close()", record=False)
        began = time.monotonic()
        with pytest.raises(ConnectionLost, match="restarted by itself") as caught:
            device(reset, stream_out=None)
        assert time.monotonic() - began < 5
        assert caught.value.may_have_run
        assert device("x") == 1
        assert "kept" in device("os.listdir()"), "the line was still there, so it was not opened again"


@pytest.mark.parametrize("within", ["a call", "no call"])
def test_a_board_that_resets_into_a_main_that_never_ends(within):
    """It says nothing that a program could not say: what notices it is a deadline."""
    with Device("sim:", attempts=1, timeout=1, stream_out=None) as device:
        device("x = 1")
        device.fs.write("/main.py", b"while True:\n    print('main')\n")
        if within == "a call":
            with pytest.raises(TimeoutExpired):
                device("import machine; machine.reset()", timeout=0.5)
        else:
            reset_soon(device, by="main")
            with pytest.raises(ConnectionLost, match="did not take a program"):
                device("x", record=False)
        assert device("x", record=False) == 1


def reset_soon(device, by=""):
    """The board resets while no call is in flight; returns when that has been seen."""
    heard = io.StringIO()
    if by:
        device._link.stream_out = heard
    device(
        "import _thread\n_thread.start_new_thread(lambda: (time.sleep_ms(50), machine.reset()), ())",
        record=False,
    )
    deadline = time.monotonic() + 10
    restarted = device._link.session._repl
    while not (restarted.restarted or (by and by in heard.getvalue())) and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_board_that_resets_between_two_calls_is_a_lost_connection():
    with Device("sim:", attempts=0, stream_out=None) as device:
        device("x = 1")
        reset_soon(device)
        for _ in range(2):
            with pytest.raises(ConnectionLost, match="restarted by itself") as caught:
                device("x")
            assert not caught.value.may_have_run
        device.reconnect()
        assert device("x") == 1


def test_a_board_that_resets_between_two_calls_is_restored_where_calls_reconnect():
    with Device("sim:", attempts=1, stream_out=None) as device:
        device("x = 1")
        reset_soon(device)
        assert device("x + 1") == 2


def test_a_loss_while_the_state_is_restored_begins_the_restoration_anew():
    """The history holds what adds up: a part of it run twice would be seen."""
    with plugged(attempts=2) as (outlet, device):
        device("trail = []")
        for number in range(3):
            device(f"trail.append({number})")
        device.soft_reset()
        device._link._opener.wait = lambda seconds: False
        for at in range(100, 1500, 200):
            device.soft_reset()
            outlet.line.cut_after(UP, at)
            assert device("trail", record=False) == [0, 1, 2]


def test_another_usb_serial_number_is_refused():
    serial_numbers = ["A", "B", "A"]
    outlet = Outlet("sim:")

    def open_line():
        line = outlet()
        line.line = replace(line.line, usb_serial_number=serial_numbers.pop(0))
        return line

    try:
        with Device(open_line, startup="", attempts=1) as device:
            outlet.line.cut_after(UP, 0)
            with pytest.raises(ConnectionLost, match="another board is at") as caught:
                device("1")
            assert isinstance(caught.value.__cause__, ConnectionFailedError)
            assert device("1") == 1
    finally:
        outlet.close()


def test_past_the_limit_reconnect_says_so_before_it_does_anything():
    class Short(Device):
        MAX_CMD_HISTORY_LEN = 1

    outlet = Outlet("sim:")
    try:
        with Short(outlet, startup="") as device:
            device("x = 1")
            device("y = 2")
            with pytest.raises(MaxHistoryLengthError):
                device.reconnect()
            assert (device("x", record=False), outlet.opened) == (1, 1)
    finally:
        outlet.close()


def test_a_recorded_command_that_raises_at_its_repetition_is_shown_and_the_board_is_usable():
    with Device("sim:", startup="") as device:
        device("first = 'count' not in globals()")
        device("import os\nif 'mark' in os.listdir(): raise ValueError('second time')")
        device("open('mark', 'w').close()", record=False)
        with pytest.raises(PyboardException, match="SystemExit") as caught:
            device("raise SystemExit")
        assert "could be restored: " in caught.value.hint
        assert caught.value.__cause__.type_name == "ValueError"
        assert device("first") is True
        assert device("1 + 1") == 2


@pytest.mark.parametrize(("way", "may_have_run"), [(UP, False), (DOWN, True)])
def test_a_restoration_that_raises_does_not_hide_whether_the_call_ran(
    tmp_path, monkeypatch, way, may_have_run
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    lines = []

    def open_line():
        lines.append(CuttingTransport(connect("sim:recovery"), way, 1 << 60))
        return lines[-1]

    with Device(open_line, startup="", attempts=3) as device:
        device("import os\nif 'mark' in os.listdir(): raise ValueError('second time')")
        device("open('mark', 'w').close()", record=False)
        for make in (lambda: device.task(bump), lambda: device.task(bump, retry=True)):
            task = make()
            lines[-1]._left = 3
            with pytest.raises(ConnectionLost, match="not all of the state could be restored") as caught:
                task()
            assert caught.value.may_have_run is may_have_run
            assert caught.value.__cause__.message == "second time"
            assert device("1 + 1") == 2, "the line is there again"


def bump():
    return 1


def nap():
    """On the board it takes its time."""


@pytest.mark.parametrize("step", [311, pytest.param(7, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])])
def test_where_the_interpreter_cannot_be_restarted_a_restoration_that_is_cut_off_repeats_nothing(step):
    """As over WebREPL: what adds up in a file would show a command that ran twice, or not at all."""
    outlet = Outlet("sim:")

    def open_line():
        line = outlet()
        line.line = replace(line.line, may_soft_reset=False)
        return line

    def reset():
        with pytest.raises(ConnectionLost):
            device("import machine; machine.reset()")

    add = "with open('trail', 'a') as file: file.write('%s')"
    try:
        with Device(open_line, startup=add % "s", attempts=3, stream_out=None) as device:
            device._link._opener.wait = lambda seconds: False
            for number in range(3):
                device(add % number)

            @device.task
            def answer():
                return 42

            for way, count in passed(outlet, reset).items():
                for at in range(30, count - 1, step):
                    device("open('trail', 'w').close()", record=False)
                    opened, lives = outlet.opened, device._link.lives
                    outlet.line.cut_after(way, at)
                    reset()
                    assert answer() == 42
                    assert outlet.opened == opened + 1, "it was cut off"
                    # Cut off before it was reset, it has all that it had.
                    expected = "s012" if device._link.lives > lives else ""
                    assert device("open('trail').read()", record=False) == expected, (way, at)
    finally:
        outlet.close()


def test_a_generator_of_an_earlier_life_says_so():
    with Device("sim:", attempts=1) as device:

        @device.task
        def numbers():
            yield 1
            yield 2

        values = numbers()
        assert next(values) == 1
        device.reconnect()
        with pytest.raises(ConnectionLost, match="has restarted"):
            next(values)
        assert list(numbers()) == [1, 2]


def tree(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    "step", [997, pytest.param(101, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])]
)
def test_a_sync_cut_anywhere_ends_with_all_files_whole(tmp_path, step):
    files = {"first.py": "x = 1\n" * 50, "data.bin": "0123456789" * 300, "package/second.py": "y = 2\n"}
    folder = tree(tmp_path, files)
    with plugged() as (outlet, device):
        sent = passed(outlet, lambda: device.sync(folder, "/whole"))
        places = [(way, at) for way, count in sent.items() for at in range(10, count, step)]
        for number, (way, at) in enumerate(places):
            outlet.line.cut_after(way, at)
            device.sync(folder, f"/{number}")
            for name in ("data.bin", "package/second.py"):
                assert device.fs.read(f"/{number}/{name}") == device.fs.read(f"/whole/{name}")
            device.fs.remove(f"/{number}", recursive=True)


def test_a_board_that_lost_its_files_gets_the_latest_sync_again(tmp_path):
    with Device("sim:", startup="") as device:
        device.sync(tree(tmp_path, {"module.py": "value = 1\n"}))
        device.sync(tree(tmp_path, {"module.py": "value = 2\n"}))
        device("import module")
        device.reconnect()  # another simulated board, with empty flash
        assert device("module.value") == 2


def test_after_a_restart_another_generator_task_leaves_those_that_run_alone():
    with Device("sim:", startup="") as device:

        @device.task
        def numbers():
            yield 1
            yield 2

        device.reconnect()
        values = numbers()
        assert next(values) == 1

        @device.task
        def letters():
            yield "a"

        assert next(values) == 2
        assert list(letters()) == ["a"]


def test_a_call_on_the_heels_of_a_reset_button(capsys):
    """The program meets a board that starts: its banner and an echo are no output, and nothing waits."""
    for _ in range(6):
        with Device("sim:", attempts=1) as device:
            device("x = 1")
            device.sim.reset()
            began, lost = time.monotonic(), None
            try:
                assert device("x") == 1
            except ConnectionLost as loss:
                lost = loss
            assert lost is None or (lost.may_have_run and "restored" in lost.hint)
            assert time.monotonic() - began < 5
            assert device("x") == 1
        assert "__belay" not in capsys.readouterr().out
