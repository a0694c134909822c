"""`minify` beside `tokenize` on the code of benches/data/make.py. Budgets: 300 MB/s; 40 times."""

from __future__ import annotations

import io
import tokenize

import pytest
from benches.data import make
from tests.oracles.syntax_tree import difference

from belay import minify


@pytest.fixture(scope="module")
def programs():
    try:
        return [content.decode() for content in make.packages().values()]
    except make.Unavailable as reason:
        pytest.skip(str(reason))


def by_minify(programs):
    for program in programs:
        minify(program)


def by_tokenize(programs):
    for program in programs:
        for _ in tokenize.generate_tokens(io.StringIO(program).readline):
            pass


@pytest.mark.parametrize("reader", [by_minify, by_tokenize])
def bench_minify(benchmark, programs, reader):
    for program in programs:
        assert difference(program, minify(program)) is None
    benchmark.group = "60 modules"
    characters = sum(map(len, programs))
    benchmark(reader, programs)
    if benchmark.stats:  # none with --benchmark-disable
        benchmark.extra_info["MB/s"] = round(characters / benchmark.stats.stats.median / 1e6, 1)
