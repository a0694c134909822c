"""`parse_literal`: by example, against Python's own parser, in depth. On a board: test_literal_board.py."""

from __future__ import annotations

import array
import ast
import contextlib
import math
import random
import subprocess
import sys
import threading
import timeit
from collections import OrderedDict, namedtuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.oracles import literal as oracle

from belay._native import parse_literal
from belay.exceptions import NotBelayResponseError

Point = namedtuple("Point", "x y")
AttributeTuple = namedtuple("AttributeTuple", "sysname release")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("None", None),
        ("False", False),
        ("Ellipsis", ...),
        ("-12", -12),
        ("9223372036854775808", 2**63),
        ("-9223372036854775809", -(2**63) - 1),
        ("1e+20", 1e20),
        ("-0.0", -0.0),
        ("nan", math.nan),
        ("-inf", -math.inf),
        ("1j", 1j),
        ("-0j", complex(0.0, -0.0)),
        ("(-0-0j)", complex(-0.0, -0.0)),
        ("(nan+infj)", complex(math.nan, math.inf)),
        (r"'\x80\u20ac\U0001f600\'\"\\\n'", "\x80\u20ac\U0001f600'\"\\\n"),
        ("'\u00e9\u20ac\U0001f600'", "\u00e9\u20ac\U0001f600"),
        (r"'\ud83d\ude00'", "\ud83d\ude00"),
        (r"b'\x00\xff\'a'", b"\x00\xff'a"),
        ("()", ()),
        ("(1,)", (1,)),
        ("{}", {}),
        ("{1: 2, 1: 3, True: 4}", {1: 4}),
        ("{2, 1}", {1, 2}),
        (r"bytearray(b'a\x00')", bytearray(b"a\0")),
        ("range(0, 9, 2)", range(0, 9, 2)),
        ("array('B')", array.array("B")),
        ("array('d', [1.5, -2.0])", array.array("d", [1.5, -2.0])),
        ("frozenset()", frozenset()),
        ("{frozenset({1}): set()}", {frozenset({1}): set()}),
        ("OrderedDict({'b': 1, 'a': 2})", OrderedDict([("b", 1), ("a", 2)])),
        ("OrderedDict([('b', 1), ('a', 2)])", OrderedDict([("b", 1), ("a", 2)])),
        ("dict_keys(['a'])", ["a"]),
        ("dict_items([('a', 1)])", [("a", 1)]),
        ("Point(x=1, y=[2])", Point(1, [2])),
        ("(sysname='rp2', release='1.19.1')", AttributeTuple("rp2", "1.19.1")),
        (" \r\n[1,\t2] \n", [1, 2]),
    ],
)
def test_values(text, value):
    assert oracle.canonical(parse_literal(text.encode())) == oracle.canonical(value)


def test_a_dict_keeps_the_order_of_the_text():
    assert list(parse_literal(b"{'b': 1, 'a': 2, 'c': 3, 'b': 4}")) == ["b", "a", "c"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<generator object 'f' at 7f00>",
        "<memoryview>",
        "ValueError('no',)",
        "__import__('os').getcwd()",
        "[1, 2",
        "1 2",
        "{[]: 1}",
        "{1, {2}}",
        "{([],): 1}",
        "range(0, 3, 0)",
        "range(0, 1.5)",
        "array('P', [1])",
        "array('B', [256])",
        "array([1.0, 2.0], dtype=float32)",  # CircuitPython's ulab
        "OrderedDict(['ab'])",
        "OrderedDict([(1, 2, 3)])",
        "lambda(a=1)",
        "N()",
        "'a\n'",
    ],
)
def test_everything_else_is_an_error_that_shows_the_text(text):
    with pytest.raises(NotBelayResponseError) as caught:
        parse_literal(text.encode())
    assert f": {text} (" in caught.value.message
    assert caught.value.hint


def test_the_error_says_what_and_where():
    with pytest.raises(NotBelayResponseError, match=r"\[1, <x>\] \(no value begins like this, at byte 4\)"):
        parse_literal(b"[1, <x>]")
    with pytest.raises(NotBelayResponseError, match=r"unhashable type: 'list', at byte 3") as caught:
        parse_literal(b"[0,{[]: 1}]")
    assert isinstance(caught.value.__cause__, TypeError)


@pytest.mark.parametrize("place", [0, 5, 150, 5000, 9999])
def test_the_error_shows_200_bytes_around_the_place(place):
    text = bytearray(b"[" + b"1," * 4999 + b"]")
    text[place] = ord("!")
    with pytest.raises(NotBelayResponseError) as caught:
        parse_literal(bytes(text))
    shown = caught.value.message.split("knows: ")[1].split(" (")[0]
    assert "!" in shown
    assert len(shown.strip("…")) == 200
    assert shown.startswith("…") == (place > 100)


def test_a_text_is_bytes():
    with pytest.raises(TypeError):
        parse_literal("1")


def test_bytes_that_are_no_utf8_are_kept_as_surrogates():
    """Firmware without Unicode prints them raw, in names of files say: one must not hide all others."""
    value = parse_literal(b"['caf\xe9', 'a\\n\xff\xc3\xa9']")
    assert value == [b"caf\xe9".decode(errors="surrogateescape"), "a\n\udcff\u00e9"]
    assert value[0].encode(errors="surrogateescape") == b"caf\xe9"
    with pytest.raises(NotBelayResponseError, match=r"caf\\xe9"):
        parse_literal(b"caf\xe9")


def test_integers_know_no_limit_of_digits():
    assert parse_literal(b"142857" * 2000) == (10**12000 - 1) // 7
    assert parse_literal(b"-1" + b"0" * 5000) == -(10**5000)


class TestNamedTuples:
    def test_one_class_for_one_name_and_fields(self):
        first, second = parse_literal(b"[P(x=1, y=2), P(x=3, y=4)]")
        assert type(first) is type(second) is type(parse_literal(b"P(x=0, y=0)"))
        assert type(first) is not type(parse_literal(b"P(y=0, x=0)"))
        assert first.x == 1
        assert isinstance(first, tuple)

    def test_fields_that_python_refuses_can_be_read_under_their_name(self):
        value = parse_literal(
            b"(name='micropython', version=(1, 29, 0, ''), _machine='linux', _mpy=2822, if=1)"
        )
        assert value._fields == ("name", "version", "_2", "_3", "_4")
        assert (value._machine, value._mpy, value.name) == ("linux", 2822, "micropython")
        assert getattr(value, "if") == 1

    def test_fields_change_nothing_that_python_needs(self):
        value = parse_literal(b"N(a=1, a=2, __class__=3, __del__=4, _make=5, __getattr__=6, index=7)")
        assert value == (1, 2, 3, 4, 5, 6, 7)
        assert (value.a, value.index) == (1, 7)
        assert not hasattr(value, "missing")
        assert not hasattr(value, "__del__")
        assert value._replace(a=8) == (8, 2, 3, 4, 5, 6, 7)

    def test_any_number_of_classes(self):
        for number in range(600):
            assert parse_literal(b"P(f%d=1)" % number) == (1,)


TEXTS = st.text(st.characters(exclude_characters="\0"), max_size=12)
HASHABLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | TEXTS
    | st.binary(max_size=12),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=4),
    max_leaves=8,
)
VALUES = st.recursive(
    HASHABLE
    | st.binary(max_size=8).map(bytearray)
    | st.builds(range, st.integers(), st.integers(), st.integers(min_value=1))
    | st.lists(st.integers(-(2**31), 2**31 - 1), max_size=5).map(lambda items: array.array("i", items)),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=4).map(tuple)
        | st.sets(HASHABLE, max_size=4)
        | st.dictionaries(HASHABLE, inner, max_size=4)
        | st.dictionaries(HASHABLE, inner, max_size=4).map(OrderedDict)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=12,
)


@given(VALUES)
@example([math.nan, -math.nan, {math.nan}, complex(-0.0, math.nan)])
@example("\ud800 \udfff\U0010ffff\x7f\x85\u2028")
def test_a_printed_value_comes_back(value):
    text = repr(value)
    assert oracle.canonical(parse_literal(text.encode(errors="surrogateescape"))) == oracle.canonical(value)


PIECES = [*"[](){},:='\"\\.+-017jeb_x \n", "", "nan", "inf", "None", "a=", "frozenset({", "})"]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The text of a value with a few pieces changed, moved or lost."""
    text = draw(VALUES.map(repr) | st.sampled_from(["(a=1, b='x')", "[(a=(b=2))]", "N(a=-1.5e+3j)"]))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 3)))
        piece = draw(st.sampled_from(PIECES))
        text = text[:start] + piece + text[end:]
    return text


@settings(max_examples=500)
@given(damaged())
@example("(1+2j")
@example("1+-2j")
@example("(a=1)(b=2)")
@example("(\nNone=1, a=2, a=3)")
def test_what_is_read_is_what_python_reads(text):
    """Never another value than Python's own parser gives; an error where that gives one."""
    try:
        value = parse_literal(text.encode(errors="surrogateescape"))
    except NotBelayResponseError:
        return
    assert oracle.canonical(value) == oracle.canonical(oracle.read(text)), text
    try:
        plain = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        return
    # It negates a whole `-1j`, the absent real part too: there only the twin is right.
    assert "j" in text or oracle.canonical(value) == oracle.canonical(plain)


@given(st.binary(max_size=60))
def test_noise_never_crashes(text):
    with contextlib.suppress(NotBelayResponseError):
        parse_literal(text)


DEEP = """
import threading
from belay._native import parse_literal
from belay.exceptions import NotBelayResponseError

def build():
    for opening, closing in [("[", "]"), ("(", ",)"), ("{0:", "}"), ("P(a=", ")"), ("(a=", ")"),
                             ("frozenset({", "})"), ("OrderedDict({0:", "})"), ("[(1,{2:", "})]")]:
        levels = 1_000_000 if len(opening) < 4 else 250_000
        value = parse_literal((opening * levels + "0" + closing * levels).encode())
        del value
        for text in opening * levels, "{" + opening * levels + "0" + closing * levels + "}":
            try:
                parse_literal(text.encode())
            except NotBelayResponseError:
                pass
    # As deep as Python may hash, and two of them, so that it compares.
    key = "(" * 1000 + "0" + ",)" * 1000
    assert len(parse_literal(f"{{{key}: 1}}".encode())) == 1
    print("survived")

threading.stack_size(512 * 1024)
thread = threading.Thread(target=build)
thread.start()
thread.join()
"""


def test_a_million_brackets_cost_no_stack():
    """In a thread with a small stack, built and freed; in a child, as a crash would end the tests."""
    child = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, timeout=100)
    assert (child.stdout, child.returncode) == ("survived\n", 0), child.stderr[-500:]


def test_threads_share_nothing_but_classes():
    text = b"[Shared(a=%d), {'k': (1, 2.5)}]"
    wrong = []

    def work(number: int) -> None:
        for _ in range(300):
            value = parse_literal(text % number)
            if value != [(number,), {"k": (1, 2.5)}]:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong


@pytest.mark.parametrize(
    "value",
    [
        random.Random(2).sample(range(-(10**6), 10**6), 1000),
        {f"key {number}": {"id": number, "rows": [number, number / 7, None]} for number in range(100)},
    ],
    ids=["1,000 ints", "nested dict"],
)
def test_far_faster_than_literal_eval(value):
    """The budget is 20 times, see benches/python/bench_literal.py; here with a margin for busy machines."""
    text = repr(value)
    data = text.encode()
    assert parse_literal(data) == ast.literal_eval(text) == value
    ours = min(timeit.repeat(lambda: parse_literal(data), number=20, repeat=7)) / 20
    theirs = min(timeit.repeat(lambda: ast.literal_eval(text), number=1, repeat=7))
    assert theirs / ours >= 8
