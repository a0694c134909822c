"""The package manager's commands, whole: arguments -> exit status, stdout, stderr, resulting files."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
import tomlkit

from belay.cli import run_executable

GITHUB = "https://github.com/micropython/micropython-lib"


def both_lines(result):
    """One `error:` line, one `hint:` line, status 1, nothing else."""
    lines = result.err.splitlines()
    assert result.status == 1
    assert [line.split(":")[0] for line in lines] == ["error", "hint"]
    assert result.out == ""
    return lines[0]


# update, clean


def test_update_says_what_changed(project, webhost):
    webhost.put("/files/a.py", "a = 1")
    webhost.put_package("logging", {"logging.py": "l"}, version="0.6")
    project.write('a = "https://files.example/a.py"\nlogging = "*"')
    result = project.belay("update")
    assert (result.status, result.err) == (0, "")
    assert result.out == "main/a: added, 1 file\nmain/logging: added 0.6, 1 file\n"
    webhost.put("/files/a.py", "a = 2")
    webhost.put_package("logging", {"logging.py": "l2"}, version="0.7")
    assert project.belay("update", "a").out == "main/a: updated, 1 file\n"
    assert project.belay("update").out == "main/a: unchanged\nmain/logging: updated 0.6 -> 0.7, 1 file\n"
    assert (
        project.belay("update", "--offline", "--locked").out
        == "main/a: unchanged\nmain/logging: unchanged 0.7\n"
    )
    result = project.belay("update", "--quiet")
    assert (result.status, result.out, result.err) == (0, "", "")


def test_update_of_nothing(project):
    result = project.belay("update")
    assert (result.status, result.out) == (0, "")
    assert result.err == "no dependencies: belay add NAME adds one\n"
    assert not (project.root / ".belay").exists()


def test_clean(project):
    (project.root / "a.py").write_text("a")
    project.write('a = "./a.py"\n[tool.belay.group.dev.dependencies]\nb = "./a.py"')
    project.belay("update")
    project.write("")
    (project.root / ".belay/dependencies/main/stray").mkdir()
    (project.root / ".belay/dependencies/main/stray/x.py").write_text("")
    result = project.belay("clean")
    assert result.out == "dev/b: removed, 1 file\nmain/a: removed, 1 file\nmain/stray: removed, 1 file\n"
    assert (result.status, result.err, project.installed()) == (0, "", {})
    assert project.belay("clean").out == ""


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("[", ["update"], "is not TOML"),
        ("[tool.belay]\nnames = 1", ["clean"], r"tool\.belay\.names"),
        ("[tool.belay.dependencies]\nx = 'y'", ["run", "micropython"], r"tool\.belay\.dependencies\.x"),
        ("", ["update", "nothing"], "no package 'nothing'"),
        ("[tool.belay.dependencies]\nx = 'mip:missing'", ["update"], "no package index has missing"),
        ("[tool.belay.dependencies]\nx = '*'", ["update", "--offline"], "not in the cache"),
        ("[tool.belay.dependencies]\nx = '*'", ["update", "--locked"], "there is no .*lock.json"),
        ("[tool.belay.dependencies]\nx = './x.py'", ["update"], "no file or folder"),
    ],
)
def test_one_error_line_and_one_hint(project, text, words, says):
    (project.root / "pyproject.toml").write_text(text)
    before = project.tree()
    assert re.search(says, both_lines(project.belay(*words)))
    assert project.tree() == before


def test_no_project_names_the_folder_searched_from(project):
    (project.root / "pyproject.toml").unlink()
    for words in (["update"], ["clean"], ["add", "x"], ["run", "python3"]):
        assert str(project.root) in both_lines(project.belay(*words))


def test_ctrl_c_in_a_slow_download(project, webhost):
    webhost.put("/files/a.py", "a", latency_s=30)
    project.write('a = "https://files.example/a.py"')
    before = project.tree()
    command = [sys.executable, "-m", "belay", "update"]
    with subprocess.Popen(command, cwd=project.root, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 20
        while not webhost.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        assert process.wait(10) == 130
        assert time.monotonic() - started < 5
        assert process.stderr.read() in ("", "interrupted\n")
    assert project.tree() == before


# add


def test_add(project, webhost):
    webhost.put_package("logging", {"logging.py": "l"}, version="0.6")
    webhost.put_package("aioble-core", {"aioble/core.py": "c"})
    webhost.put("/raw/micropython/micropython-lib/master/os/os/path.py", "p")
    (project.root / "lib.py").write_text("x")
    project.write("# mine")
    assert project.belay("add", "logging").out == "main/logging: added 0.6, 1 file\n"
    assert project.belay("add", "aioble-core", "--group", "dev").status == 0
    assert project.belay("add", f"{GITHUB}/blob/master/os/os/path.py").status == 0
    assert project.belay("add", "again", "0.6").status == 1
    assert project.belay("add", "lib", "./lib.py", "--develop").status == 0
    text = (project.root / "pyproject.toml").read_text()
    assert "# mine" in text
    assert 'logging = "*"\n' in text
    assert f'path = "{GITHUB}/blob/master/os/os/path.py"\n' in text
    assert 'lib = {uri = "./lib.py", develop = true}\n' in text
    assert '[tool.belay.group.dev.dependencies]\naioble_core = "mip:aioble-core"\n' in text
    assert sorted(project.installed()) == ["dev/aioble/core.py", "main/logging.py", "main/path/__init__.py"]


def test_add_from_a_folder_below(project):
    (project.root / "deep").mkdir()
    (project.root / "deep/x.py").write_text("x")
    environment = {**os.environ, "PYTHONPATH": ""}
    command = [sys.executable, "-m", "belay", "add", "x.py"]
    subprocess.run(command, cwd=project.root / "deep", env=environment, check=True, timeout=60)
    assert 'x = "deep/x.py"' in (project.root / "pyproject.toml").read_text()
    assert project.installed() == {"main/x/__init__.py": "x"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["logging"], "no package index has logging"),
        (["7seg.py"], "suggests no package name"),
        (["my-lib", "./x.py"], "'my-lib' is no package name"),
        (["x", "./missing.py"], "no file or folder"),
        (["x", "y"], "no path, URL or version"),
        (["x", "*", "--group", "my-group"], "'my-group' is no group name"),
        (["x", "https://files.example/x.py", "--develop"], "not a local file"),
        (["x", "./missing.py", "--develop"], "no file or folder"),
        (["x", "https://me:hunter2@files.example/x.py"], "user or password"),
    ],
)
def test_add_that_fails_changes_nothing(project, words, says):
    before = project.tree()
    line = both_lines(project.belay("add", *words))
    assert says in line
    assert "hunter2" not in line
    assert project.tree() == before


def test_add_what_is_there(project):
    (project.root / "a.py").write_text("a")
    project.write('a = "./a.py"')
    assert "already" in both_lines(project.belay("add", "a", "./a.py"))


# cache


def test_cache(project, webhost):
    webhost.put("/raw/micropython/micropython-lib/master/x.py", "x" * 4000)
    webhost.put_package("logging", {"logging.py": "l"})
    project.write(f'x = "{GITHUB}/blob/master/x.py"\nlogging = "*"')
    project.belay("update")
    lines = project.belay("cache", "info").out.splitlines()
    assert lines[0] == f"Location: {project.cache.root}"
    assert lines[1] == "Elements: 2"
    assert re.fullmatch(r"Total Size: \d\.\d\dkB", lines[2])
    names = ["git-github-micropython-micropython-lib", "index-micropython.org-pi-v2"]
    assert project.belay("cache", "list").out.splitlines() == names
    result = project.belay("cache", "clear")
    assert (result.status, result.out) == (2, "")
    assert "give a PREFIX, or --all" in result.err
    result = project.belay("cache", "clear", "git", "--yes")
    assert (result.status, result.out, result.err) == (0, "", "deleted 1 element\n")
    assert project.belay("cache", "list").out.splitlines() == names[1:]
    assert project.belay("cache", "clear", "git", "--yes").err == "nothing to clear\n"
    assert project.belay("cache", "clear", "--all", "--yes").status == 0
    assert project.belay("cache", "info").out.splitlines()[1:] == ["Elements: 0", "Total Size: 0B"]


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 1)])
def test_clear_asks(project, webhost, answer, left):
    webhost.put("/files/a.py", "a")
    project.write('a = "https://files.example/a.py"')
    project.belay("update")
    command = [sys.executable, "-m", "belay", "cache", "clear", "url"]
    done = subprocess.run(command, input=answer, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Delete 1 element?" in done.stdout) == (0, True)
    assert len(project.cache.elements()) == left


# new


def test_new(project):
    result = project.belay("new", "my-project")
    assert (result.status, result.out) == (0, "")
    root = project.root / "my-project"
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert files == [
        ".gitignore",
        "README.md",
        "main.py",
        "my_project/__init__.py",
        "pyproject.toml",
        "tests/test_main.py",
    ]
    assert ".belay/\n" not in (root / ".gitignore").read_text()
    assert not any(
        "PACKAGE" in path.read_text() or "PROJECT" in path.read_text()
        for path in root.rglob("*.*")
        if path.is_file()
    )
    project.root = root
    assert project.belay("update").status == 0
    options = tomlkit.parse((root / "pyproject.toml").read_text())
    assert options["tool"]["belay"]["name"] == "my_project"
    paths = options["tool"]["pytest"]["ini_options"]["pythonpath"]
    assert ".belay/dependencies/main .belay/dependencies/dev" in paths


def test_new_runs_as_it_is(project):
    project.belay("new", "my-project")
    root = project.root / "my-project"
    for command in (
        [sys.executable, "main.py"],
        [sys.executable, "-m", "belay", "run", "micropython", "main.py"],
        [sys.executable, "-m", "belay", "run", "sim:", "main.py"],
    ):
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout.startswith("my-project runs on")) == (0, True)


def test_the_tests_of_a_new_project_pass(project):
    project.belay("new", "my-project")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=project.root / "my-project", capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("name", ["1st", "class", "a b/ü!", ".."])
def test_new_needs_a_name(project, name):
    (project.root / "full").mkdir()
    (project.root / "full/x").write_text("")
    both_lines(project.belay("new", name))
    both_lines(project.belay("new", "full"))
    assert sorted(path.name for path in project.root.iterdir()) == ["full", "pyproject.toml"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        *((name, "a module of the board's own") for name in ("time", "json", "machine", "Asyncio")),
        *(
            (name, "a name that the project needs itself")
            for name in ("belay", "tests", "main", "boot", "code")
        ),
        ("lib", "where the packages go"),
        ("my/os", "a module of the board's own"),
        *([("email", "a module of Python's own")] if sys.version_info >= (3, 10) else []),
    ],
)
def test_new_refuses_names_that_hide_a_module(project, name, what):
    assert what in both_lines(project.belay("new", name))
    assert not (project.root / name).exists()


def test_add_says_once_that_a_new_group_goes_to_every_board(project):
    (project.root / "a.py").write_text("a")
    said = "group test is new: belay install brings it to every board"
    assert project.belay("add", "a", "./a.py", "--group", "test").err.startswith(said)
    assert project.belay("add", "b", "./a.py", "--group", "test").err == ""
    assert project.belay("add", "a", "./a.py").err == ""


def test_add_refuses_the_name_of_the_project(project):
    project.write("", 'name = "app"')
    (project.root / "a.py").write_text("a")
    before = project.tree()
    assert "app is the project itself" in both_lines(project.belay("add", "app", "./a.py"))
    assert project.tree() == before


# run EXECUTABLE


def programs(word):
    return word in ("micropython", "python3", "x.py")


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("main.py", None),
        ("--timeout 3 main.py", None),
        ("/dev/ttyUSB0 main.py", None),
        ("/dev/ttyUSB0 --timeout 3 main.py", None),
        ("/dev/ttyUSB0 main.py --password x.py", None),
        ("--debug COM3 main.py", None),
        ("", None),
        ("--help", None),
        ("main.py --help", None),
        ("x.py", None),
        ("micropython main.py", 0),
        ("python3 main.py", 0),
        ("micropython", 0),
        ("micropython --help", 0),
        ("micropython -c 1/0 main.py", 0),
        ("--quiet micropython main.py --timeout 5", 1),
        ("--timeout 3 micropython main.py", 2),
        ("-- micropython main.py", 1),
        ("--debug -- micropython --help", 2),
        ("main.py argument", 0),
        ("unknown", 0),
        ("COM3 main.py more", None),
        ("sim:", None),
        ("sim: script", None),
        ("--quiet ws://board x.py --help", None),
        ("- main.py", None),
    ],
)
def test_which_form_a_line_is(line, position):
    words = line.split()
    assert run_executable.executable_at(words, ("--timeout", "--password"), programs) == position


def run(project, *words, environment=()):
    command = [sys.executable, "-m", "belay", "run", *words]
    return subprocess.run(
        command,
        cwd=project.root,
        env={**os.environ, **dict(environment)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_run_passes_everything_on(project):
    program = "import os, sys; print(os.environ['MICROPYPATH']); print(sys.argv[1:]); sys.exit(7)"
    words = ["--help", "--quiet", "--", "a b", "--timeout", "x.py"]
    done = run(project, sys.executable, "-c", program, *words)
    path, arguments = done.stdout.splitlines()
    assert path == f"{project.root}:{project.root}/.belay/dependencies/main:.frozen"
    assert arguments == str(words)
    assert (done.returncode, done.stderr) == (7, "")


def test_run_micropython_of_the_sim(project):
    (project.root / "lib.py").write_text("x = 5\n")
    (project.root / "dev.py").write_text("x = 6\n")
    project.write('lib = "./lib.py"\nother = {uri = "./dev.py", develop = true}')
    project.update()
    (project.root / "t.py").write_text(
        "import lib, other, sys\nprint(lib.x, other.x, sys.argv)\nsys.exit(3)\n"
    )
    done = run(project, "micropython", "t.py", "--help", environment={"PATH": "/nowhere"}.items())
    assert done.stdout == "5 6 ['t.py', '--help']\n"
    assert done.stderr == "no micropython on PATH: running the unix port of belay[sim]\n"
    assert done.returncode == 3


def test_run_of_nothing(project):
    done = run(project, "no-such-program", "--help")
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


def test_run_tells_of_a_signal(project):
    done = run(project, "sh", "-c", "kill -TERM $$")
    assert done.returncode == 128 + signal.SIGTERM


def test_ctrl_c_is_the_programs(project):
    """Both get it, as from a terminal; the program's own answer is the status."""
    program = """
import time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    raise SystemExit(9)
"""
    command = [sys.executable, "-m", "belay", "run", sys.executable, "-c", program]
    with subprocess.Popen(
        command, cwd=project.root, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 9
