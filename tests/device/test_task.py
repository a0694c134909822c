"""Plain functions as tasks, and setup."""

import enum
import linecache
import math
import subprocess
import sys

import pytest

from belay import Device, micropython
from belay.device.source import function_source
from belay.exceptions import PyboardException, SpecialFunctionNameError


def test_a_task_runs_on_the_board_with_all_kinds_of_arguments(board):
    @board.task
    def collect(a, b=2, *rest, key=4, **others):
        """Docstring."""
        return a, b, rest, key, others

    assert collect(1) == (1, 2, (), 4, {})
    assert collect(1, 3, 5, 6, key=7, other=8) == (1, 3, (5, 6), 7, {"other": 8})
    assert board.task.collect(1, b=9) == (1, 9, (), 4, {})
    assert (collect.__name__, collect.__doc__) == ("collect", "Docstring.")
    assert collect.__wrapped__(1) == (1, 2, (), 4, {})


VALUES = [
    None, True, 0, -1, 10**30, 2**20000, 1.5, -0.0, math.inf, -math.inf, 1e300, 2j, "",
    "a'b\"c\\\n\0\x04é\U0001f600",
    b"\x00\xff\x04'", [], [[1], (2,)], (), (1,), {}, {"a": [1, {2}], 3: None}, set(), {1, "x"},
    frozenset({1}), bytearray(b"ab"),
]  # fmt: skip


def test_arguments_come_back_as_they_went(board):
    @board.task
    def echo(value):
        return value

    for value in VALUES:
        result = echo(value)
        assert result == value
        assert type(result) is type(value)
    assert math.isnan(echo(math.nan))
    assert math.copysign(1, echo(-0.0)) == -1


def test_values_of_subclasses_go_as_their_base(board):
    @board.task
    def double(value):
        return value * 2

    class Colour(enum.IntEnum):
        RED = 3

    assert double(Colour.RED) == 6


def test_an_argument_that_is_no_literal_is_named_before_anything_is_sent(board):
    @board.task
    def add(left, right=0):
        return left + right

    with pytest.raises(TypeError, match=r"argument 'left'.*object is no Python literal"):
        add(object())
    with pytest.raises(TypeError, match="argument 'right'"):
        add(1, [1, {2: object()}])
    with pytest.raises(TypeError, match="argument 'right'"):
        add(1, right=print)
    loop = []
    loop.append(loop)
    with pytest.raises(TypeError, match="contains itself"):
        add(loop)
    assert add(1, 2) == 3


def test_other_code_on_the_board_calls_a_task_by_its_name(board):
    @board.task
    def seven():
        return 7

    assert board("seven() + 1") == 8


def test_options_and_registration(board):
    @board.task(minify=False, register=False)
    def hidden():
        # kept
        return "hidden"

    assert hidden() == "hidden"
    with pytest.raises(AttributeError, match="'hidden'"):
        board.task.hidden  # noqa: B018


def test_reserved_names_are_refused(board):
    for name in ("_belay_x", "__belay_x", "__init__"):
        namespace = {}
        exec(f"def {name}(): pass", namespace)
        with pytest.raises(SpecialFunctionNameError, match=name):
            board.task(namespace[name])


def test_free_variables_are_refused_by_name(board):
    outer = 1

    with pytest.raises(ValueError, match="'outer'"):

        @board.task
        def uses():
            return outer


def test_functions_without_a_source_are_refused(board):
    namespace = {}
    exec("def ghost(): pass", namespace)
    with pytest.raises(ValueError, match=r"source of ghost\(\) cannot be found"):
        board.task(namespace["ghost"])
    with pytest.raises(ValueError, match="lambda"):
        board.task(lambda: 0)


# fmt: off
def test_odd_ways_to_write_a_function(board):
    @board.task
    def one_line(x): return x + 1

    @board.task(
        minify=True,
        timeout=5,
    )
    def decorated_over_lines(
        x,
        y=")",  # a comment with (
    ):
        text = """
    def not_this(x): return '''
"""
        return x, y, text

    assert one_line(1) == 2
    assert decorated_over_lines(1) == (1, ")", "\n    def not_this(x): return '''\n")
# fmt: on


def test_setup_makes_arguments_and_names_global(board):
    @board.setup
    def prepare(first, second=[1, 2]):  # noqa: B006
        third = (first, second)  # noqa: F841

    assert prepare(1) is None
    assert board("first, second, third") == (1, [1, 2], (1, [1, 2]))
    prepare(first="x")
    assert board("third[0]") == "x"
    assert board.setup.prepare is prepare


def test_setup_on_one_line_without_arguments_and_ignoring_errors(board):
    @board.setup
    def short(): answer = 42; other = "é"  # noqa: E702, F841  # fmt: skip

    short()
    assert board("answer, other") == (42, "é")

    @board.setup(ignore_errors=True)
    def failing():
        1 / 0  # noqa: B018

    assert failing() is None

    @board.setup
    def loud():
        raise ValueError("loud")

    with pytest.raises(PyboardException, match="loud"):
        loud()


def test_setup_refuses_generators(board):
    with pytest.raises(ValueError, match="generator"):

        @board.setup
        def generator():
            yield 1


def test_threads_refuse_generators(board):
    with pytest.raises(ValueError, match="run nothing"):

        @board.thread
        def loop():
            yield 1


def test_our_decorator_is_not_sent_whatever_it_is_called(board):
    t = board.task
    slow = board.task(timeout=60)

    def doubled(function):
        return lambda *arguments: 2 * function(*arguments)

    @t
    def plain():
        return 1

    @t(minify=False)
    def with_options():
        return 2

    @doubled
    @slow
    @micropython.native
    def stacked(x):
        return x + 1

    assert (plain(), with_options(), stacked(1)) == (1, 2, 4)
    definition = function_source(stacked.__closure__[0].cell_contents).definition
    assert definition.split() == ["@micropython.native", "def", "stacked(x):", "return", "x", "+", "1"]


def test_an_alias_of_a_marker_is_not_sent():
    with Aliased("sim:") as device:
        assert device.seven() == 7


marked = Device.task


class Aliased(Device):
    @marked
    @micropython.native
    def seven():
        return 7


def test_source_that_was_typed_is_told_about():
    program = """
from belay import Device
with Device("sim:") as device:
    @device.task
    def typed():
        return 5
    print(typed())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    if sys.version_info >= (3, 13):
        assert done.stdout == "5\n"
    else:
        assert (
            "source of typed() cannot be found in '<string>'; before Python 3.13 none is kept" in done.stderr
        )


def notebook_cell(number, text):
    """Run a cell as notebooks do: its source is in `linecache` under a name that is no file."""
    name = f"<ipython-input-{number}-cell>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), namespace)
    return namespace


def test_source_from_a_notebook(board):
    first = notebook_cell(1, "def cell(x):\n    return x + 1\n")
    assert board.task(first["cell"])(1) == 2
    again = notebook_cell(2, "# edited\ndef cell(x):\n    return x / 0\n")
    edited = board.task(again["cell"])
    with pytest.raises(PyboardException) as caught:
        edited(1)
    assert caught.value.frames[0] == ("<ipython-input-2-cell>", 3, "cell", "return x / 0")


def test_a_task_redefined(board):
    def make(text):
        return board.task(notebook_cell(3, text)["again"])

    first = make("def again(): return 1\n")
    assert first() == 1
    assert make("def again(): return 2\n")() == 2
    assert first() == 2, "the board has one function of a name"


def test_a_file_that_has_changed_since_is_not_sent(board, tmp_path):
    path = tmp_path / "changing.py"
    path.write_text("def before():\n    return 1\n")
    namespace = {}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    path.write_text("# a new line\n\ndef other():\n    return 2\n")
    with pytest.raises(ValueError, match="cannot be found"):
        board.task(namespace["before"])


def test_unknown_options_are_refused(board):
    with pytest.raises(TypeError, match="task has no option speed"):
        board.task(speed=3)
    with pytest.raises(TypeError, match="thread has no option timeout"):
        board.thread(timeout=3)


def test_names_that_the_board_has_are_no_free_variables(board):
    @board.task
    def factorial(number):
        return 1 if number < 2 else number * factorial(number - 1)

    @board.task
    def twice(number):
        return 2 * factorial(number)

    assert (factorial(5), twice(5)) == (120, 240)


def test_any_name_of_a_task_is_reachable(board):
    @board.task
    def add(a, b):
        return a + b

    @board.task
    def kind():
        return "kind"

    assert (board.task.add(2, 3), board.task.kind()) == (5, "kind")


def test_one_function_on_two_boards(board):
    with Device("sim:") as other:

        @board.task
        @other.task
        def where():
            return here  # noqa: F821

        board("here = 1")
        other("here = 2")
        assert (where(), other.task.where()) == (1, 2)


def test_asynchronous_generators_are_refused(board):
    with pytest.raises(ValueError, match="asynchronous generator"):

        @board.task
        async def ticks():
            yield 1


def test_a_character_that_the_repl_acts_on_costs_nothing(board):
    with pytest.raises(ValueError, match="control character"):
        board("'\x02'")
    assert board("1 + 1") == 2
