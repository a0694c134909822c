"""Connecting and moving files, beside other tools: each a whole program over one paced link (1 ms, 800 kB/s).

Each tool first brings a tree to an empty board, then again unchanged, then (the 60 files) with one changed;
what the board holds at the end is verified.
"""

from __future__ import annotations

import zlib

import pytest
from benches import tools
from benches.data import make
from benches.link import open_link
from tests.oracles.syntax_tree import difference

from belay import Device, minify

TREES = {
    "60 files": make.packages,
    "400 tiny files": make.tiny,
}


def bench_open(benchmark, tool):
    def measure():
        with open_link() as link:
            figures = tools.whole(tool, link, "open")
        value = figures.get("alone", figures)["value"]
        assert int(value) == 2
        return {"open to first result": figures}

    tools.keep_fastest(benchmark, tool, measure)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("tree", TREES)
def bench_sync(benchmark, tool, tree, tmp_path):
    try:
        files = TREES[tree]()
    except make.Unavailable as reason:
        pytest.skip(str(reason))
    folder = make.write(files, tmp_path / "tree")
    changed = sorted(files)[len(files) // 2]
    after_change = files[changed] + b"\nlast = 1\n"
    as_sent = minify(after_change.decode()).encode() if changed.endswith(".py") else after_change

    def measure():
        figures = {}
        (folder / changed).write_bytes(files[changed])
        with open_link() as link:
            figures[f"{tree}, first"] = tools.whole(tool, link, "sync", folder)
            figures[f"{tree}, unchanged"] = tools.whole(tool, link, "sync", folder)
            if tree == "60 files":
                (folder / changed).write_bytes(after_change)
                one = tools.whole(tool, link, "sync", folder)
                figures[f"{tree}, one changed"] = {**one, "file_bytes": len(zlib.compress(as_sent, 9))}
            verify(link, folder, files)
        return figures

    tools.keep_fastest(benchmark, tool, measure)


def verify(link, folder, files):
    """Each file is there; of every tenth the content is, or for Python the same program in fewer bytes."""
    with Device(link.port, startup="") as device:
        assert {entry.path[1:] for entry in device.fs.tree() if not entry.is_folder} >= set(files)
        for name in sorted(files)[::10]:
            content, there = (folder / name).read_bytes(), device.fs.read(f"/{name}")
            same = name.endswith(".py") and difference(content.decode(), there.decode()) is None
            assert same or there == content, name


@pytest.mark.timeout(600)
def bench_noise(benchmark, tool, tmp_path):
    folder = make.write({"noise.bin": make.noise()}, tmp_path / "tree")
    back = tmp_path / "back.bin"

    def measure():
        with open_link() as link:
            up = tools.whole(tool, link, "sync", folder)
            back.unlink(missing_ok=True)
            down = tools.whole(tool, link, "download", "/noise.bin", back)
        assert back.read_bytes() == make.noise()
        return {"256 KiB up": up, "256 KiB down": down}

    tools.keep_fastest(benchmark, tool, measure)
