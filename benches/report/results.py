"""The results of a run: what is kept of pytest-benchmark's and criterion's files, in
docs/concepts/performance.json.

::

    {"run":   {"date", "minutes", "load": [before, after], "cores", "system", "python", "belay"},
     "wire":  {operation: {tool: figures}},          benches/tools.py says which figures
     "start": {command: {tool: seconds of CPU}},
     "times": {name of a bench: {"min", "median", and what it said of itself}}}

Nothing in it names the machine.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import belay

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "concepts" / "performance.json"
CRITERION = ROOT / "target" / "criterion" / "minify" / "device code" / "new"

Results = dict[str, Any]
DIGITS = 4


def condense(measured: dict[str, Any]) -> Results:
    """What is kept of a file of ``pytest --benchmark-json``, and of criterion's where it ran."""
    results: Results = {"run": _run(measured), "wire": {}, "start": {}, "times": {}}
    for bench in measured["benchmarks"]:
        extra, times = bench["extra_info"], {key: bench["stats"][key] for key in ("min", "median")}
        if "rows" in extra:
            for operation, figures in extra["rows"].items():
                results["wire"].setdefault(operation, {})[extra["tool"]] = figures
        elif "command" in extra:
            results["start"].setdefault(extra["command"], {})[extra["tool"]] = times["min"]
        else:
            results["times"][bench["name"]] = {**times, **extra}
    if CRITERION.exists():
        sample = json.loads((CRITERION / "sample.json").read_text())
        size = json.loads((CRITERION / "benchmark.json").read_text())["throughput"]["Bytes"]
        fastest_ns = min(one / many for one, many in zip(sample["times"], sample["iters"], strict=True))
        results["times"]["minify in Rust"] = {"min": fastest_ns / 1e9, "before": size}
    return _rounded(results)


def _run(measured: dict[str, Any]) -> dict[str, Any]:
    return {
        "date": measured["datetime"][:10],
        **measured["run"],
        "system": f"{platform.system()}, {platform.machine()}",
        "python": platform.python_version(),
        "belay": belay.__version__,
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def save(results: Results) -> None:
    """Write them."""
    FILE.write_text(json.dumps(results, indent=1) + "\n")


def load() -> Results:
    """Read them."""
    results: Results = json.loads(FILE.read_text())
    return results
