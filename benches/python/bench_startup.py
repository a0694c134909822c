"""Start-up rows of the budgets: CPU time of whole commands, children included, against bare Python."""

import os
import resource
import subprocess
import sys

import pytest

COMMANDS = {
    "bare python": [sys.executable, "-c", "pass"],
    "import belay (60 ms)": [sys.executable, "-c", "import belay"],
    "belay --version (50 ms)": [sys.executable, "-m", "belay", "--version"],
    "belay info up to opening PORT (120 ms)": [sys.executable, "-m", "belay", "info", os.devnull],
    "belay --help (120 ms)": [sys.executable, "-m", "belay", "--help"],
}


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.benchmark(timer=children_cpu, min_rounds=10, warmup=True, warmup_iterations=2)
def bench_start_up(benchmark, name):
    environment = {**os.environ, "COLUMNS": "80"}

    def run():
        return subprocess.run(COMMANDS[name], capture_output=True, env=environment, timeout=30)

    done = run()
    assert done.returncode == (1 if "info" in name else 0), done.stderr
    benchmark.pedantic(run, rounds=15, iterations=1)
