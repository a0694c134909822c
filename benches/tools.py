"""The tools side by side: one operation as a whole program, over a paced link.

A whole program connects, does it and ends. Both Belays run benches/program.py, where the operation is also
seen alone; the others are their own command lines.
"""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator

from benches import peers
from benches.link import Link, Passed

PROGRAM = Path(__file__).with_name("program.py")
TIMEOUT_S = 300
OURS = "belay"
EARLIER = f"belay {peers.VERSIONS['belay']}"
BELAYS = (OURS, EARLIER)
TOOLS = (*BELAYS, "mpremote", "mpytool")

COMMANDS: dict[str, dict[str, Callable[..., list[str]]]] = {
    "mpremote": {
        "open": lambda: ["connect", "{port}", "exec", "print(1 + 1)"],
        "sync": lambda folder: ["connect", "{port}", "fs", "cp", "-r", f"{folder}/.", ":/"],
        "download": lambda path, to: ["connect", "{port}", "fs", "cp", f":{path}", to],
    },
    "mpytool": {
        "open": lambda: ["-p", "{port}", "exec", "print(1 + 1)"],
        "sync": lambda folder: ["-p", "{port}", "cp", f"{folder}/", ":/"],
        "download": lambda path, to: ["-p", "{port}", "cp", f":{path}", to],
    },
}

Figures = dict[str, Any]
"""``seconds``, ``exchanges``, ``credits``, ``bytes_up``, ``bytes_down``; of a step also ``cpu_s``."""


class ToolFailed(Exception):
    """A tool did not do what it was asked to; the text is its own."""


def program_of(tool: str) -> Path:
    """What runs a tool: an interpreter for either Belay.

    Raises:
        Unavailable: see `peers.environment`.
    """
    if tool == OURS:
        return Path(sys.executable)
    return peers.environment(tool.split()[0]) / ("python" if tool in BELAYS else tool)


class Program:
    """benches/program.py in the environment of one Belay, step by step."""

    def __init__(self, tool: str, link: Link | None) -> None:
        command = [str(program_of(tool)), str(PROGRAM)]
        self._link = link
        self._passed: list[Passed] = []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def step(self, name: str, *arguments: object) -> Figures:
        """Do one step; its value is in the figures."""
        assert self._process.stdin
        assert self._process.stdout
        self._take()
        deadline = threading.Timer(TIMEOUT_S, self._process.kill)
        deadline.start()
        try:
            self._process.stdin.write(json.dumps([name, *map(_plain, arguments)]) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        finally:
            deadline.cancel()
        if not answer:
            raise ToolFailed(f"the program ended in step {name}")
        return {**json.loads(answer), **vars(self._take())}

    def passed(self) -> dict[str, int]:
        """All that passed since the program began."""
        self._take()
        return {name: sum(vars(one)[name] for one in self._passed) for name in vars(Passed())}

    def _take(self) -> Passed:
        passed = self._link.take() if self._link else Passed()
        self._passed.append(passed)
        return passed

    def end(self) -> None:
        """Wait until the program has ended."""
        try:
            self._process.communicate(timeout=10)
        finally:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def running(tool: str, link: Link | None) -> Iterator[Program]:
    """A program that has not opened its device; ``None`` where it needs no board."""
    program = Program(tool, link)
    try:
        yield program
    finally:
        program.end()


def whole(tool: str, link: Link, operation: str, *arguments: object) -> Figures:
    """Connect, do it, end.

    Returns:
        The figures of the whole; of either Belay also those of the step, as ``alone``.
    """
    link.take()
    began = time.perf_counter()
    if tool in BELAYS:
        with running(tool, link) as program:
            alone = program.step("open", link.port)
            if operation == "download":
                program.step("define")
            if operation != "open":
                alone = program.step(operation, *arguments)
            program.step("close")
        return {"seconds": time.perf_counter() - began, **program.passed(), "alone": alone}
    words = COMMANDS[tool][operation](*map(_plain, arguments))
    command = [str(program_of(tool)), *(word.replace("{port}", link.port) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode:
        raise ToolFailed((done.stdout + done.stderr)[-1000:])
    return {"seconds": time.perf_counter() - began, **vars(link.take()), "value": done.stdout}


ROUNDS, ENOUGH_S = 3, 20
"""Rounds of a measurement, and the seconds after which none is begun."""


def keep_fastest(benchmark: Any, tool: str, measure: Callable[[], dict[str, Figures]]) -> None:
    """Measure several rounds, and of each operation keep the fastest, as ``rows`` of ``tool``.

    Args:
        benchmark: pytest-benchmark's fixture.
        tool: one of `TOOLS`.
        measure: gives the figures of operations.
    """
    rows: dict[str, Figures] = {}
    began = time.perf_counter()

    def rounds() -> None:
        for number in range(ROUNDS):
            if number and time.perf_counter() - began > ENOUGH_S:
                break
            for operation, figures in measure().items():
                rows[operation] = min(figures, rows.get(operation, figures), key=lambda one: one["seconds"])

    benchmark.pedantic(rounds, rounds=1)
    for figures in rows.values():
        figures.pop("value", None)
        figures.get("alone", {}).pop("value", None)
    benchmark.extra_info.update(tool=tool, rows=rows)
    print()
    for operation, figures in rows.items():
        print(f"{tool:14}{operation:32}", *(f"{name} {value}" for name, value in figures.items()))


def children_cpu_s() -> float:
    """CPU time of all children that have ended: a clock for whole commands."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
