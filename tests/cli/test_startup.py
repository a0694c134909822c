"""What starting imports: `benches/python/bench_startup.py` measures the budgets, this keeps them."""

import subprocess
import sys

import pytest
from tests.cli.test_help import commands

HEAVY = {"rich", "httpx", "questionary", "tomlkit", "asyncio", "prompt_toolkit"}
BOARD = {"serial", "websocket", "belay.device.device", "belay.sim.launcher", "ctypes", "tempfile"}
EVERYTHING = {"typer", "click", "json", "inspect", "subprocess", "typing_extensions"}


@pytest.mark.parametrize(
    ("program", "unwanted"),
    [
        ("import belay", HEAVY | BOARD | EVERYTHING),
        ("sys.argv[1:] = ['--version']; from belay.__main__ import main; main()", HEAVY | BOARD | EVERYTHING),
        ("from belay.cli.main import run; run(['info', '/dev/null'])", HEAVY | {"websocket", "ctypes"}),
        (
            f"from belay.cli.main import run\nfor path in {[each for each in commands() if each]}:\n"
            "    run([*path, '--help'])",
            (HEAVY | BOARD) - {"tempfile"},  # of `run`
        ),
        ("from belay.cli.main import run; run(['info', '--help'])", {"tempfile", "belay.cli.run_executable"}),
    ],
    ids=["import", "version", "info", "help", "one"],
)
def test_what_is_not_imported(program, unwanted):
    program = f"import sys\n{program}\nprint(*sorted({unwanted} & set(sys.modules)), sep=',')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "", done.stderr
