"""What each operation may cost, and what it did. Wire costs are also tests: tests/**/test_wire_cost.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator, Optional

from benches.data import make
from benches.report.results import Results
from benches.tools import EARLIER, OURS


@dataclass(frozen=True)
class Budget:
    """One figure of one operation."""

    operation: str
    figure: str
    """What is counted, with its unit."""
    limit: float
    value: Callable[[Results, str], Optional[float]]
    """The figure that a tool has in the results; ``None`` where it has none."""
    at_least: bool = False
    earlier_has_it: bool = True

    def holds(self, results: Results) -> bool:
        """Whether it was measured, and is within the limit."""
        value = self.value(results, OURS)
        if value is None:
            return False
        return value >= self.limit if self.at_least else value <= self.limit


def _look_up(results: Results, *path: str) -> Optional[float]:
    value = results
    for name in path:
        value = value.get(name)  # type: ignore[assignment]
        if value is None:
            return None
    return value  # type: ignore[return-value]


def _alone(operation: str, figure: str, scale: float = 1.0) -> Callable[[Results, str], Optional[float]]:
    """A figure of the operation on a device that is open."""

    def value(results: Results, tool: str) -> Optional[float]:
        measured = results["wire"].get(operation, {}).get(tool, {})
        found = _look_up(measured.get("alone", measured), figure)
        return None if found is None else round(found * scale, 1)

    return value


def _wire(operation: str, **limits: float) -> Iterator[Budget]:
    for figure, limit in limits.items():
        yield Budget(operation, FIGURES[figure], limit, _alone(operation, figure))


FIGURES = {"exchanges": "exchanges", "bytes_up": "bytes up", "bytes_down": "bytes down"}


def _one_changed(results: Results, tool: str) -> Optional[float]:
    """Bytes up beyond the file itself."""
    sent = _alone("60 files, one changed", "bytes_up")(results, tool)
    return None if sent is None else sent - results["wire"]["60 files, one changed"][tool]["file_bytes"]


def _per_value(results: Results, tool: str) -> Optional[float]:
    both = [_alone(GENERATOR, figure, 1 / 1000)(results, tool) for figure in ("bytes_up", "bytes_down")]
    return None if None in both else round(sum(filter(None, both)), 1)


def _start(command: str) -> Callable[[Results, str], Optional[float]]:
    def value(results: Results, tool: str) -> Optional[float]:
        seconds = _look_up(results, "start", command, tool)
        return None if seconds is None else round(seconds * 1e3, 1)

    return value


def _slowest_help(results: Results, tool: str) -> Optional[float]:
    times = [measured["min"] for name, measured in results["times"].items() if name.startswith("bench_help[")]
    return round(max(times) * 1e3, 1) if times and tool == OURS else None


def _minify(results: Results, tool: str) -> Optional[float]:
    measured = results["times"].get(f"bench_minify[{tool}]")
    return measured and round(measured["before"] / measured["seconds"] / 1e6, 1)


def _literal(results: Results, tool: str) -> Optional[float]:
    if tool != OURS:
        return None
    seconds = _look_up(results, "times", "bench_literal[parse_literal-1,000 ints]", "min")
    return None if seconds is None else round(seconds * 1e6, 1)


GENERATOR = "generator of 1,000 values"
NOISE_LIMIT = int(make.RANDOM_BYTES * 1.02)
BUDGETS = [
    *_wire("open to first result", exchanges=8, bytes_up=1800),
    *_wire("task call", exchanges=1, bytes_up=40, bytes_down=30),
    Budget("task call", "µs of CPU", 100, _alone("task call", "cpu_s", 1e6)),
    *_wire(GENERATOR, exchanges=1001),
    Budget(GENERATOR, "bytes a value", 45, _per_value),
    *_wire("60 files, first", exchanges=6, bytes_up=80_000),
    *_wire("60 files, unchanged", exchanges=2, bytes_up=1500),
    *_wire("60 files, one changed", exchanges=6),
    Budget("60 files, one changed", "bytes up beside the file", 3000, _one_changed),
    *_wire("400 tiny files, first", exchanges=6, bytes_up=25_000),
    *_wire("400 tiny files, unchanged", exchanges=2, bytes_up=1500, bytes_down=200),
    *_wire("256 KiB up", exchanges=6, bytes_up=NOISE_LIMIT),
    *_wire("256 KiB down", exchanges=2, bytes_down=NOISE_LIMIT),
    *_wire("install, first", exchanges=12),
    *_wire("install, unchanged", exchanges=6, bytes_up=4500),
    Budget("import belay", "ms of CPU", 60, _start("import belay")),
    Budget("belay --version", "ms of CPU", 50, _start("--version")),
    Budget("belay info PORT, up to opening it", "ms of CPU", 120, _start("up to opening the port")),
    Budget("belay --help", "ms of CPU", 120, _start("--help")),
    Budget("COMMAND --help, the slowest", "ms of CPU", 120, _slowest_help, earlier_has_it=False),
    Budget("minify", "MB/s", 300, _minify, at_least=True),
    Budget("list of 1,000 ints from text", "µs", 65, _literal, earlier_has_it=False),
    Budget("helpers in the board's memory", "bytes", 3000, _alone("board memory", "bytes")),
]


def table(results: Results) -> Iterator[tuple[Budget, Optional[float], Optional[float], str, bool]]:
    """Budget, the earlier Belay's figure, ours, the limit in words, whether it holds."""
    for budget in BUDGETS:
        ours, earlier = budget.value(results, OURS), budget.value(results, EARLIER)
        limit = f"{budget.limit:,g}" if budget.limit < 1e5 else f"{budget.limit:,.0f}"
        words = f"{'≥' if budget.at_least else '≤'}\N{NO-BREAK SPACE}{limit}"
        yield budget, earlier, ours, words, budget.holds(results)
