"""`info`, `exec` and `run` as whole commands: arguments to exit status, stdout, stderr."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "BELAY_DEVICE"}


def belay(*arguments, **environment):
    command = [sys.executable, "-m", "belay", *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**ENVIRONMENT, **environment}
    )
    return done.returncode, done.stdout, done.stderr


def test_info():
    status, printed, errors = belay("info", "sim:")
    assert (status, errors) == (0, "")
    assert printed.startswith("micropython v1.")
    first, *rest = printed.splitlines()
    assert first.endswith(" - linux")
    assert [line.split()[0] for line in rest] == ["code", "arch", "RAM", "flash", "sync", "port", "line"]
    assert "native viper" in printed
    assert re.search(r"RAM +[\d,]{6,} bytes free", printed)
    assert re.search(r"flash +[\d,]+ of 2,097,152 bytes free", printed)
    assert "simulated board: pushes back" in printed


def test_info_as_json():
    status, printed, _ = belay("info", "--json", BELAY_DEVICE="sim:?heap=64k&flash=64k")
    found = json.loads(printed)
    assert (status, found["name"], found["platform"]) == (0, "micropython", "linux")
    assert 30_000 < found["ram_free_bytes"] < 100_000
    assert 0 < found["flash_free_bytes"] <= found["flash_bytes"] == 65536
    assert found["hash"] in ("crc32", "sha256")
    assert found["transfer"] == {"blocks": "buffer", "inflate": "deflate"}
    assert found["line"]["kind"] == "simulated board"


def test_info_of_a_board_that_is_not_there():
    status, printed, errors = belay("info", "/dev/ttyNONE")
    assert (status, printed) == (1, "")
    assert errors.startswith("error: there is no port /dev/ttyNONE")


def test_exec_prints_the_value_as_repr_unless_none():
    assert belay("exec", "sim:", "'a' + 'b'") == (0, "'ab'\n", "")
    assert belay("exec", "sim:", "print('x')") == (0, "x\n", "")
    assert belay("exec", "x = 1", BELAY_DEVICE="sim:") == (0, "", "")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_without_the_standard_descriptors(closed):
    """The board's own descriptors do not take their places."""
    code = "print('printed', end=' ')\n1 + 1"
    command = ["bash", "-c", f'exec "$@" {closed}', "-", sys.executable, "-m", "belay", "exec", "sim:"]
    done = subprocess.run([*command, code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("" if ">&-" in closed.split() else "printed ")


def test_exec_of_code_that_raises_shows_the_boards_traceback_and_fails():
    status, printed, errors = belay("exec", "sim:", "1/0")
    assert (status, printed) == (1, "")
    assert errors.splitlines()[0] == "Traceback (most recent call last):"
    assert errors.splitlines()[-1] == "error: the board's program raised ZeroDivisionError"


def test_run_runs_a_script_without_storing_it(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import os\nprint('hello', os.listdir('/'))\n")
    assert belay("run", "sim:", script) == (0, "hello []\n", "")
    assert belay("run", script, BELAY_DEVICE="sim:") == (0, "hello []\n", "")


def test_run_maps_the_traceback_to_the_file(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def f():\n    # comment\n    return 1 / 0\n\n\nf()\n")
    status, printed, errors = belay("run", "sim:", script)
    assert (status, printed) == (1, "")
    assert f'File "{script}", line 6, in <module>' in errors
    assert errors.splitlines()[-1] == "error: the board's program raised ZeroDivisionError"


@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        (["exec"], 2, "error: Missing argument"),
        (["exec", "sim:", "1", "2"], 2, "error: Invalid value: expected [PORT] STATEMENT, got 3 words"),
        (["exec", "/dev/nowhere", "1"], 1, "error: "),
        (["run", "sim:", "nothing.py"], 1, "error: there is no file nothing.py"),
        (["info", "sim:", "--speed"], 2, "error: No such option: --speed"),
        (["nonsense"], 2, "error: No such command 'nonsense'."),
    ],
)
def test_errors_are_one_line_and_a_hint(arguments, status, error):
    done = belay(*arguments)
    assert (done[0], done[1]) == (status, "")
    first, second = done[2].splitlines()
    assert first.startswith(error)
    assert second.startswith("hint: ")


def test_debug_shows_the_hosts_traceback():
    status, _, errors = belay("exec", "--debug", "/dev/nowhere", "1")
    assert status == 1
    assert "Traceback (most recent call last):" in errors
    assert "connect.py" in errors


def test_version_and_help():
    assert belay("--version")[1].startswith("belay 0.")
    status, printed, _ = belay("--help")
    assert status == 0
    assert all(command in printed for command in ("info", "exec", "run"))
    assert belay() == (0, printed, "")


def test_ctrl_c_stops_the_boards_program_and_ends_with_130(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("print('ready')\nwhile True: pass\n")
    command = [sys.executable, "-m", "belay", "run", "sim:", script]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, "interrupted\n")
