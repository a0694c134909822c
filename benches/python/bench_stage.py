"""A folder of 1,000 files and 5 MB walked, minified and hashed, beside plain Python. Budget: 20 times.

The twin drops comments only: a minifier in Python that does all of it takes several times as long.
"""

from __future__ import annotations

import pytest
from benches.data import make
from tests.oracles.stage import staged

from belay.sync.stage import DEFAULT_IGNORE, stage


@pytest.fixture(scope="module")
def folder(packages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stage")
    for number in range(17):
        make.write(packages, folder / f"copy{number}")
    (folder / "copy0/__pycache__").mkdir()
    (folder / "copy0/__pycache__/x.pyc").write_bytes(b"x")
    return folder


def by_belay(folder, shrink):
    return stage(folder, ignore=DEFAULT_IGNORE, shrink=shrink, compiler=None, root="/tree/")


def by_plain_python(folder, shrink):
    return staged(folder, DEFAULT_IGNORE, shrink)


@pytest.mark.parametrize("stager", [by_belay, by_plain_python])
def bench_stage(benchmark, folder, stager):
    ours = {
        name: (file.source_bytes, *file.hashes[:2]) for name, file in by_belay(folder, False).items() if file
    }
    assert ours == by_plain_python(folder, False)
    assert len(ours) > 1000
    benchmark.group = "1,020 files, 4.9 MB"
    benchmark.pedantic(stager, (folder, True), rounds=5, warmup_rounds=1)
