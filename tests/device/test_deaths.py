"""Every kind of death at every byte of a call, a definition and a generator's step (contract section 7).

Nothing runs twice, nothing hangs, nothing but ``ConnectionLost`` is raised, no protocol is shown as output,
and no port stays open. In `make test` a sample of the bytes, others for each kind; in `make test-all` all.
"""

import contextlib
import io
import time

import pytest
from tests.support.outlet import KINDS, Outlet
from tests.support.ports import all_released
from tests.support.transports import DOWN, UP, CuttingTransport

from belay import Device
from belay.exceptions import ConnectionLost
from belay.transport.connect import connect

BUMP = """
def bump():
    with open('count', 'a') as file:
        file.write('x')
    return 1
"""
LONGEST_S = 8
"""A death, the way back, and the next calls; a silent line takes the timeouts of this."""
SLOW = [pytest.mark.slow, pytest.mark.timeout(3000)]


def bump():
    return 1


class Plugged:
    """A device on a board that outlives its lines of one kind, and counts what runs."""

    def __init__(self, kind, **options):
        self.outlet = Outlet("sim:", kind)
        self.shown = io.StringIO()
        self.device = Device(self.outlet, startup="", **{"attempts": 1, "stream_out": self.shown, **options})
        self.device("open('count', 'w').close()", record=False)
        self.device(BUMP)
        self.lives = self.device._link.lives

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.device.close()
        self.outlet.close()

    def executions(self):
        """How often the board called ``bump`` since this was asked last."""
        count = self.device("len(open('count').read())", record=False)
        self.device("open('count', 'w').close()", record=False)
        return count

    def passed(self, operation):
        """How many bytes an operation sends up and down."""
        before = dict(self.outlet.line.passed)
        operation()
        return {way: self.outlet.line.passed[way] - before[way] for way in (UP, DOWN)}

    def ran_once(self, operation):
        """Whether an operation that bumps succeeds; else it may have run. Never twice."""
        began = time.monotonic()
        try:
            result = operation()
        except ConnectionLost as error:
            loss = error
        else:
            loss = None
            self.outlet.line.let_pass()  # a repetition may be some bytes shorter than what was measured
        executions = self.executions()
        assert time.monotonic() - began < LONGEST_S
        assert self.device._link.lives == self.lives, "the board kept its state, so nothing was repeated"
        assert self.shown.getvalue() == ""
        if loss is None:
            assert (result, executions) == (1, 1)
            return True
        assert loss.may_have_run
        assert executions <= 1
        return False


def call(device):
    @device.task(timeout=0.3)
    def count():
        return bump()

    return count


def definition(device):
    def define():
        @device.task(timeout=1)
        def defined(value=bump()):  # noqa: B008
            return value

        return defined()

    return define


def step(device):
    @device.task(timeout=0.3)
    def steps():
        while True:
            yield bump()

    values = steps()

    def advance():
        nonlocal values
        try:
            return next(values)
        except ConnectionLost:
            values = steps()  # the next step begins another one
            raise

    return advance


OPERATIONS = {"a call": call, "a definition": definition, "a step": step}


def die_at_bytes(plugged, operations, places, die):
    """Run each operation with a death at each place, each way."""
    for name in operations:
        operation = OPERATIONS[name](plugged.device)
        operation()
        plugged.executions()
        told = {True: 0, False: 0}
        for way, count in plugged.passed(operation).items():
            for at in places(count):
                if name == "a step":
                    operation()  # a new generator's first step is another program
                plugged.executions()
                die(way, at)
                told[plugged.ran_once(operation)] += 1
        print(
            f"{name}: {told[True]} deaths after which it ran once, {told[False]} after which it may have run"
        )


EVERY = range
ALL_KINDS = ["cut", *KINDS]


def sample(kind):
    """One place, another for each kind."""
    return lambda count: [ALL_KINDS.index(kind) * 5 % count]


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("which", ["a sample", pytest.param("every byte", marks=SLOW)])
def test_a_line_that_ends(kind, which):
    places = EVERY if which == "every byte" else sample(kind)
    with all_released(), Plugged(kind) as plugged:
        die_at_bytes(plugged, OPERATIONS, places, lambda way, at: plugged.outlet.line.cut_after(way, at))


@pytest.mark.parametrize("which", ["a sample", pytest.param("every byte", marks=SLOW)])
def test_a_line_that_falls_silent(which):
    operations, places = (OPERATIONS, EVERY) if which == "every byte" else (["a call"], sample("EOF"))
    with all_released(), Plugged("cut", timeout=1) as plugged:
        die_at_bytes(plugged, operations, places, lambda way, at: plugged.outlet.line.mute_after(way, at))


@pytest.mark.parametrize("step", [29, pytest.param(3, marks=SLOW)])
def test_a_board_that_dies_at_any_byte_is_restored_and_nothing_runs_twice(tmp_path, monkeypatch, step):
    """The board's process dies with its line, and keeps its files: the count is that of all its lives."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    lines = []

    def open_line():
        lines.append(CuttingTransport(connect("sim:recovery"), UP, 1 << 60))
        return lines[-1]

    with all_released(), Device(open_line, startup="", attempts=1) as device:
        device("open('count', 'w').close()", record=False)
        device(BUMP)
        device("replayed = 0; replayed += 1")
        count = call(device)
        for way, total in ((UP, 20), (DOWN, 24)):
            for at in range(0, total, step):
                device("open('count', 'w').close()", record=False)
                lines[-1]._direction, lines[-1]._left = way, at
                before = len(lines)
                with contextlib.suppress(ConnectionLost):
                    assert count() == 1
                assert device("len(open('count').read())", record=False) <= 1
                assert len(lines) == before + 1
                assert device("replayed", record=False) == 1
