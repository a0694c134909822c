"""What people get wrong: one `error:` line, one `hint:` line, and the status says whose fault it was."""

import fcntl
import os
import pty
import shlex

import pytest

from belay.cli import main

FILES = {
    "latin.py": b"x = 1\ny = '\xe9'\n",
    "control.py": b"x = '\x04'\n",
    "good.py": b"print(1)\n",
    "data.bin": b"\0",
}
USAGE, ERROR = 2, 1


@pytest.fixture
def fails(tmp_path, monkeypatch, capfd):
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BELAY_DEVICE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "ports").write_text("[]")
    monkeypatch.setenv("BELAY_PORTS", str(tmp_path / "ports"))

    def run(*words):
        status = main.run(words)
        printed, errors = capfd.readouterr()
        lines = errors.splitlines()
        assert printed == ""
        assert [line.split(":")[0] for line in lines] == ["error", "hint"], errors
        assert all(len(line) > len("error: ") + 5 for line in lines)
        return status, lines[0][len("error: ") :], lines[1][len("hint: ") :]

    return run


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        # words
        ("inof", USAGE, "Did you mean 'info'?"),
        ("fs lst", USAGE, "Did you mean 'ls'?"),
        ("cache cler", USAGE, "Did you mean 'clear'?"),
        ("fs", USAGE, "Missing command."),
        ("info --jsn", USAGE, "--json"),
        ("info sim: x", USAGE, "unexpected extra argument"),
        ("exec", USAGE, "Missing argument '[PORT] STATEMENT'"),
        ("exec sim:", USAGE, "STATEMENT is missing behind sim:"),
        ("exec COM3", USAGE, "STATEMENT is missing behind COM3"),
        ("sync sim:k", USAGE, "FOLDER is missing behind sim:k"),
        ("run sim:", USAGE, "FILE.py is missing behind sim:"),
        ("run ws://board", USAGE, "FILE.py is missing behind ws://board"),
        ("run sim: good.py extra", USAGE, "a script on a board takes no arguments"),
        ("run /dev/ttyX good.py extra", USAGE, "a script on a board takes no arguments"),
        ("fs rm sim:", USAGE, "PATH is missing behind sim:"),
        ("install sim:demo m.py", USAGE, "did you mean --main m.py?"),
        ("sync a b c", USAGE, "expected [PORT] FOLDER, got 3 words"),
        ("fs ls a b c", USAGE, "expected [PORT] [PATH]"),
        ("fs cp a", USAGE, "expected [PORT] SOURCE DESTINATION"),
        ("fs cp a b", USAGE, "begins with a colon"),
        ("info sim: --timeout", USAGE, "requires an argument"),
        ("info sim: --timeout x", USAGE, "'x' is not a valid float"),
        ("info sim: --timeout 0", USAGE, "0 is no number of seconds above 0"),
        ("info sim: --timeout -1", USAGE, "-1 is no number of seconds above 0"),
        ("exec sim: --timeout nan 1", USAGE, "nan is no number of seconds above 0"),
        ("run sim: --timeout inf good.py", USAGE, "inf is no number of seconds above 0"),
        ("sync sim: folder --dst x", USAGE, "'x' does not begin with a slash"),
        ("cache clear", USAGE, "give a PREFIX, or --all"),
        # words that are empty: a shell's variable that is not set
        ("info ''", USAGE, "PORT is empty"),
        ("exec '' 1", USAGE, "PORT is empty"),
        ("exec sim: ''", USAGE, "STATEMENT is empty"),
        ("sync sim: ''", USAGE, "FOLDER is empty"),
        ("fs cp sim: '' :/x", USAGE, "SOURCE is empty"),
        ("fs cp sim: good.py ''", USAGE, "DESTINATION is empty"),
        ("fs rm sim: ''", USAGE, "PATH is empty"),
        ("fs ls sim: ''", USAGE, "PATH is empty"),
        ("new ''", USAGE, "NAME is empty"),
        # files of the host
        ("run sim: missing.py", ERROR, "there is no file missing.py"),
        ("run sim: folder", ERROR, "there is no file folder"),
        ("run sim: nope", ERROR, "there is no file nope"),
        ("run missing", ERROR, "no program 'missing' on PATH"),
        ("run sim: latin.py", ERROR, "latin.py, line 2: this is not UTF-8"),
        ("run sim: control.py", ERROR, "the control character"),
        ("sync sim: missing", ERROR, "there is no folder or file missing"),
        ("fs cp sim: missing :/", ERROR, "there is no file or folder missing"),
        ("sync sim: folder --mpy-cross-binary nope", ERROR, "cannot run nope: No such file"),
        ("new folder/../data.bin", ERROR, "data.bin cannot be made"),
        ("new 1x", ERROR, "gives no package name"),
        # ports
        ("info /dev/nowhere", ERROR, "there is no port /dev/nowhere"),
        ("info folder", ERROR, "folder is no serial port"),
        ("info data.bin", ERROR, "data.bin is no serial port"),
        ("info exec:nope", ERROR, "there is no program nope"),
        ("info exec:", ERROR, "names no command"),
        ('info exec:"\'"', ERROR, "No closing quotation"),
        ("info exec:./data.bin", ERROR, "there is no program ./data.bin"),
        ("info ws://127.0.0.1:1", ERROR, "does not answer: Connection refused"),
        ("info telnet://127.0.0.1:1", ERROR, "does not answer: Connection refused"),
        ("info rfc2217://127.0.0.1:1", ERROR, "cannot be opened: Connection refused"),
        ("info socket://x", ERROR, "names no host and port"),
        ("info socket://x:y", ERROR, "is no address"),
        ("info foo://x", ERROR, "protocol 'foo' not known"),
        ("info sim:a/b", ERROR, "no name for a simulated board"),
        ("info sim:?x=1", ERROR, "no option 'x'"),
        ("info {", ERROR, "is no JSON"),
        ('info \'{"vid": "1"}\'', ERROR, "needs int as 'vid'"),
        ("info", ERROR, "no USB serial port was found"),
        ("select", ERROR, "the menu needs a terminal"),
        ("terminal sim:", ERROR, "the terminal needs a keyboard"),
    ],
)
def test_one_error_and_one_hint(fails, line, status, says):
    found, error, hint = fails(*shlex.split(line))
    assert (found, says in error) == (status, True), error
    assert hint != error
    for word in shlex.split(line)[1:]:  # nothing is named twice
        assert len(word) < 6 or error.count(word) <= 1


@pytest.mark.parametrize(
    ("port", "hint"),
    [
        ("sim", "did you mean sim:?"),
        ("sin:", "did you mean sim:?"),
        ("smi:demo", "did you mean sim:demo?"),
        ("telnt://board", "did you mean telnet://board?"),
        ("ws:board", "did you mean ws://board?"),
        ("folder", "`belay list` shows the ports"),
        ("/dev/nowhere", "no serial port exists"),
        ("com", "no serial port exists"),
    ],
)
def test_a_port_that_is_nearly_one(fails, port, hint):
    assert fails("info", port)[2] == hint


def test_a_port_that_another_program_holds(fails):
    ours, theirs = pty.openpty()
    try:
        path = os.ttyname(theirs)
        fcntl.flock(theirs, fcntl.LOCK_EX)
        status, error, hint = fails("info", path)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (status, error) == (ERROR, f"the port {path} is busy: another program holds it")
    assert "close the other program" in hint


def test_a_fault_of_ours_says_so(fails, monkeypatch):
    def broken(*_):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(main, "build", broken)
    assert fails("info") == (
        ERROR,
        "RuntimeError: out of luck",
        "this is a fault of belay's: please report it, with what --debug shows",
    )


def test_an_error_of_the_system_names_the_file(fails, monkeypatch):
    def broken(*_):
        open("folder")  # noqa: SIM115

    monkeypatch.setattr(main, "build", broken)
    assert fails("info")[:2] == (ERROR, "folder: Is a directory")
