"""Values from text: `parse_literal` beside `ast.literal_eval`. Budgets: 65 us for 1,000 ints; 20 times."""

from __future__ import annotations

import ast
import random

import pytest

from belay._native import parse_literal

GENERATOR = random.Random(1)
VALUES = {
    "1,000 ints": [GENERATOR.randrange(-(10**6), 10**6) for _ in range(1000)],
    "nested dict": {
        f"key {number}": {"id": number, "rows": [number, number / 7, None, True], "name": ("x", b"\x00y")}
        for number in range(100)
    },
    "10 kB of bytes": GENERATOR.randbytes(10_000),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("reader", ["parse_literal", "literal_eval"])
def bench_literal(benchmark, name, reader):
    benchmark.group = name
    text = repr(VALUES[name])
    data = text.encode()
    assert parse_literal(data) == ast.literal_eval(text) == VALUES[name]
    if reader == "parse_literal":
        benchmark(parse_literal, data)
    else:
        benchmark(ast.literal_eval, text)
