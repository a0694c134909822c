"""Values as program text: Python reads back what was written."""

import math
from collections import OrderedDict, namedtuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belay.repl.literals import literal_text

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
)
hashable = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
values = st.recursive(
    scalars | st.frozensets(hashable) | st.sets(hashable),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(hashable, inner),
    max_leaves=20,
)


@given(values)
def test_python_reads_back_what_was_written(value):
    text = literal_text(value)
    result = eval(text)
    assert result == value
    assert type(result) is type(value)
    assert not set(text) & set("\x01\x02\x03\x04"), "bytes that mean something to the raw REPL"


def test_what_has_no_literal_of_its_own():
    assert math.isnan(eval(literal_text(math.nan)))
    assert eval(literal_text([math.inf, -math.inf])) == [math.inf, -math.inf]
    assert eval(literal_text(complex(math.inf, 1))) == complex(math.inf, 1)
    assert eval(literal_text(bytearray(b"x"))) == bytearray(b"x")
    assert eval(literal_text(-(10**6000))) == -(10**6000)
    assert literal_text(OrderedDict(a=1)) == "{'a':1}"
    assert literal_text(namedtuple("P", "x")(1)) == "(1,)"


@pytest.mark.parametrize("value", [object(), print, [object()], {1: {object()}}, {object(): 1}, range(3)])
def test_what_is_no_literal_is_refused(value):
    with pytest.raises(TypeError, match="is no Python literal"):
        literal_text(value)


def test_what_contains_itself_is_refused():
    loop = []
    loop.append({"again": (loop,)})
    with pytest.raises(ValueError, match="contains itself"):
        literal_text(loop)
