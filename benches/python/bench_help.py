"""The start-up row of the budgets for each command: CPU time of `--help`, children included; 120 ms."""

import os
import subprocess
import sys

import pytest
from benches import tools

from belay.cli.main import COMMANDS


@pytest.mark.parametrize("name", ["", *COMMANDS])
@pytest.mark.benchmark(timer=tools.children_cpu_s)
def bench_help(benchmark, name):
    command = [sys.executable, "-m", "belay", *name.split(), "--help"]

    def run():
        return subprocess.run(command, capture_output=True, timeout=30, env={**os.environ, "COLUMNS": "80"})

    assert run().stdout.startswith(b"Usage: belay")
    benchmark.pedantic(run, rounds=10, iterations=1, warmup_rounds=1)
