"""`parse_literal` on what the real MicroPython prints: each value is made here and there, and compared."""

from __future__ import annotations

import random
import subprocess
import sys
from array import array
from collections import OrderedDict, namedtuple
from typing import Any

import pytest
from tests.oracles.literal import canonical

from belay._native import parse_literal
from belay.exceptions import NotBelayResponseError

pytest.importorskip("micropython_unix")

RUN = "import micropython_unix, sys; sys.exit(micropython_unix.run_main(['micropython', sys.argv[1]]))"
START = "from array import array\nfrom collections import OrderedDict, namedtuple\n"

EXPRESSIONS = """
None
...
True
0
-1
2**31, 2**62, 2**63, 2**64, -2**63, -2**64, 10**60, -10**60
1.0, -0.0, 0.1, 1e15, 1e16, 1e20, 1.5e-07, -5e-324, 1.7976931348623157e308
float('nan')
float('inf'), -float('inf')
1j, complex(0, -1.5), complex(1, 2), complex(-1.5, 1e20)
complex(float('nan'), float('-inf'))
''
'plain'
"it's"
'"quoted"'
'it\\'s "both"'
'\\n\\r\\t\\\\\\x00\\x07\\x1b\\x7f'
'\\x80\\xe9\\u20ac\\u2028\\U0001f600\\U0010ffff'
'\\ud800'
b''
b'\\'"\\n\\x00\\x7f\\x80\\xff'
bytes(range(256))
bytearray(b'a\\x00\\xff'), bytearray()
(), (1,), (1, 2), ((),), [[]], [()]
{}
{'a': 1, 2: [3, {'b': None}], (4, 5): {6}}
set(), {1}, {1, 'a', None}
frozenset(), frozenset({1, 2}), {frozenset({1})}
range(3), range(1, 10, 3), range(3, 0, -1)
array('B'), array('B', [1, 255]), array('b', [-1]), array('H', [65535]), array('h', [-2])
array('i', [-2**31]), array('I', [2**32 - 1]), array('q', [-2**63]), array('Q', [2**64 - 1])
array('f', [0.1, 1.5]), array('d', [0.1, float('inf')])
OrderedDict(), OrderedDict([('b', 1), ('a', [2])])
{'a': 1}.keys(), {'a': 1}.values(), {'a': 1}.items(), {}.keys()
namedtuple('Point', ('x', 'y'))(1, [2]), namedtuple('One', ('x',))('a')
""".strip().splitlines()

NO_VALUES = """
object()
len
int
iter([])
(number for number in [])
memoryview(b'ab')
ValueError('no')
[1, ValueError()]
array('P', [1])
""".strip().splitlines()

CHARACTERS = [*map(chr, range(0x180)), *"\u2028\u20ac\ud7ff\ue000\uffff\U00010000\U0001f600\U0010ffff"]


def printed_by_the_board(folder: Any, expressions: list[str]) -> list[bytes]:
    """What `repr` gives for each."""
    program = folder / "program.py"
    lines = "".join(f"print(repr(({expression})))\n" for expression in expressions)
    program.write_text(START + lines, encoding="utf-8")
    child = subprocess.run(
        [sys.executable, "-c", RUN, str(program)], capture_output=True, timeout=60, cwd=folder
    )
    assert child.returncode == 0, child.stdout[-200:]
    return child.stdout.splitlines()


def as_returned(value: Any) -> Any:
    """Dict views come back as lists."""
    if isinstance(value, (type({}.keys()), type({}.values()), type({}.items()))):
        return list(value)
    return tuple(map(as_returned, value)) if type(value) is tuple else value


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    expressions = EXPRESSIONS + NO_VALUES
    return dict(zip(expressions, printed_by_the_board(folder, expressions), strict=True))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_the_board_and_the_host_agree(table, expression):
    names = {"array": array, "OrderedDict": OrderedDict, "namedtuple": namedtuple}
    expected = as_returned(eval(expression, names))
    assert canonical(parse_literal(table[expression])) == canonical(expected)


@pytest.mark.parametrize("expression", NO_VALUES)
def test_what_is_no_value_is_an_error(table, expression):
    with pytest.raises(NotBelayResponseError) as caught:
        parse_literal(table[expression])
    assert table[expression].decode() in caught.value.message


def test_an_attribute_tuple(tmp_path):
    (text,) = printed_by_the_board(tmp_path, ["__import__('sys').implementation"])
    value = parse_literal(text)
    assert type(value).__name__ == "AttributeTuple"
    assert value.name == "micropython"
    assert value.version[:2] >= (1, 17)
    assert value._machine == value[2]


def test_random_values(tmp_path):
    generator = random.Random(5)

    def value(depth: int) -> Any:
        kind = generator.randrange(5 if depth == 0 else 9)
        count = generator.randrange(5)
        if kind == 0:
            return generator.randrange(-1 << generator.randrange(1, 200), 1 << 70)
        if kind == 1:
            return "".join(generator.choices(CHARACTERS, k=count))
        if kind == 2:
            return generator.randbytes(count * 3)
        if kind == 3:
            return generator.choice([None, True, False, 0.5, -2.25, 1e20])
        if kind == 4:
            return generator.randrange(-100, 100)
        if kind == 5:
            return [value(depth - 1) for _ in range(count)]
        if kind == 6:
            return tuple(value(depth - 1) for _ in range(count))
        if kind == 7:
            return {value(0) for _ in range(count)}
        return {value(0): value(depth - 1) for _ in range(count)}

    values = [value(3) for _ in range(500)]
    printed = printed_by_the_board(tmp_path, [ascii(item) for item in values])
    assert [canonical(parse_literal(text)) for text in printed] == [canonical(item) for item in values]
