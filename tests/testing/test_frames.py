"""The board's frames as a traceback of the host."""

import sys
import traceback
from pathlib import Path

from belay.testing.frames import with_board_frames
from belay.typing import Frame


def line_of(text):
    """Where a line of this file stands."""
    lines = Path(__file__).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip() == text)


def decorator(function):
    return function


def on_the_board():
    @decorator
    def inner(a):
        return a / 0  # the line

    return inner


def raised():
    try:
        raise ValueError("on the host")
    except ValueError:
        return sys.exc_info()[2]


def entries(*frames):
    """The entries behind the host's one."""
    made = with_board_frames(raised(), frames).tb_next
    while made is not None:
        code = made.tb_frame.f_code
        yield code.co_filename, made.tb_lineno, code.co_name, code.co_firstlineno
        made = made.tb_next


def test_frames_of_functions_know_their_file_line_name_and_beginning():
    line, first = line_of("return a / 0  # the line"), line_of("@decorator")
    frame = Frame(__file__, line, "inner", "return a / 0  # the line")
    outer = Frame(__file__, first, "on_the_board", "@decorator")
    assert list(entries(outer, frame)) == [
        (__file__, first, "on_the_board", line_of("def on_the_board():")),
        (__file__, line, "inner", first),
    ]
    text = traceback.format_tb(with_board_frames(raised(), [frame]))[-1]
    assert text == f'  File "{__file__}", line {line}, in inner\n    return a / 0  # the line\n'


def test_a_line_outside_of_functions_stands_for_itself():
    line = line_of('"""The board\'s frames as a traceback of the host."""')
    assert list(entries(Frame(__file__, line, "<module>", "..."))) == [(__file__, line, "<module>", line)]


def test_a_file_of_the_board_is_never_taken_for_one_of_the_host():
    assert list(entries(Frame(__file__, 7, "f", ""))) == [(f"board:{__file__}", 7, "f", 7)]


def test_code_as_text_has_no_frame():
    assert list(entries(Frame("<stdin>", 1, "<module>", ""))) == []


def test_the_hosts_own_entries_stay_where_all_of_them_are_belays():
    only = raised()
    assert with_board_frames(only, []).tb_frame is only.tb_frame
