"""Start-up: CPU time of whole commands, children included, beside other tools and bare Python."""

import os
import resource
import subprocess

import pytest
from benches import peers, tools

COMMANDS = {
    "bare Python": {name: ["-c", "pass"] for name in tools.BELAYS},
    "import belay": {name: ["-c", "import belay"] for name in tools.BELAYS},
    "--version": {name: ["--version"] for name in tools.TOOLS},
    "--help": {name: ["--help"] for name in tools.TOOLS},
    "up to opening the port": {
        **{name: ["info", os.devnull] for name in tools.BELAYS},
        "mpremote": ["connect", os.devnull, "exec", "1"],
        "mpytool": ["-p", os.devnull, "exec", "1"],
    },
}


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize(("command", "name"), [(one, name) for one in COMMANDS for name in COMMANDS[one]])
@pytest.mark.benchmark(timer=children_cpu)
def bench_start_up(benchmark, command, name):
    try:
        program = tools.program_of(name)
    except peers.Unavailable as reason:
        pytest.skip(str(reason))
    words = COMMANDS[command][name]
    if name in tools.BELAYS and words[0] != "-c":
        program = program.parent / "belay"
    environment = {**os.environ, "COLUMNS": "80"}

    def run():
        return subprocess.run([program, *words], capture_output=True, env=environment, timeout=30)

    done = run()
    assert done.returncode == (1 if os.devnull in words else 0), done.stderr
    benchmark.pedantic(run, rounds=15, iterations=1, warmup_rounds=1)
    benchmark.extra_info.update(command=command, tool=name)
