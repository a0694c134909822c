"""`minify` on code for boards: what MicroPython compiles it to, its size, its speed.

The code is our own corpus, and ten source distributions (see benches/data/make.py). Where those cannot be
downloaded, their tests are skipped with the reason.
"""

from __future__ import annotations

import io
import timeit
import tokenize
from pathlib import Path

import pytest
from benches.data import make
from tests.oracles import earlier_belay
from tests.oracles.mpy import compiled
from tests.oracles.syntax_tree import difference

from belay import minify

CORPUS = sorted((Path(__file__).parents[1] / "data" / "minify").glob("*.py"))
EVERY = 5  # `make test` compiles one in so many of the distributions' programs


@pytest.fixture(scope="module")
def programs():
    try:
        return make.device_code()
    except make.Unavailable as reason:
        pytest.skip(str(reason))


def check_on_the_board(programs, folder):
    """Compiled on the host, each program and its result are the same bytes, line table included."""
    for name, source in programs.items():
        code = compiled(source, folder)
        assert code is not None, f"{name}: MicroPython refuses the program itself"
        assert compiled(minify(source), folder) == code, name


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_corpus_on_the_board(path, tmp_path):
    check_on_the_board({path.name: path.read_text(encoding="utf-8")}, tmp_path)


def test_sample_on_the_board(programs, tmp_path):
    check_on_the_board(dict(list(programs.items())[::EVERY]), tmp_path)


@pytest.mark.slow
def test_all_on_the_board(programs, tmp_path):
    assert len(programs) > 200
    check_on_the_board(programs, tmp_path)


def test_same_program(programs):
    for name, source in programs.items():
        result = minify(source)
        assert difference(source, result) is None, name
        assert minify(result) == result, name
        assert result.count("\n") == source.count("\n"), name


def test_share(programs):
    """About half of the original."""
    assert sum(len(minify(source)) for source in programs.values()) < 0.52 * sum(map(len, programs.values()))


@pytest.mark.slow
@pytest.mark.timeout(700)
def test_never_larger_than_the_earlier_implementation(programs):
    sources = [*programs.values(), *(path.read_text(encoding="utf-8") for path in CORPUS)]
    try:
        results = earlier_belay.minify_all(sources)
    except earlier_belay.Unavailable as reason:
        pytest.skip(str(reason))
    right = [
        (source, result)
        for source, result in zip(sources, results, strict=True)
        if result is not None and difference(source, result) is None
    ]
    assert len(right) > 0.9 * len(sources)
    assert [source for source, result in right if len(minify(source)) > len(result)] == []


def test_forty_times_as_fast_as_tokenize(programs):
    """The only assertion on speed: a ratio on the same text in the same run. Budget: benches."""
    text = "".join(list(programs.values())[::EVERY])

    def by_tokenize():
        for _ in tokenize.generate_tokens(io.StringIO(text).readline):
            pass

    by_tokenize_s = min(timeit.repeat(by_tokenize, number=1, repeat=3))
    by_minify_s = min(timeit.repeat(lambda: minify(text), number=5, repeat=5)) / 5
    assert by_tokenize_s / by_minify_s >= 40
