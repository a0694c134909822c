"""The package manager against a server on loopback, beside one request after the other.

Times are ratios of one run: an index with 50 ms a request, and an archive of 2,000 files.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import time

from tests.support import webhost as hosts
from tests.support.webhost import WebHost

from belay.packages import http, update
from belay.packages.cache import Cache
from belay.project import config

LATENCY_S = 0.05
PACKAGES = 20


def serve(fill, pipe):
    """The server's process: its work must not slow the client down."""
    with WebHost() as host:
        fill(host)
        pipe.send(host.mirrors())
        pipe.recv()


@contextlib.contextmanager
def serving(fill):
    """The mirrors of a server that ``fill`` was given to."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=serve, args=(fill, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        process.join(10)


def fresh(tmp_path, mirrors, dependencies):
    """A function that updates a new project with an empty cache, and gives the changes."""
    number = 0

    def run():
        nonlocal number
        number += 1
        root = tmp_path / f"project-{number}"
        root.mkdir()
        (root / "pyproject.toml").write_text(f"[tool.belay.dependencies]\n{dependencies}\n")
        environment = {"BELAY_MIRRORS": json.dumps(mirrors), "NETRC": os.devnull}
        settings = config.load(root, environment).settings
        options = update.Options(Cache(tmp_path / f"cache-{number}"), environment=environment)
        return update.update(settings, (), options)

    return run


def index_of_20(host):
    """A file each, 50 ms a request."""
    host.latency_s = LATENCY_S
    for number in range(PACKAGES):
        host.put_package(f"p{number}", {f"p{number}.py": f"x = {number}\n"})


def archive_of_2000(host):
    """2,000 files in 40 folders."""
    files = {f"lib/d{number % 40}/f{number}.py": f"x = {number}\n" * 40 for number in range(2000)}
    host.put("/codeload/o/r/tar.gz/main", hosts.archive(files))


def bench_20_packages_of_an_index(benchmark, tmp_path, monkeypatch):
    with serving(index_of_20) as mirrors:
        run = fresh(tmp_path, mirrors, "\n".join(f'p{number} = "*"' for number in range(PACKAGES)))
        assert len(run()) == PACKAGES
        with monkeypatch.context() as patch:  # the peer: the same, one request after the other
            patch.setattr(http, "IN_FLIGHT", 1)
            started = time.perf_counter()
            run()
            serial_s = time.perf_counter() - started
        benchmark.pedantic(run, rounds=7)
    ratio = serial_s / benchmark.stats.stats.min
    benchmark.extra_info["serial_s"] = serial_s
    print(f"{ratio:.1f} times faster than one request after the other")


def bench_archive_of_2000_files(benchmark, tmp_path):
    with serving(archive_of_2000) as mirrors:
        run = fresh(tmp_path, mirrors, 'lib = "https://github.com/o/r/tree/main/lib"')
        assert run()[0].files == 2000
        benchmark.pedantic(run, rounds=5)
