"""``sync`` and ``fs`` as whole commands, on a named simulated board that keeps its files."""

import os
import pty
import re
import subprocess
import sys

import pytest

BOARD = "sim:files"


@pytest.fixture
def belay(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "BELAY_DEVICE"}
    environment["XDG_DATA_HOME"] = str(tmp_path / "data")

    def run(*arguments, known=True, **options):
        command = [sys.executable, "-m", "belay", *map(str, arguments)]
        env = {**environment, **({"BELAY_DEVICE": BOARD} if known else {})}
        done = subprocess.run(command, capture_output=True, timeout=60, env=env, **options)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    run.environment = environment
    return run


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "board"
    (folder / "lib").mkdir(parents=True)
    (folder / "main.py").write_text("x = 1  # one\n")
    (folder / "lib/data.bin").write_bytes(bytes(range(256)) * 8)
    return folder


def test_sync_list_and_read(belay, folder):
    assert belay("sync", BOARD, folder, known=False) == (0, "", "")
    assert belay("fs", "ls") == (0, "          lib/\n        4 main.py\n", "")
    assert belay("fs", "ls", "/lib") == (0, "     2048 data.bin\n", "")
    assert belay("fs", "ls", BOARD, "/lib", known=False) == (0, "     2048 data.bin\n", "")
    assert belay("fs", "ls", ":lib") == (0, "     2048 data.bin\n", "")
    assert belay("fs", "tree") == (0, "/\n  lib/\n    data.bin\n  main.py\n", "")
    assert belay("fs", "cat", "/main.py", "/main.py") == (0, "x=1\nx=1\n", "")
    status, printed, _ = belay("fs", "df", BOARD, known=False)
    assert (status, printed.split()[:2]) == (0, ["2097152", "bytes,"])


def test_copies_to_the_board_from_it_and_on_it(belay, folder, tmp_path):
    data = folder / "lib/data.bin"
    assert belay("fs", "cp", data, ":/a/b.bin") == (0, "", "")
    assert belay("fs", "cp", data, ":/a") == (0, "", "")
    assert belay("fs", "cp", folder, ":/copy") == (0, "", "")
    assert belay("fs", "cp", BOARD, folder, ":", known=False) == (0, "", "")
    assert belay("fs", "cp", ":/copy/lib", ":/a") == (0, "", "")
    assert belay("fs", "cp", ":/a", tmp_path / "a") == (0, "", "")
    found = {path.relative_to(tmp_path / "a").as_posix() for path in (tmp_path / "a").rglob("*")}
    assert found == {"b.bin", "data.bin", "lib", "lib/data.bin"}
    assert (tmp_path / "a/lib/data.bin").read_bytes() == data.read_bytes()
    assert belay("fs", "cp", ":/board/main.py", tmp_path) == (0, "", "")
    assert (tmp_path / "main.py").read_text() == "x = 1  # one\n"


def test_making_and_removing(belay):
    assert belay("fs", "mkdir", "/a", "/b") == (0, "", "")
    assert belay("fs", "mkdir", "-p", "/c/d", "/b") == (0, "", "")
    assert belay("fs", "rm", "/a") == (0, "", "")
    status, _, errors = belay("fs", "rm", "/c")
    assert (status, errors) == (1, "error: the board's filesystem refused /c: the folder is not empty\n")
    assert belay("fs", "rm", "-r", "/c", "/b") == (0, "", "")
    assert belay("fs", "tree") == (0, "/\n", "")


def test_options_of_sync(belay, folder):
    assert belay("fs", "mkdir", "-p", "/x/keep", "/x/go") == (0, "", "")
    assert belay("sync", folder, "--dst", "/x", "--keep", "keep", "--ignore", "lib", "--no-minify") == (
        0,
        "",
        "",
    )
    assert belay("fs", "tree", "/x") == (0, "/x\n  keep/\n  main.py\n", "")
    assert belay("fs", "cat", "/x/main.py") == (0, "x = 1  # one\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sync", "nothing-here"], "error: there is no folder or file nothing-here"),
        (
            ["fs", "cat", "/none"],
            "error: the board's filesystem refused /none: there is no such file or folder",
        ),
        (["fs", "cp", "none", ":/x"], "error: there is no file or folder none"),
    ],
)
def test_what_fails(belay, arguments, message):
    status, printed, errors = belay(*arguments)
    assert (status, printed, errors.splitlines()[0]) == (1, "", message)


@pytest.mark.parametrize(
    "arguments", [["sync"], ["fs", "cp", "a", "b"], ["fs", "cp", ":a"], ["fs", "ls", "a", "b", "c"]]
)
def test_wrong_usage(belay, arguments):
    status, _, errors = belay(*arguments)
    assert (status, errors.splitlines()[0][:6]) == (2, "error:")


def shown_on_a_terminal(belay, *words):
    """What a command that succeeds writes there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "belay", *map(str, words)]
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**belay.environment, "COLUMNS": "120"}
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
        assert process.wait(60) == 0
    os.close(ours)
    return shown.decode()


def test_a_terminal_shows_what_compression_saved(belay, folder):
    (folder / "much.txt").write_text("again and again\n" * 2000)
    shown = shown_on_a_terminal(belay, "sync", BOARD, folder)
    assert "% saved" in shown
    assert "34.1/34.1 kB" in shown


def test_a_terminal_shows_what_is_deleted_and_no_rate_that_is_not_known(belay, folder):
    assert belay("sync", folder) == (0, "", "")
    (folder / "main.py").unlink()
    shown = shown_on_a_terminal(belay, "sync", BOARD, folder)
    line = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", shown).rpartition("/ 1 deleted")[2]
    assert line.split()[-2:] == ["0/0", "bytes"]


@pytest.mark.parametrize("options", [[], ["--in-place"]])
def test_what_is_proposed_to_make_room_exists(belay, folder, options):
    board = "sim:small?flash=32k"
    (folder / "noise.bin").write_bytes(os.urandom(30_000))
    _, _, errors = belay("sync", board, folder, *options)
    assert errors.splitlines()[0].startswith("error: the board's filesystem is full")
    assert ("--in-place" in errors) == (not options)
    _, _, errors = belay("fs", "cp", board, folder / "noise.bin", ":/x")
    assert errors.splitlines()[1] == "hint: remove files from the board"
