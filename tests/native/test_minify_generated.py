"""`minify` on programs that hypothesmith makes from Python's grammar: nothing that a person would write."""

from __future__ import annotations

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings
from tests.oracles.syntax_tree import difference

from belay import minify

PROGRAMS = hypothesmith.from_grammar() | hypothesmith.from_node()
BOUNDED = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)

# The generator compiles what it makes.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")


def check(program: str) -> None:
    result = minify(program)
    assert difference(program, result) is None
    assert minify(result) == result
    assert result.count("\n") == program.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@settings(BOUNDED, max_examples=60, derandomize=True)
@given(PROGRAMS)
def test_sample(program):
    check(program)


@pytest.mark.slow
@pytest.mark.timeout(1000)
@settings(BOUNDED, max_examples=600)
@given(PROGRAMS)
def test_many(program):
    check(program)
