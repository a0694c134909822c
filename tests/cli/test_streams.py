"""Where output goes: pipes that close early, terminals and not, odd encodings, ctrl-c."""

import os
import pty
import signal
import subprocess
import sys

import pytest


@pytest.fixture
def environment(tmp_path):
    given = {name: value for name, value in os.environ.items() if name not in ("BELAY_DEVICE", "NO_COLOR")}
    return {**given, "XDG_DATA_HOME": str(tmp_path / "data"), "TERM": "xterm-256color", "COLUMNS": "80"}


@pytest.fixture
def start(environment):
    def start(*words, **keywords):
        more = keywords.pop("environment", {})
        command = [sys.executable, "-m", "belay", *map(str, words)]
        return subprocess.Popen(command, env={**environment, **more}, **keywords)

    return start


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "tree"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number}.bin").write_bytes(os.urandom(20_000))
    return folder


def seen_until(ours, enough=lambda shown: False):
    """What a terminal gets, to its end or until it is enough."""
    shown = b""
    while not enough(shown):
        try:
            data = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        shown += data
    return shown


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("info", "sim:"),
        ("exec", "sim:", "for i in range(20000): print(i)"),
    ],
)
def test_a_reader_that_leaves_early_is_no_error(start, words):
    with start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


@pytest.mark.parametrize("plain", [False, True])
def test_colours_are_for_terminals_and_not_for_those_who_want_none(start, folder, plain):
    ours, theirs = pty.openpty()
    more = {"NO_COLOR": "1"} if plain else {}
    with start("sync", "sim:", folder, stdout=theirs, stderr=theirs, environment=more) as process:
        os.close(theirs)
        shown = seen_until(ours)
        assert process.wait(60) == 0
    os.close(ours)
    assert b"800.0/800.0 kB" in shown
    assert (b"\x1b[32m" in shown) is not plain
    assert b"\x1b[31m" not in shown  # nothing in red is going well


def test_pipes_get_neither_colours_nor_progress(start, folder):
    with start("sync", "sim:", folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.communicate(timeout=60) == (b"", b"")
        assert process.returncode == 0


def test_quiet_is_quiet_on_a_terminal(start, folder):
    ours, theirs = pty.openpty()
    with start("sync", "-q", "sim:", folder, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        assert seen_until(ours) == b""
        assert process.wait(60) == 0
    os.close(ours)


ODD = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("odd", ODD)
def test_what_the_encoding_lacks_is_escaped(start, odd):
    board = "sim:encoded"
    for words, status in (
        (("exec", board, "open('/\\u2603.txt', 'w').close(); print('\\u2603')"), 0),
        (("exec", board, "{}['\\u2603']"), 1),
        (("fs", "ls", board, "/"), 0),
    ):
        with start(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, environment=ODD[odd]) as process:
            printed = process.communicate(timeout=60)[0]
        assert (process.returncode, b"\\u2603" in printed) == (status, True), printed


def test_words_that_are_no_text(start, folder):
    with start(
        "fs", "cp", "sim:", folder / "0.bin", ":/☃", stderr=subprocess.PIPE, environment=ODD["C"]
    ) as process:
        error, hint = process.communicate(timeout=60)[1].splitlines()
    assert (process.returncode, error[-11:]) == (1, b" is no text")
    assert b"LC_ALL=C.UTF-8" in hint


@pytest.mark.parametrize(
    "words",
    [
        ("exec", "sim:stopped", "while not print('42.0'): pass"),
        ("sync", "sim:stopped", "FOLDER"),
        ("fs", "cp", "sim:stopped", ":/", "COPY"),
    ],
)
def test_ctrl_c_stops_and_leaves_a_board_that_works(start, folder, tmp_path, words):
    """As soon as the first thing is shown, on a terminal; afterwards the same board does as it is told."""
    with start("sync", "sim:stopped?flash=4M", folder, "--dst", "/before") as process:
        assert process.wait(60) == 0
    ours, theirs = pty.openpty()
    words = [str({"FOLDER": folder, "COPY": tmp_path / "copy"}.get(word, word)) for word in words]
    with start(*words, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        seen_until(ours, lambda shown: b"." in shown)
        os.killpg(process.pid, signal.SIGINT)
        shown = seen_until(ours)
        status = process.wait(60)
    os.close(ours)
    assert (status, b"Traceback" in shown) == (130, False), shown
    assert shown.endswith(b"interrupted\r\n")
    assert shown.count(b"interrupted") == 1
    with start("fs", "tree", "sim:stopped", "/before", stdout=subprocess.PIPE) as process:
        assert process.communicate(timeout=60)[0].count(b".bin\n") == 40
    assert process.returncode == 0
