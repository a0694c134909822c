"""The programs of a sync: short, and still the same."""

import ast
from contextlib import suppress

import pytest
from tests.oracles.mpy import compiled
from tests.oracles.syntax_tree import difference

from belay.exceptions import PyboardException
from belay.ondevice import code
from belay.sync.programs import program, sealed, shorten

# Bytes that each may have: what it costs to send.
BUDGETS = {
    "base64": 100, "compare": 800, "crc32": 150, "deflate": 130, "entries": 380, "files": 180, "fnv": 150,
    "folders": 150, "hidden": 135, "list": 240, "paced": 180, "receive": 1150, "scan": 100, "send": 620,
    "sha256": 140, "twins": 150, "zlib": 140,
}  # fmt: skip


@pytest.mark.parametrize("topic", BUDGETS)
def test_each_is_small_and_compiles(topic, tmp_path):
    text = program(topic)
    assert len(text) <= BUDGETS[topic]
    assert compiled(text, tmp_path)
    assert not {name for name in bound_globals(text) if not name.startswith("__belay_f")}


def bound_globals(text):
    """Names that the top level of a program binds."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets)
        else:
            assert isinstance(node, ast.Expr)


@pytest.mark.parametrize("topic", BUDGETS)
def test_only_local_names_are_shortened(topic):
    """Renamed back, letter for letter, it is the same program."""
    long, short = ast.parse(code(topic)), ast.parse(program(topic))
    back = {}
    for one, other in zip(ast.walk(long), ast.walk(short), strict=True):
        assert type(one) is type(other)
        for field in ("id", "arg", "name"):
            if isinstance(getattr(one, field, None), str) and not isinstance(one, (ast.alias, ast.keyword)):
                assert back.setdefault(getattr(other, field), getattr(one, field)) == getattr(one, field)
                setattr(other, field, getattr(one, field))
        if isinstance(one, ast.Nonlocal):
            other.names = [back[name] for name in other.names]
    assert len(set(back.values())) == len(back)
    assert difference(ast.unparse(long), ast.unparse(short)) is None


def test_what_is_no_local_name_stays():
    text = "def __belay_x(path,size):\n import os\n data=os.path(size)\n return len(data.size(path=1))\n"
    # `path` and `size` are attributes and keywords elsewhere.
    assert shorten(text) == text.replace("data", "a")


@pytest.mark.parametrize("position", range(0, 76, 5))
def test_a_sealed_program_runs_whole_or_not_at_all(board, position):
    text = "x = 'it\\'s \\\\ \\x03 é'\ny = \"\"\"'''\"\"\"\nfor _ in range(1):\n  x += y\n"
    whole = sealed(text)
    board(whole)
    assert board("x") == "it's \\ \x03 é'''"
    board("x = 0")
    start = whole.index("b'''") + 4 + position
    for damaged in (whole[:start] + whole[start + 1 :], whole[:start] + "~" + whole[start + 1 :]):
        with suppress(PyboardException):
            board(damaged)
        # A backslash less before a quote is the same program.
        assert board("x") in (0, "it's \\ \x03 é'''")
        board("x = 0")
    assert not board("x")
