"""``belay terminal`` in a real terminal window."""

import subprocess
import sys

import pytest
from tests.support.tmux import needs_tmux, window

pytest.importorskip("micropython_run")
BELAY = f"{sys.executable} -m belay"


@needs_tmux
def test_a_person_types_pastes_and_leaves(tmp_path):
    log = tmp_path / "log"
    with window() as person:
        person.enter(
            f"stty -g > {tmp_path}/before; {BELAY} terminal sim: --log {log}; stty -g > {tmp_path}/after"
        )
        person.await_text("ctrl-] leaves the terminal")
        person.await_text("\n>>>")
        person.type("print('\\x1b[32mgreen\\x1b[0m', 6 * 8)")
        person.press("Left", "BSpace")
        person.type("7")
        person.press("Enter")
        person.await_text("\ngreen 42")
        person.resize(80, 30)
        person.press("Up", "Enter")
        lines = [f"n = {i}  # {'-' * 70}" for i in range(125)]
        text = "\n".join(["n = 0", *lines, "print('n is', n)\n"])
        assert len(text) > 10_000
        person.paste(text)
        person.await_text("\nn is 124")
        person.enter("while True: print(end=chr(42))")
        person.press("Enter")
        person.await_text("****")
        person.press("C-c")
        person.await_text("KeyboardInterrupt")
        person.press("C-]")
        person.enter("echo left with $?")
        person.await_text("left with 0")
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
    said = log.read_bytes()
    assert b"\x1b[32mgreen\x1b[0m 42" in said
    assert said.count(b"\r\n>>> n = ") >= 125


@needs_tmux
def test_it_is_killed(tmp_path):
    with window() as person:
        person.enter(f"stty -g > {tmp_path}/before; {BELAY} terminal sim: & echo $! > {tmp_path}/pid; fg")
        person.await_text("\n>>>")
        person.enter("'here'")
        person.await_text("\n'here'")
        pid = int((tmp_path / "pid").read_text())
        subprocess.run(["kill", "-TERM", str(pid)], check=True)
        person.await_text("Terminated")
        person.enter(f"stty -g > {tmp_path}/after; echo over")
        person.await_text("\nover")
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()


def test_without_a_terminal():
    command = [sys.executable, "-m", "belay", "terminal", "sim:"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: the terminal needs a keyboard")
    assert "hint: run it from a shell" in done.stderr
