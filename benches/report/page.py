"""The page docs/concepts/performance.md, from the results alone."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Optional

from benches import peers
from benches.link import LINKS
from benches.report import budgets
from benches.report.results import ROOT, Results
from benches.tools import BELAYS, EARLIER, OURS, TOOLS

FILE = ROOT / "docs" / "concepts" / "performance.md"
PLOTS = FILE.with_suffix("")

WHOLE = {
    "open to first result": "Connect and evaluate `1 + 1`",
    "60 files, first": "60 Python files (287 kB), to an empty board",
    "60 files, unchanged": "The same, nothing changed",
    "60 files, one changed": "The same, one file changed",
    "400 tiny files, first": "400 tiny files (29 kB in 88 folders), to an empty board",
    "400 tiny files, unchanged": "The same, nothing changed",
    "256 KiB up": "256 KiB that do not compress, to the board",
    "256 KiB down": "The same, back",
    "install, first": "`belay install`: the 60 files, ten packages, `main.py`; to an empty board",
    "install, unchanged": "The same, nothing changed",
}
"""Operations as whole programs, and their headings."""
OF_BELAY = {"install, first", "install, unchanged"}
"""Those that only the Belays have."""
STEPS = {
    "task call": "task call `add3(1, 2, 3)`",
    "generator of 1,000 values": "generator of 1,000 values",
}
"""Operations of the two Belays on a device that is open."""

MISSING = "not measured"
CANNOT = "-"

INTRODUCTION = """\
# Performance

What belay's operations cost, beside the earlier Belay ({earlier}), `mpremote` {mpremote} and `mpytool`
{mpytool}. This page and its plots are written by `make bench`; nothing in it is typed by hand.

## How it is measured

- Every tool talks to the same simulated board, which runs the real MicroPython, through the same paced serial
  line: {latency:g} ms each way, {bandwidth:,.0f} kB a second. Each peer is the released program in an
  environment of its own, used as its help says.
- Each result is verified before it counts: values are compared, files are read back.
- **Bytes** are all that passed. An **exchange** is one burst from the host that the board answered.
  **Credits** are answers that only grant room to go on. They are counted apart, because a host that keeps
  several grants in hand does not wait for them.
- **Modelled** times are bytes / bandwidth + exchanges x 2 x one-way latency, for three links:
  {links}.
  They leave out credits and the work of both ends, and so are the least that such a link allows.
- **Measured** times are of whole programs, start-up included: the fastest of up to three. Bytes and exchanges
  repeat; times depend on the machine, and mean something only beside a peer's in the same run.

This run: {date}, {system}, {cores} cores, CPython {python}, {minutes:.0f} minutes; load average
{load[0]:.1f} at its start and {load[1]:.1f} at its end, of which the benches themselves make about 1.
"""

ALONE = """\
The operation alone, on a device that is open; start-up is of whole commands. `mpremote` and `mpytool` keep no
device open: what they do as whole programs is below. Of an install, connecting and the final reset are left
out.
"""

NOTES = """\
The peers' ways differ. `mpremote` soft-resets the board when it connects. Neither it nor `mpytool` deletes
what the folder lacks. The earlier Belay sets the board's clock when it connects, takes a few exchanges more
or less each time, and has no download: a generator sends 256 bytes at a time. Its native hash is right on
32-bit boards only; on the simulated one, which has 64, it is told to use its hash in Python.
"""

REPEAT = """\
## Repeat it

- `make bench` runs everything, and writes this page.
- `make bench QUICK=1` measures belay alone against the budgets, and writes nothing.
- `make bench ONLY="call or literal"` runs the benches with such names, and writes nothing.

The peers and the source distributions that the 60 files come from are downloaded once, into the user's cache.
What cannot be downloaded is reported here as "{missing}".
"""


def page(results: Results) -> str:
    """The text."""
    run = results["run"]
    links = "; ".join(
        f"{name} ({bytes_per_s / 1000:,g} kB/s, {latency_s * 1000:g} ms)"
        for name, (latency_s, bytes_per_s) in LINKS.items()
    )
    introduction = {
        **{name: version for name, version in peers.VERSIONS.items() if name != "belay"},
        "earlier": peers.VERSIONS["belay"],
        "latency": LINKS["USB"][0] * 1000,
        "bandwidth": LINKS["USB"][1] / 1000,
        "links": links,
    }
    counts = ("exchanges", "credits", "bytes up", "bytes down")
    parts = [
        INTRODUCTION.format(**introduction, **run),
        "## Against the budgets\n",
        ALONE,
        _table(
            ("operation", "figure", EARLIER, f"**{OURS}**", "budget", ""), _budget_rows(results), "llrrrl"
        ),
        "## Whole programs\n",
        "Each connects, does it and ends.\n",
        _plot("wire", "Exchanges and bytes of each tool for each operation, logarithmic"),
        _plot("links", "Modelled seconds of each tool for each operation on three links, logarithmic"),
        _plot("measured", "Measured seconds of each tool for each operation on the USB link, logarithmic"),
        *_whole_tables(results),
        NOTES,
        "## Calls\n",
        "On a device that is open, over the same line; CPU time is the host's.\n",
        _table(("operation", "tool", *counts, "CPU", "measured"), _step_rows(results), "llrrrrrr"),
        f"In one process with the board, without a paced line, a call takes {_in_process(results)}.\n",
        "## The host's work\n",
        "CPU time of whole commands, their children included; the fastest of 15.\n",
        _plot("start", "CPU time of start-up of each tool, in milliseconds"),
        _table(("command", *TOOLS), _start_rows(results), "lrrrr"),
        "Each job beside the plain way to do it, or its limit:\n",
        _table(("job", "belay", "beside", "", "ratio"), _job_rows(results), "lrlrr"),
        REPEAT.format(missing=MISSING),
    ]
    return "\n".join(parts)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], alignment: str) -> str:
    ruler = ["---:" if side == "r" else "---" for side in alignment]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (tuple(heads), ruler, *rows)) + "\n"


def _plot(name: str, alternative: str) -> str:
    return f"![{alternative}]({PLOTS.name}/{name}.svg)\n"


def _budget_rows(results: Results) -> Iterator[tuple[str, ...]]:
    before = ""
    for budget, earlier, ours, limit, holds in budgets.table(results):
        shown = "" if budget.operation == before else budget.operation
        before = budget.operation
        verdict = "holds" if holds else "" if ours is None else "**exceeded**"
        beside = _number(earlier, MISSING if budget.earlier_has_it else CANNOT)
        yield shown, budget.figure, beside, f"**{_number(ours)}**", limit, verdict


def _whole_tables(results: Results) -> Iterator[str]:
    heads = ("tool", "exchanges", "credits", "bytes up", "bytes down", *LINKS, "measured")
    for operation, head in WHOLE.items():
        measured = results["wire"].get(operation, {})
        tools = BELAYS if operation in OF_BELAY else TOOLS
        rows = [
            (_name(tool), *(_wire_cells(measured[tool]) if tool in measured else [MISSING] + [""] * 7))
            for tool in tools
        ]
        yield f"**{head}**\n\n{_table(heads, rows, 'l' + 'r' * 8)}"


def _wire_cells(figures: dict[str, Any]) -> list[str]:
    counts = [f"{figures[name]:,}" for name in ("exchanges", "credits", "bytes_up", "bytes_down")]
    return [*counts, *(_time(modelled_s(figures, link)) for link in LINKS), _time(figures["seconds"])]


def modelled_s(figures: dict[str, Any], link: str) -> float:
    """The least that a link allows, see INTRODUCTION."""
    latency_s, bytes_per_s = LINKS[link]
    size = figures["bytes_up"] + figures["bytes_down"]
    return float(size / bytes_per_s + figures["exchanges"] * 2 * latency_s)


def _step_rows(results: Results) -> Iterator[tuple[str, ...]]:
    for operation, head in STEPS.items():
        for tool in BELAYS:
            figures = results["wire"].get(operation, {}).get(tool)
            if figures is None:
                yield head, _name(tool), MISSING, *[""] * 5
                continue
            counts = [f"{figures[name]:,}" for name in ("exchanges", "credits", "bytes_up", "bytes_down")]
            yield head, _name(tool), *counts, _time(figures["cpu_s"]), _time(figures["seconds"])


def _in_process(results: Results) -> str:
    cpu = results["times"].get("bench_cpu_of_a_call")
    trip = results["times"].get("bench_round_trip_of_a_call")
    if not cpu or not trip:
        return MISSING
    return f"{_time(cpu['min'] / cpu['calls'])} of CPU and {_time(trip['min'])} of time"


def _start_rows(results: Results) -> Iterator[tuple[str, ...]]:
    for command, measured in results["start"].items():
        cells = []
        for tool in TOOLS:
            can = tool in BELAYS or command.startswith(("-", "up"))
            cells.append(_time(measured[tool]) if tool in measured else MISSING if can else CANNOT)
        yield f"`{command}`" if command.startswith(("-", "import")) else command, *cells


EARLIER_MINIFY = f"bench_minify[{EARLIER}]"
INDEX, ARCHIVE = "bench_20_packages_of_an_index", "bench_archive_of_2000_files"
STAGE = "1,020 files walked, minified, hashed"
STAGE_TWIN = "plain Python, removing comments only"
JOBS = [
    # Job, our bench, beside what, its bench, which figure of both.
    ("minify, in Rust", "minify in Rust", f"`minify` of {EARLIER}", EARLIER_MINIFY, "rate"),
    ("minify, from Python", f"bench_minify[{OURS}]", f"`minify` of {EARLIER}", EARLIER_MINIFY, "rate"),
    (
        "minify, from Python",
        f"bench_minify[{OURS}]",
        "`tokenize`, which only reads",
        "bench_tokenize",
        "rate",
    ),
    *(
        (
            f"{name} from text",
            f"bench_literal[parse_literal-{name}]",
            "`ast.literal_eval`",
            f"bench_literal[literal_eval-{name}]",
            "min",
        )
        for name in ("1,000 ints", "nested dict", "10 kB of bytes")
    ),
    (STAGE, "bench_stage[by_belay]", STAGE_TWIN, "bench_stage[by_plain_python]", "min"),
    ("20 packages of an index, 50 ms a request", INDEX, "one request after the other", INDEX, "serial"),
    ("an archive of 2,000 files", ARCHIVE, "", "", "min"),
    ("reconnect, the board's state kept", "bench_reconnect[kept]", "limit", "1.5", "min"),
    ("reconnect and restore the state", "bench_reconnect[lost]", "limit", "1.5", "min"),
]


def _job_rows(results: Results) -> Iterator[tuple[str, ...]]:
    times = results["times"]
    for job, ours, beside, theirs, figure in JOBS:
        one = _seconds(times.get(ours), "rate" if figure == "rate" else "min")
        if beside == "limit":
            other: Optional[float] = float(theirs)
        else:
            other = _seconds(times.get(theirs), figure)
        shown = [_rate(value) if figure == "rate" else _time(value) for value in (one, other)]
        ratio = f"{_digits(other / one)} x" if one and other and beside != "limit" else ""
        if not beside:
            shown[1] = ""
        yield job, shown[0], beside, shown[1], ratio


def _seconds(measured: Optional[dict[str, Any]], figure: str) -> Optional[float]:
    """Of a rate: seconds for each byte."""
    if measured is None:
        return None
    if figure == "rate":
        return float(measured.get("seconds", measured.get("min")) / measured["before"])
    return float(measured.get("serial_s", 0)) if figure == "serial" else float(measured["min"])


def _name(tool: str) -> str:
    return f"**{tool}**" if tool == OURS else tool


def _number(value: Optional[float], none: str = MISSING) -> str:
    return none if value is None else f"{value:,g}" if value < 1e5 else f"{value:,.0f}"


def _rate(seconds_a_byte: Optional[float]) -> str:
    return MISSING if not seconds_a_byte else f"{_digits(1e-6 / seconds_a_byte)} MB/s"


def _time(seconds: Optional[float]) -> str:
    if seconds is None:
        return MISSING
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size * 0.9995:
            return f"{_digits(seconds / size)} {unit}"
    return f"{_digits(seconds / 1e-6)} µs"


def _digits(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:.0f}" if value >= 99.95 else f"{value:.3g}"
