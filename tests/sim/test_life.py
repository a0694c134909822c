"""A board ends with its host, whatever happens to either."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.line import DEADLINE_S, Line

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="finds processes in /proc")

HOST = """
import os, sys
from belay.sim import launch
board = launch()
os.write(board.write_fd, b"while True: pass\\r")
print(board.process.pid, flush=True)
os.read(0, 1)
"""


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def assert_gone(*pids: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    left = set(pids)
    while left:
        assert time.monotonic() < deadline, left
        left = {pid for pid in left if os.path.exists(f"/proc/{pid}") and state(pid) != "Z"}
        time.sleep(0.005)


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"


def test_closing_ends_a_busy_board(line: Line) -> None:
    line.write(b"print('go', end=''); \nwhile True: pass\x04")
    line.read_until(b"go")
    board = line.board.process.pid
    lives = children(board)
    assert len(lives) == 1
    line.close()
    assert line.board.process.returncode == 0
    assert_gone(board, *lives)


def test_a_killed_host_leaves_no_process() -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert host.stdout
    board = int(host.stdout.readline())
    lives = children(board)
    assert lives
    host.kill()
    host.communicate()
    assert_gone(board, *lives)


def test_a_killed_supervisor_ends_the_board_and_the_line(line: Line) -> None:
    line.write(b"print('go', end=''); \nwhile True: pass\x04")
    line.read_until(b"go")
    lives = children(line.board.process.pid)
    line.board.process.send_signal(signal.SIGKILL)
    assert line.quiet(5.0) == b""
    assert os.read(line.board.read_fd, 1) == b""
    assert_gone(*lives)
    line.close()


def test_ctrl_c_of_the_hosts_terminal_does_not_reach_the_board(line: Line) -> None:
    assert os.getpgid(line.board.process.pid) != os.getpgid(0)


def test_an_idle_board_costs_no_time(line: Line) -> None:
    def ticks(pid: int) -> int:
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))

    board = line.board.process.pid
    pids = [board, *children(board)]
    before = [ticks(pid) for pid in pids]
    time.sleep(0.3)
    assert [ticks(pid) for pid in pids] == before
