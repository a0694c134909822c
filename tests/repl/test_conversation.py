"""A running program and an operation that speak to each other."""

import time

import pytest

from belay._native import Frame
from belay.exceptions import InternalError, TimeoutExpired
from belay.repl.response import over, value, value_of

PROGRAM = """
def __belay_test(count):
    import sys
    for number in range(count):
        print(end='%sQ%d:%d%s' % (__belay_m, len(str(number)), number, __belay_m))
        print('between', end='')
        line = sys.stdin.readline()
    return line
"""


def ask(answers, tail=""):
    """An operation that answers each question."""
    reply = yield f"{PROGRAM}__belay(__belay_test({len(answers)})){tail}"
    seen = []
    while isinstance(reply, Frame):
        seen.append((reply.tag, reply.payload, reply.garbled))
        reply = yield answers[len(seen) - 1]
    return seen, value_of(over(reply))


def test_question_and_answer(board, capsys):
    answers = [b"one\n", b"two\n", b"three\n"]
    seen, last = board._link.perform(ask(answers))
    assert seen == [("Q", b"0", False), ("Q", b"1", False), ("Q", b"2", False)]
    assert last == "three\n"
    assert "between" in capsys.readouterr().out
    assert board("1 + 1") == 2


def test_a_silent_board_is_interrupted_and_the_operation_may_go_on(board):
    def patient():
        try:
            yield "while True: pass"
        except TimeoutExpired:
            return (yield from value("__belay(42)"))
        raise AssertionError

    began = time.monotonic()
    assert board._link.perform(patient(), silence_s=0.3) == 42
    assert time.monotonic() - began < 5
    with pytest.raises(TimeoutExpired):
        board._link.perform(ask([b"", b""]), silence_s=0.3, stream_out=None)
    assert board("1 + 1") == 2


def test_an_operation_that_leaves_a_running_program(board):
    def leaves():
        yield f"{PROGRAM}__belay(__belay_test(3))"
        return (yield from value("__belay(43)"))

    assert board._link.perform(leaves(), stream_out=None) == 43

    def gives_up():
        yield f"{PROGRAM}__belay(__belay_test(3))"
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        board._link.perform(gives_up(), stream_out=None)
    assert board("1 + 1") == 2


def test_a_program_that_nobody_listens_to(board):
    def deaf():
        over((yield f"{PROGRAM}__belay(__belay_test(1))"))

    with pytest.raises(InternalError, match="'Q'"):
        board._link.perform(deaf(), stream_out=None)
    assert board("1 + 1") == 2
