"""Every public operation that waits has a deadline: over a line that falls silent it fails in time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from tests.support.keyboard import Person
from tests.support.outlet import Outlet
from tests.support.ports import all_released
from tests.support.transports import DOWN, UP

from belay import Device
from belay.device.terminal import converse
from belay.exceptions import ConnectionLost, PyboardError, TimeoutExpired

TIMEOUT_S = 0.5
LONGEST_S = 5 * TIMEOUT_S
"""The operation's own deadline, the interrupts', `soft_reset`'s second; and a busy machine."""
SILENT = (ConnectionLost, TimeoutExpired, PyboardError)


class Owner:
    """A device with all kinds of functions, on a line that can be muted."""

    def __init__(self, folder):
        self.folder = folder
        self.outlet = Outlet("sim:")
        self.device = device = Device(self.outlet, timeout=TIMEOUT_S)

        @device.task(timeout=TIMEOUT_S)
        def task():
            return 1

        @device.setup(timeout=TIMEOUT_S)
        def setup():
            x = 1  # noqa: F841

        @device.teardown(timeout=TIMEOUT_S)
        def teardown():
            x = 2  # noqa: F841

        @device.thread
        def thread():
            pass

        @device.task(timeout=TIMEOUT_S)
        def generator():
            while True:
                try:
                    yield 1
                except ValueError:
                    x = 3  # noqa: F841

        self.task, self.setup, self.teardown, self.thread = task, setup, teardown, thread
        self.values = generator()
        next(self.values)
        device.fs.write("/file", b"content")

    def define(self):
        @self.device.task
        def defined():
            return 2

    def terminal(self):
        with Person() as person:
            person.type("\x1d")
            converse(
                self.device._link.session, exit_char="\x1d", keyboard=person.keyboard, screen=person.keyboard
            )

    def let_a_generator_go(self):
        self.device._link.abandon(1)
        self.task()

    def end(self):
        self.device.close()
        self.outlet.close()


OPERATIONS = {
    "an expression": lambda owner: owner.device("1", timeout=TIMEOUT_S),
    "a statement": lambda owner: owner.device("x = 1", timeout=TIMEOUT_S),
    "a task": lambda owner: owner.task(),
    "a setup": lambda owner: owner.setup(),
    "a teardown": lambda owner: owner.teardown(),
    "a thread": lambda owner: owner.thread(),
    "a definition": Owner.define,
    "next": lambda owner: next(owner.values),
    "send": lambda owner: owner.values.send(5),
    "throw": lambda owner: owner.values.throw(ValueError),
    "a generator's close": lambda owner: owner.values.close(),
    "a generator that is let go": Owner.let_a_generator_go,
    "sync": lambda owner: owner.device.sync(owner.folder),
    "fs.read": lambda owner: owner.device.fs.read("/file"),
    "fs.write": lambda owner: owner.device.fs.write("/file", b"other"),
    "fs.ls": lambda owner: owner.device.fs.ls("/"),
    "fs.remove": lambda owner: owner.device.fs.remove("/file"),
    "soft_reset": lambda owner: owner.device.soft_reset(),
    "the terminal": Owner.terminal,
}
PLACES = {"before anything": (UP, 0), "at its first answer": (DOWN, 0), "in its answer": (DOWN, 5)}


def outcome(operation, owner):
    """What an operation ended with, and after how long."""
    began = time.monotonic()
    try:
        result = operation(owner)
    except Exception as error:
        result = error
    return result, time.monotonic() - began


@pytest.mark.parametrize(
    "place", [pytest.param(place, marks=[pytest.mark.slow] * (place != "in its answer")) for place in PLACES]
)
def test_nothing_waits_for_ever_on_a_line_that_falls_silent(place, tmp_path):
    (tmp_path / "module.py").write_text("value = 1\n")
    with all_released(), ExitStack() as stack:
        owners = {}
        for name in OPERATIONS:
            owners[name] = owner = Owner(tmp_path)
            stack.callback(owner.end)
            owner.outlet.line.mute_after(*PLACES[place])
        with ThreadPoolExecutor(len(owners)) as pool:
            ended = dict(zip(owners, pool.map(outcome, OPERATIONS.values(), owners.values()), strict=True))
            closings = pool.map(outcome, [lambda owner: owner.device.close()] * len(owners), owners.values())
            closed = dict(zip(owners, closings, strict=True))
        assert {name for name, (result, _) in ended.items() if not isinstance(result, SILENT)} == set()
        assert {name for name, (_, took_s) in ended.items() if took_s > LONGEST_S} == set()
        assert {name for name, (result, _) in closed.items() if result is not None} == set()
        assert {name for name, (_, took_s) in closed.items() if took_s > LONGEST_S} == set()


@pytest.mark.parametrize(
    ("way", "count"),
    [
        *[(DOWN, 0), (UP, 400)],
        *[pytest.param(*place, marks=pytest.mark.slow) for place in [(UP, 0), (DOWN, 40), (DOWN, 300)]],
    ],
)
def test_opening_and_reconnecting_have_deadlines(way, count):
    outlet = Outlet("sim:")

    def open_line():
        line = outlet()
        if muted:
            line.mute_after(way, count)
        return line

    muted = True
    try:
        with all_released():
            result, took_s = outcome(lambda _: Device(open_line, timeout=TIMEOUT_S), None)
            assert isinstance(result, SILENT)
            assert took_s < LONGEST_S
            muted = False
            with Device(open_line, timeout=TIMEOUT_S) as device:
                device("x = 1")
                muted = True
                result, took_s = outcome(lambda _: device.reconnect(), None)
                # A board that kept its state needs nothing more once it was entered.
                assert isinstance(result, ConnectionLost) or (result is None and count > 100)
                assert took_s < LONGEST_S
    finally:
        outlet.close()


DEAF = {
    "takes Ctrl-C for data": "import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass",
    "prints and takes Ctrl-C for data": "import micropython as m\nm.kbd_intr(-1)\nwhile True: print('x')",
    "catches KeyboardInterrupt": "while True:\n try:\n  while True: pass\n except KeyboardInterrupt: pass",
}


@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[pytest.mark.slow] * (not how.startswith("prints"))) for how in DEAF]
)
def test_a_board_that_ignores_an_interrupt_is_lost_within_the_timeout_and_closed_within_a_second(how):
    timeout_s = 1.5
    with all_released():
        device = Device("sim:", timeout=timeout_s, stream_out=None)
        result, took_s = outcome(lambda _: device(DEAF[how], timeout=0.1), None)
        assert isinstance(result, ConnectionLost)
        assert "does not react to an interrupt" in str(result)
        assert ("prints without a pause" in str(result)) is how.startswith("prints")
        assert 1 < took_s < 0.1 + timeout_s + 0.7
        result, took_s = outcome(lambda _: device.close(), None)
        assert result is None
        assert took_s < 1.9


def test_a_call_of_another_thread_that_never_ends_does_not_hold_up_close():
    device = Device("sim:", timeout=TIMEOUT_S)
    thread = threading.Thread(target=outcome, args=(lambda _: device("while True: pass"), None))
    thread.start()
    while not device._link.session.busy:
        pass
    result, took_s = outcome(lambda _: device.close(), None)
    assert result is None
    assert took_s < LONGEST_S
    thread.join(10)
    assert not thread.is_alive()
