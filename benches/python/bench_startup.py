"""Start-up: CPU time of whole commands, children included, beside other tools and bare Python."""

import os
import subprocess

import pytest
from benches import tools

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


@pytest.mark.parametrize(
    ("command", "tool"), [(one, tool) for one in COMMANDS for tool in COMMANDS[one]], indirect=["tool"]
)
@pytest.mark.benchmark(timer=tools.children_cpu_s)
def bench_start_up(benchmark, command, tool):
    program, words = tools.program_of(tool), COMMANDS[command][tool]
    if tool in tools.BELAYS and words[0] != "-c":
        program = program.parent / "belay"
    environment = {**os.environ, "COLUMNS": "80"}

    def run():
        return subprocess.run([program, *words], capture_output=True, env=environment, timeout=30)

    done = run()
    assert done.returncode == (1 if os.devnull in words else 0), done.stderr
    benchmark.pedantic(run, rounds=15, iterations=1, warmup_rounds=1)
    benchmark.extra_info.update(command=command, tool=tool)
