"""`minify` of both Belays beside `tokenize`, on the code of benches/data/make.py. Budget: 300 MB/s."""

from __future__ import annotations

import io
import tokenize

import pytest
from benches import tools
from benches.data import make
from tests.oracles.syntax_tree import difference

ROUNDS = {tools.OURS: 200, tools.EARLIER: 5}


@pytest.fixture(scope="module")
def programs(packages):
    return {name: content.decode() for name, content in packages.items()}


def bench_minify(benchmark, either_belay, programs, tmp_path):
    folder = make.write({name: program.encode() for name, program in programs.items()}, tmp_path)
    with tools.running(either_belay, None) as program:
        value = benchmark.pedantic(
            lambda: program.step("minify", folder, ROUNDS[either_belay])["value"], rounds=1
        )
    fastest_s, before, after, small = value
    for name, content in programs.items():
        assert difference(content, small[str(folder / name)]) is None
    assert before == sum(map(len, programs.values()))
    benchmark.extra_info.update(tool=either_belay, seconds=fastest_s, before=before, after=after)
    print(f"\n{either_belay}: {before / fastest_s / 1e6:.1f} MB/s, {after / before:.3f} of the size")


def bench_tokenize(benchmark, programs):
    def tokenized():
        for program in programs.values():
            for _ in tokenize.generate_tokens(io.StringIO(program).readline):
                pass

    benchmark.extra_info["before"] = sum(map(len, programs.values()))
    benchmark(tokenized)
