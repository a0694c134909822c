"""`belay install` as a whole command, on a simulated board that keeps its files."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.tmux import needs_tmux, window

from belay import Device

ROOT = Path(__file__).parents[2]
BOARD = "sim:install"
OFFLINE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")


@pytest.fixture(autouse=True)
def own_board(tmp_path, monkeypatch):
    """Files of simulated boards, and caches, of this test alone; no network; `belay` on the PATH."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("BELAY_DEVICE", raising=False)
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def project(tmp_path):
    """A project as `belay new` makes it."""
    assert belay("new", "my-project", cwd=tmp_path)[0] == 0
    return tmp_path / "my-project"


def belay(*words, cwd):
    command = [sys.executable, "-m", "belay", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def test_the_session_of_the_readme(tmp_path):
    session = re.search(r"```console\n(\$ belay new .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    shown = [line for line in session.splitlines() if not line.startswith("$ ")]
    script = "\n".join(line[2:] for line in session.splitlines() if line.startswith("$ "))
    done = subprocess.run(
        ["bash", "-e", "-c", script], capture_output=True, text=True, timeout=100, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    assert printed[: len(shown)] == shown
    assert printed[-1].startswith("2 passed")


def test_the_project_stays_on_the_board(project):
    (project / "main.py").write_text("import my_project\nprint('on', my_project.__name__)\n")
    assert belay("install", BOARD, "--main", "main.py", cwd=project) == (0, "", "")
    assert belay("install", BOARD, "--follow", cwd=project)[:2] == (0, "on my_project\n")
    with Device(BOARD) as device:
        files = [entry.path for entry in device.fs.tree() if not entry.is_folder]
    assert files == ["/main.py", "/my_project/__init__.py"]


def test_a_main_that_raises_ends_with_1_and_the_hosts_lines(project):
    (project / "my_project/fails.py").write_text("# comment\n\ndef f(x):\n    return 1 / x\n")
    (project / "main.py").write_text("import my_project.fails\nprint('go')\nmy_project.fails.f(0)\n")
    for option in ("--run", "--main"):
        words = ["install", BOARD, option, "main.py", *(["--follow"] if option == "--main" else [])]
        status, printed, errors = belay(*words, cwd=project)
        assert (status, printed) == (1, "go\n")
        assert 'File "main.py", line 3, in <module>\n    my_project.fails.f(0)\n' in errors
        assert f'File "{project}/my_project/fails.py", line 4, in f\n    return 1 / x\n' in errors
        assert errors.splitlines()[-1] == "error: the board's program raised ZeroDivisionError"


@pytest.mark.parametrize("option", ["--main", "--run"])
def test_ctrl_c_stops_a_program_that_never_ends(project, option):
    (project / "main.py").write_text(
        "print('go')\ntry:\n    while True: pass\nfinally:\n    print('stopped')\n"
    )
    words = ["install", BOARD, option, "main.py", "--follow"]
    with subprocess.Popen(
        [sys.executable, "-m", "belay", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=project, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout.readline() == "go\n"
        os.killpg(process.pid, signal.SIGINT)
        printed, errors = process.communicate(timeout=30)
    assert (process.returncode, printed, errors) == (130, "stopped\n", "interrupted\n")
    assert belay("exec", BOARD, "1 + 1", cwd=project) == (0, "2\n", "")


@pytest.mark.parametrize("delay_s", [0.3, 0.4, 0.5])
def test_ctrl_c_at_any_moment_leaves_a_usable_board(project, delay_s):
    for number in range(20):
        (project / f"my_project/noise{number}.bin").write_bytes(os.urandom(20_000))
    with subprocess.Popen(
        [sys.executable, "-m", "belay", "install", BOARD, "--main", "main.py"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=project, start_new_session=True,
    ) as process:  # fmt: skip
        with suppress(subprocess.TimeoutExpired):
            process.wait(delay_s)  # no synchronising: it shall be any moment
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        printed, errors = process.communicate(timeout=30)
    assert printed == ""
    if process.returncode != -signal.SIGINT:  # Python itself was still starting
        assert (process.returncode, errors) in [(130, "interrupted\n"), (0, "")]
    assert belay("install", BOARD, "--main", "main.py", "--follow", cwd=project)[0] == 0
    with Device(BOARD) as device:
        for path in (project / "my_project").glob("*.bin"):
            assert device.fs.read(f"/my_project/{path.name}") == path.read_bytes()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["install", BOARD, "--with", "nothing"], "error: the project has no group 'nothing'"),
        (["install", BOARD, "--main", "nothing.py"], "error: there is no file nothing.py"),
        (["install", BOARD, "--run", "nothing.py"], "error: there is no file nothing.py"),
        (["install", "/dev/ttyNONE"], "error: there is no port /dev/ttyNONE"),
        (["install", BOARD, "--mpy-cross-binary", "nothing"], "error: cannot run nothing"),
    ],
)
def test_what_is_missing(project, words, error):
    status, printed, errors = belay(*words, cwd=project)
    first, second = errors.splitlines()
    assert (status, printed) == (1, "")
    assert first.startswith(error)
    assert second.startswith("hint: ")


def test_outside_of_a_project(tmp_path):
    status, _, errors = belay("install", BOARD, cwd=tmp_path)
    assert status == 1
    assert errors.startswith("error: no pyproject.toml in")


def test_where_there_is_nothing_to_do_that_is_said(project):
    (project / "pyproject.toml").write_text("[tool.belay]\n")
    status, printed, errors = belay("install", BOARD, "--follow", cwd=project)
    first, second = errors.splitlines()
    assert (status, printed) == (0, "")
    assert first.startswith("nothing to install: ")
    assert second.startswith("warning: the board has no main.py")
    assert belay("install", BOARD, "--follow", "--quiet", cwd=project) == (0, "", "")


def test_a_port_in_use(project):
    with Device(BOARD):
        status, _, errors = belay("install", BOARD, cwd=project)
    assert status == 1
    assert "in use" in errors or "busy" in errors


def test_a_board_that_is_too_small(project):
    board = "sim:small?flash=16k"
    (project / "my_project/first.py").write_text("first = 1\n")
    assert belay("install", board, cwd=project)[0] == 0
    (project / "my_project/first.py").write_text("first = 2\n")
    (project / "my_project/large.bin").write_bytes(os.urandom(30_000))
    status, _, errors = belay("install", board, cwd=project)
    assert status == 1
    assert errors.startswith("error: the board's filesystem is full: no room for /my_project/large.bin")
    assert "(while installing /my_project)" in errors
    with Device(board) as device:
        assert device.fs.read_text("/my_project/first.py") in ("first=1\n", "first=2\n")
        assert not device.fs.exists("/my_project/large.bin")


def test_compiled(project):
    (project / "my_project/part.py").write_text("def f():\n    return 42\n")
    (project / "main.py").write_text("from my_project.part import f\nprint(f())\n")
    words = ["install", BOARD, "--main", "main.py", "--follow", "--mpy-cross-binary", "auto"]
    assert belay(*words, cwd=project) == (0, "42\n", "")
    assert belay("fs", "ls", BOARD, "/my_project", cwd=project)[1].split()[-1].endswith(".mpy")


def test_the_hosts_lines_of_what_was_compiled(project):
    (project / "my_project/__init__.py").write_text("# comment\n\ndef f(x):\n    return 1 / x\n")
    (project / "main.py").write_text("import my_project\nmy_project.f(0)\n")
    words = ["install", BOARD, "--main", "main.py", "--follow", "--mpy-cross-binary", "auto"]
    status, _, errors = belay(*words, cwd=project)
    assert status == 1
    assert f'File "{project}/my_project/__init__.py", line 4, in f\n    return 1 / x\n' in errors


def test_files_that_are_not_the_locked_ones(project):
    (project / "a.py").write_text("a = 1\n")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        text.replace("[tool.belay.dependencies]", '[tool.belay.dependencies]\na = "./a.py"')
    )
    assert belay("install", BOARD, cwd=project)[2].splitlines()[1] == "hint: run belay update"
    assert belay("update", cwd=project)[0] == 0
    assert belay("install", BOARD, cwd=project) == (0, "", "")
    (project / ".belay/dependencies/main/a/__init__.py").write_text("a = 2\n")
    status, _, errors = belay("install", BOARD, cwd=project)
    assert status == 0
    assert errors.startswith("warning: not what .belay/lock.json says: main/a/__init__.py")
    assert belay("update", "--locked", cwd=project)[0] == 0
    assert belay("install", BOARD, cwd=project) == (0, "", "")


NEVER_ENDS = """
import rover_wheels
import my_project

count = 0
print("rolling")
while True:
    count += rover_wheels.turn(my_project.__name__)
"""


def test_the_tests_of_a_new_project_bear_a_main_that_uses_a_library_and_never_ends(project):
    (project / "main.py").write_text(NEVER_ENDS)
    (project / "mine").mkdir()
    wheels = project / "mine/__init__.py"
    wheels.write_text("def turn(name):\n    return len(name)\n")
    text = (project / "pyproject.toml").read_text()
    library = '[tool.belay.dependencies]\nrover_wheels = { uri = "./mine", develop = true }'
    (project / "pyproject.toml").write_text(text.replace("[tool.belay.dependencies]", library))
    assert run_tests(project) == (0, "2 passed")
    wheels.write_text("def turn(name):\n    return 1 / 0\n")
    assert run_tests(project) == (1, "1 failed, 1 passed")
    (project / "main.py").write_text("import my_project\n")
    assert run_tests(project) == (0, "2 passed")


def run_tests(project):
    """The exit status of a project's own tests, and how many did what."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=project)
    return done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]


@needs_tmux
def test_in_a_terminal_it_shows_what_goes_where(project):
    (project / "my_project/large.bin").write_bytes(os.urandom(100_000))
    install = f"belay install {BOARD} --main main.py"
    with window(**{name: os.environ[name] for name in ("XDG_DATA_HOME", "PATH")}) as person:
        person.enter(f"cd {project}; {install} --follow; echo over $?")
        shown = person.await_text("over 0")
        assert re.search(r"/my_project 2 files.*100\.\d/100\.\d kB", shown), shown
        assert re.search(r"/main.py 1 file", shown), shown
        assert "my-project runs on micropython" in shown
        person.enter(f"clear; {install}; echo again $?")
        shown = person.await_text("again 0")
    assert "/my_project is up to date\n/main.py is up to date\n" in shown
