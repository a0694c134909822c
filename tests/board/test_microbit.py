"""The hostile small board: a micro:bit with MicroPython 1.9.2, without raw-paste, in 9 kB of memory."""

import pytest

from belay import Device
from belay.exceptions import (
    BelayException,
    ConnectionLost,
    FeatureUnavailableError,
    PyboardException,
    TimeoutExpired,
)

from ..support.microbit import microbit, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "there")


@pytest.fixture(scope="module")
def port():
    with microbit() as path:
        yield path


@pytest.fixture(scope="module")
def board(port):
    with Device(port) as device:
        yield device


def test_what_it_is(board):
    implementation = board.implementation
    assert (implementation.name, implementation.version) == ("micropython", (1, 9, 2))
    assert implementation.platform == "microbit"
    assert board("1 + 1") == 2
    assert board("'text', b'bytes', [1, 2.5, None]") == ("text", b"bytes", [1, 2.5, None])


def test_tasks_and_setups(board):
    @board.setup
    def start(step):
        total = 0  # noqa: F841

    @board.task
    def add(value):
        global total
        total += value * step  # noqa: F821
        return total

    start(3)
    assert [add(number) for number in range(4)] == [0, 3, 9, 18]


def test_generators(board):
    @board.task
    def count(limit):
        yield from range(limit)

    assert list(count(5)) == [0, 1, 2, 3, 4]


def test_errors_and_deadlines(board):
    with pytest.raises(PyboardException, match="ZeroDivisionError"):
        board("1 / 0")
    with pytest.raises(TimeoutExpired):
        board("while True: pass", timeout=0.3)
    assert board("2 + 2") == 4


def test_output(board, capsys):
    board("for i in range(50): print('line', i)")
    assert capsys.readouterr().out == "".join(f"line {i}\n" for i in range(50))


def test_what_it_lacks_is_told_clearly(board, tmp_path):
    with pytest.raises(PyboardException, match="no attribute 'Pin'"):
        board("import machine; machine.Pin(1)")

    @board.thread
    def run():
        pass

    with pytest.raises(FeatureUnavailableError, match="no threads"):
        run()
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(BelayException):
        board.sync(tmp_path)
    assert board("3 + 3") == 6


def test_a_definition_that_does_not_fit_is_refused_before_it_is_sent(board):
    lines = "\n".join(f"    total += {number} * {number}" for number in range(100))
    source = f"def long():\n    total = 0\n{lines}\n    return total"
    with pytest.raises(FeatureUnavailableError, match="an eighth of its free memory"):
        board(source)
    assert board("4 + 4") == 8


def test_long_code_of_many_statements_goes_in_pieces(board):
    source = "\n".join(f"value_{number % 7} = {number} * 1000 + {number}" for number in range(100))
    board(source, record=False)
    assert board("value_1") == 99 * 1001
    with pytest.raises(PyboardException, match="line 90"):
        board(source.replace("value_5 = 89 * 1000", "value_5 = 89 // 0"), record=False)


def test_a_soft_reset_and_what_comes_back():
    with microbit() as port, Device(port) as device:
        device("kept = 7")
        device.soft_reset()
        assert device("kept") == 7


def test_a_reopened_port_finds_the_board_as_it_was():
    with microbit() as port, Device(port, startup="", attempts=1) as device:
        device("there = 1", record=False)
        device.reconnect()
        assert device("there") == 1


def test_a_program_that_ignores_interrupts_is_a_lost_connection():
    with (
        microbit() as port,
        Device(port, startup="", timeout=2) as device,
        pytest.raises(ConnectionLost, match="does not react"),
    ):
        device("while True:\n try:\n  while True: pass\n except KeyboardInterrupt: pass", timeout=0.2)
