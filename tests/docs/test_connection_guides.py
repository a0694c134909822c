"""What the guides to connections and trouble say that needs a server or a person, and their words."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.network_boards import DEADLINE_S, free_port, serial_board, webrepl_board
from tests.support.pages import blocks_of
from tests.support.tmux import needs_tmux, window

import belay

pytest.importorskip("micropython_run")
ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
PRODUCT = "\n".join(path.read_text("utf-8") for path in (ROOT / "python" / "belay").rglob("*.py"))
SER2NET = shutil.which("ser2net", path="/usr/sbin:/usr/bin:/sbin:/bin")


def blocks(guide, language):
    """The code blocks of a guide in one language."""
    found = [block.text for block in blocks_of(GUIDES / f"{guide}.md") if block.language == language]
    assert found
    return found


def test_every_symptom_is_an_error_of_ours():
    text = (GUIDES / "troubleshooting.md").read_text("utf-8")
    symptoms = [
        words for line in re.findall("^## (`.*)$", text, re.MULTILINE) for words in line.split("`")[1::2]
    ]
    assert len(symptoms) > 12
    # Messages that are put together from several pieces of source.
    source = re.sub(r'"\s*\n\s*f?"', "", PRODUCT)
    assert [words for words in symptoms if words not in source] == []


@pytest.mark.skipif(SER2NET is None, reason="ser2net is not installed (apt-get install ser2net)")
def test_a_board_on_another_machine(tmp_path):
    """The guide's ser2net.yaml, with our port and our pseudo-terminal."""
    (configuration,) = blocks("connections", "yaml")
    port = free_port()
    with serial_board() as path:
        file = tmp_path / "ser2net.yaml"
        assert ",tcp,4000" in configuration
        assert "/dev/ttyACM0" in configuration
        file.write_text(configuration.replace(",tcp,4000", f",tcp,{port}").replace("/dev/ttyACM0", path))
        server = subprocess.Popen([SER2NET, "-d", "-u", "-c", file], stderr=subprocess.DEVNULL)
        try:
            # A pseudo-terminal has no control lines, which the guide knows too.
            command = [sys.executable, "-m", "belay", "info", f"rfc2217://127.0.0.1:{port}?ign_set_control"]
            for _ in range(50):  # ser2net does not say when it is ready
                done = subprocess.run(
                    command, capture_output=True, text=True, timeout=DEADLINE_S, check=False
                )
                if "Connection refused" not in done.stderr:
                    break
        finally:
            server.terminate()
            server.wait(DEADLINE_S)
    assert re.match(r"micropython v1\.\d+\.\d+ - linux\n", done.stdout), done.stderr


def test_webrepl():
    programs = [code for code in blocks("connections", "python") if "ws://" in code]
    (line,) = programs[0].splitlines()
    with webrepl_board(password="python") as server:
        namespace = {"belay": belay}
        exec(line.replace("ws://192.168.1.100", server.url), namespace)
        with namespace["device"] as device:
            assert device("6 * 7") == 42


@needs_tmux
def test_talking_by_hand():
    (example,) = [code for code in blocks("connections", "console") if "6 * 7" in code]
    command, typed, answer = example.splitlines()
    with window(BELAY_DEVICE="sim:") as person:
        person.enter(command.removeprefix("$ ").replace("belay", f"{sys.executable} -m belay"))
        person.await_text("\n>>>")
        person.enter(typed.removeprefix(">>> "))
        person.await_text(f"\n{answer}")
        person.press("C-]")
