"""Calls as program text."""

import pytest

from belay._native import RawRepl
from belay.repl import wire


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1 + 1", True),
        ("'text'", True),
        ("  f(\n 1)", True),
        ("1, 2 # comment", True),
        ("'\\d' is 'x'", True),
        ("x = 1", False),
        ("    x = 1\n    y = 2", False),
        ("# only a comment", False),
        ("", False),
        ("x := 1 # in brackets", True),
        ("1\n+2", False),
        ("a b", None),
        ("print 'x'", None),
        ("\0", None),
        ("(" * 1000, None),
    ],
)
def test_expression_or_statements(code, expected, recwarn):
    assert wire.is_expression(code) is expected
    assert not recwarn.list


def test_programs_answer_at_their_end():
    assert wire.evaluation("1, 2") == "__belay((1,2))"
    assert wire.evaluation("5 # five", shrink=False) == "__belay((5 # five\n))"
    assert wire.evaluation("'text'") == "__belay(('text'))"
    assert wire.execution("x=1") == "x=1\n__belay_n()"
    assert wire.answer(wire.call("f", [1, "a"], {"key": None})) == "__belay(f(1,'a',key=None))"


def test_prepared_text_says_how_far_its_lines_are_shifted():
    assert wire.prepare("    x = 1  # one\n    y = '''\n  z'''") == ("x=1\ny='''\n  z'''", 0)
    assert wire.prepare("    x = 1", shrink=False) == ("if 1:\n    x = 1", 1)
    assert wire.prepare("x = (", shrink=True) == ("x = (", 0), "the board reports it"


def test_a_mark_is_one_separator_and_seven_letters_or_digits():
    marks = {wire.new_mark() for _ in range(100)}
    assert len(marks) == 100
    assert all(len(mark) == 8 and mark[0] == 0x1F and mark[1:].isalnum() for mark in marks)


def test_the_text_of_a_verification_is_no_answer_to_itself():
    """A friendly REPL echoes what it is sent."""
    mark = wire.new_mark()
    program, expected = wire.verification(mark, 12345)
    assert len(program) < 60
    repl = RawRepl(mark)
    repl.submit(b"f()")
    repl.abandon()
    repl.verify(program, expected)
    assert repl.receive(b">>> " + program + b"\r\n") == []
    assert not repl.idle


@pytest.mark.parametrize("character", "\0\1\2\3\4")
def test_characters_that_a_raw_repl_acts_on_are_refused(character):
    for build in (wire.execution, wire.evaluation):
        with pytest.raises(ValueError, match="control character"):
            build(f"'{character}'")


def test_keywords_that_are_no_names_go_as_a_dictionary():
    assert wire.call("f", (), {"a": 1, "a b": 2, "class": 3}) == "f(a=1,**{'a b':2},**{'class':3})"
