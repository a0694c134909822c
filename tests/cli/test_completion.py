"""What shells complete: commands, options, ports, groups and packages; and in bash, really."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.tmux import needs_tmux, window

BIN = str(Path(sys.executable).parent)
PROJECT = """
[tool.belay.dependencies]
logging = "*"
[tool.belay.group.dev.dependencies]
unittest = "*"
[tool.belay.group.spare]
optional = true
"""


def belay(*words, folder=None, **environment):
    command = [sys.executable, "-m", "belay", *words]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def completed(line, folder=None):
    """What bash gets for the last word of a line."""
    number = str(len(line.split()) - (not line.endswith(" ")))
    words = {"_BELAY_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": number}
    return belay(folder=folder, **words).split()


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("belay in", {"info", "install"}),
        ("belay fs m", {"mkdir"}),
        ("belay cache ", {"info", "list", "clear"}),
        ("belay info --js", {"--json"}),
        ("belay fs ls --", {"--password", "--timeout", "--quiet", "--debug", "--help"}),
        ("belay info ", {"sim:"}),
        ("belay sync s", {"sim:"}),
        ("belay sync ", set()),  # files
        ("belay sync sim: s", set()),
        ("belay add x --group ", {"main", "dev", "spare"}),
        ("belay install --with ", {"spare"}),
        ("belay exec ", {"sim:"}),
        ("belay exec sim: ", set()),
        ("belay fs rm ", {"sim:"}),
        ("belay fs ls sim: ", set()),
        ("belay update ", {"logging", "unittest"}),
    ],
)
def test_words(project, line, words):
    assert set(completed(line, project)) == words


@pytest.mark.parametrize("text", ["[", "[tool.belay]\nnames = 1", None])
def test_a_project_that_cannot_be_read_is_none(project, text):
    (project / "pyproject.toml").write_text(text) if text else (project / "pyproject.toml").unlink()
    assert completed("belay update ", project) == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_descriptions(shell):
    words = {"_TYPER_COMPLETE_ARGS": "belay fs mk", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    printed = belay(_BELAY_COMPLETE=f"complete_{shell}", **words)
    assert "mkdir" in printed
    assert "Make folders." in printed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(shell):
    assert f"_BELAY_COMPLETE=complete_{shell}" in belay(_BELAY_COMPLETE=f"source_{shell}")


def test_completing_is_cheap(project):
    program = """
import sys
from belay.cli.main import run
try:
    run([])
except SystemExit:
    heavy = {"rich", "httpx", "questionary", "tomlkit", "asyncio"}
    sys.exit(" ".join(name for name in heavy if sys.modules.get(name)))
"""
    words = {"_BELAY_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "belay update "}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, env={**os.environ, **words}, capture_output=True,
        text=True, timeout=60,
    )  # fmt: skip
    assert "logging" in done.stdout
    assert done.stderr.strip() == ""


@needs_tmux
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_what_is_typed(tmp_path):
    path = f"{BIN}:{os.environ['PATH']}"
    with window(HOME=str(tmp_path), PATH=path, BASH_SILENCE_DEPRECATION_WARNING="1") as person:
        person.enter("bash --norc")
        person.enter("belay --install-completion; PS1='new> '")
        person.await_text("bash completion installed in")
        person.enter("source ~/.bashrc; clear")
        person.type("belay inf")
        person.press("Tab")
        person.type("--js")
        person.press("Tab")
        person.await_text("belay info --json")
        person.press("C-u")
        person.type("belay fs mk")
        person.press("Tab")
        person.await_text("belay fs mkdir")
