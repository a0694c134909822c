"""What goes wrong on the board, as the host sees it."""

import pytest

from belay.exceptions import PyboardException


def test_an_exception_shows_the_boards_traceback_as_data(board):
    with pytest.raises(PyboardException) as caught:
        board("1/0")
    error = caught.value
    assert (error.type_name, error.message, error.errno) == ("ZeroDivisionError", "divide by zero", None)
    assert error.raw.startswith("Traceback (most recent call last):")
    assert "ZeroDivisionError: divide by zero" in str(error)
    assert board("1") == 1


def test_a_message_of_several_lines(board):
    with pytest.raises(PyboardException) as caught:
        board("raise ValueError('one\\n\\nOSError: two')")
    error = caught.value
    assert (error.type_name, error.message) == ("ValueError", "one\n\nOSError: two")


def test_an_os_error_has_its_number(board):
    with pytest.raises(PyboardException) as caught:
        board("open('/nowhere/nothing')")
    assert (caught.value.type_name, caught.value.errno) == ("OSError", 2)


def test_frames_of_a_task_are_those_of_this_file(board):
    @board.task
    def divide(a, b):
        # a comment before it

        return a / b  # the line

    with pytest.raises(PyboardException) as caught:
        divide(1, 0)
    (frame,) = caught.value.frames
    assert (frame.file, frame.function, frame.source) == (__file__, "divide", "return a / b  # the line")
    assert frame.line == test_frames_of_a_task_are_those_of_this_file.__code__.co_firstlineno + 5
    assert f'File "{__file__}", line {frame.line}, in divide\n    return a / b' in str(caught.value)


def test_frames_of_a_setup_are_those_of_this_file(board):
    @board.setup
    def prepare(divisor):
        value = 1
        value / divisor

    with pytest.raises(PyboardException) as caught:
        prepare(0)
    assert [frame.source for frame in caught.value.frames] == ["value / divisor"]
    assert caught.value.frames[0].file == __file__


@pytest.mark.parametrize("minify", [True, False])
def test_a_syntax_error_that_the_board_finds_points_to_the_line(board, minify):
    with pytest.raises(PyboardException) as caught:

        @board.task(minify=minify)
        def modern(x):
            y = 1
            match x:
                case 1:
                    return y

    assert caught.value.type_name == "SyntaxError"
    assert [frame.source for frame in caught.value.frames] == ["match x:"]


@pytest.mark.parametrize("redefined", [False, True])
def test_a_syntax_error_inside_a_function_points_to_the_line(board, redefined):
    if redefined:

        @board.task
        def pair(a, b):
            return a, b

    with pytest.raises(PyboardException) as caught:

        @board.task
        def pair(a, b):
            more = (a, b)

            return (a, *more)

    assert caught.value.type_name == "SyntaxError"
    assert [(frame.file, frame.source) for frame in caught.value.frames] == [(__file__, "return (a, *more)")]


def test_a_syntax_error_of_code_that_a_task_compiles_points_to_the_task(board):
    @board.task
    def run(text):
        exec(text)

    with pytest.raises(PyboardException) as caught:
        run("x =")
    assert "exec(text)" in [frame.source for frame in caught.value.frames]


def test_code_that_the_board_cannot_compile_raises_and_the_next_call_works(board):
    with pytest.raises(PyboardException, match="SyntaxError"):
        board("match 1:\n case 1: pass")
    assert board("2") == 2


def test_system_exit_raises_and_the_next_call_works(device, capsys):
    with pytest.raises(PyboardException) as caught:
        device("raise SystemExit")
    assert caught.value.type_name == "SystemExit"
    assert device("1 + 1") == 2
    assert device("Pin is not None")
    assert "\x04" not in capsys.readouterr().out


def test_an_exception_in_a_long_program(board):
    code = "x = 0\n" * 300 + "1/0\n"
    with pytest.raises(PyboardException) as caught:
        board(code, minify=False)
    assert caught.value.frames[-1].line == 301
    assert board("3") == 3


def test_memory_error_on_the_board(board):
    with pytest.raises(PyboardException, match="MemoryError"):
        board("bytearray(10**9)")
    assert board("3") == 3


@pytest.mark.parametrize("message", ["\\x04", "a\\x04\\x04>b", "\\x04Traceback", ""])
def test_an_exceptions_message_may_hold_what_ends_a_reply(board, message):
    with pytest.raises(PyboardException) as caught:
        board(f"raise ValueError('{message}')")
    assert caught.value.type_name == "ValueError"
    assert caught.value.message == message.encode().decode("unicode_escape")
    assert board("3") == 3
