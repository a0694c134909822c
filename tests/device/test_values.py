"""Contract section 3 on a real interpreter: expressions, statements, and the values that come back."""

import array
import math
from collections import OrderedDict

import pytest

import belay

EXPRESSIONS = {
    "'hello'": "hello",
    "1, 2": (1, 2),
    "5 # five": 5,
    "b'ab'[0]": 97,
    "  7  ": 7,
    "(1 +\n 2)": 3,
    "[1, 2.5, 'x', b'y', None, True, (1,), {'a': {1}}]": [1, 2.5, "x", b"y", None, True, (1,), {"a": {1}}],
    "2**200": 2**200,
    "-3": -3,
    "float('inf')": math.inf,
    "1j*2": 2j,
    "'\\x04\\x04>'": "\x04\x04>",
    "'é\\n\\t\\0'": "é\n\t\0",
    "'\\U0001f600'": "\U0001f600",
    "bytes(range(256))": bytes(range(256)),
    "bytearray(b'abc')": bytearray(b"abc"),
    "range(0, 10, 3)": range(0, 10, 3),
    "set()": set(),
    "frozenset((1, 2))": frozenset((1, 2)),
    "{}.keys()": [],
    "{'a': 1}.items()": [("a", 1)],
    "(lambda: 3)()": 3,
    "[x for x in range(3)]": [0, 1, 2],
    "'a' 'b'": "ab",
    "''": "",
}


@pytest.mark.parametrize("code", EXPRESSIONS)
@pytest.mark.parametrize("minify", [True, False])
def test_an_expression_gives_its_value(board, code, minify):
    value = board(code, minify=minify)
    assert value == EXPRESSIONS[code]
    assert type(value) is type(EXPRESSIONS[code])


def test_values_that_are_no_literals_but_have_a_form(board):
    assert board("__import__('array').array('H', [1, 2])") == array.array("H", [1, 2])
    ordered = board("__import__('collections').OrderedDict([('b', 1), ('a', 2)])")
    assert ordered == OrderedDict([("b", 1), ("a", 2)])
    assert isinstance(ordered, OrderedDict)
    named = board("__import__('collections').namedtuple('Point', ('x', 'y'))(1, 2)")
    assert (type(named).__name__, named.x, named.y) == ("Point", 1, 2)
    assert math.isnan(board("float('nan')"))


@pytest.mark.parametrize(
    "code",
    [
        "x = 1",
        "x = 1; y = 2",
        "if True:\n    x = 1",
        "    x = 1\n    y = 2",
        "",
        "# nothing",
        "import os",
        "pass",
    ],
)
@pytest.mark.parametrize("minify", [True, False])
def test_statements_give_none(board, code, minify):
    assert board(code, minify=minify) is None


def test_statements_leave_their_names(board):
    board("foo = 1 + 2")
    assert board("foo") == 3


def test_indented_blocks_keep_the_inside_of_strings(board):
    code = "    text = '''\n  two\n    four'''\n    other = 1"
    for minify in (True, False):
        board("text = None")
        board(code, minify=minify)
        assert board("text") == "\n  two\n    four"


def test_text_that_only_the_board_understands_is_tried_there(board):
    assert board("print ('x') if 0 else 5") == 5
    with pytest.raises(belay.exceptions.PyboardException) as caught:
        board("a b c")
    assert caught.value.type_name == "SyntaxError"


def test_a_value_without_a_form_shows_its_text(board):
    with pytest.raises(belay.exceptions.NotBelayResponseError, match="<function"):
        board("lambda: 0")
    assert board("1") == 1


def test_trusted_evaluates_on_the_host(board):
    board("class Odd:\n def __repr__(self): return '[1] * 3'")
    assert board("Odd()", trusted=True) == [1, 1, 1]


def test_a_redefined_print_does_not_cut_us_off(device):
    device("def print(*a, **k): pass\ndef repr(x): return 'no'\ndef len(x): return 0")
    assert device("[1, 2]") == [1, 2]
    assert device("x = 1") is None


def test_a_long_list_comes_back_from_a_small_heap(device):
    assert device("list(range(5000))") == list(range(5000))


def test_a_value_whose_text_does_not_fit_comes_in_pieces(device):
    code = """
import gc
def fill():
    value = ['x' * 20] * 1500
    ballast = []
    gc.collect()
    while gc.mem_free() > 20000:
        ballast.append(bytearray(2000))
    return value, ballast
value, ballast = fill()
"""
    device(code)
    assert device("value") == ["x" * 20] * 1500
    assert device("len(ballast) > 0")
    assert device("'__belay_v' in globals()") is False


def test_deep_nesting(board):
    assert board("x = []\nfor i in range(50): x = [x]") is None
    value = board("x")
    for _ in range(50):
        (value,) = value
    assert value == []


@pytest.mark.parametrize("code", [5, b"1", None, print])
def test_code_is_text(board, code):
    with pytest.raises(TypeError, match=f"code as a str, not {type(code).__name__}"):
        board(code)
