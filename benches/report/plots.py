"""The page's plots. Matplotlib is imported here alone.

Colours are Okabe and Ito's (the blue a little lighter), which the colour-blind tell apart, and each tool has
a mark of its own. The background is transparent and the ink a middle grey: they read on light and dark pages.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Callable, Iterable

from benches.link import LINKS
from benches.report.page import PLOTS, WHOLE, modelled_s
from benches.report.results import Results
from benches.tools import EARLIER, OURS, TOOLS

INK = "#767b82"
INKED = ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "grid.color")
STYLES = {
    OURS: ("#1A85C8", "o"),
    EARLIER: ("#CC79A7", "s"),
    "mpremote": ("#D55E00", "^"),
    "mpytool": ("#009E73", "D"),
}
LABELS = {
    "open to first result": "connect, 1 + 1",
    "60 files, first": "60 files, first",
    "60 files, unchanged": "… unchanged",
    "60 files, one changed": "… one changed",
    "400 tiny files, first": "400 tiny files, first",
    "400 tiny files, unchanged": "… unchanged",
    "256 KiB up": "256 KiB up",
    "256 KiB down": "256 KiB down",
    "install, first": "install, first",
    "install, unchanged": "… unchanged",
}
ROW_INCHES, PANEL_INCHES = 0.4, 2.7
assert LABELS.keys() == WHOLE.keys()


def digest(results: Results) -> str:
    """Names the results that a plot was drawn from; it is in each file."""
    return hashlib.sha256(json.dumps(results, sort_keys=True).encode()).hexdigest()[:16]


def draw(results: Results, folder: Path = PLOTS) -> None:
    """Write the plots to a folder."""
    import matplotlib

    matplotlib.use("svg")
    settings = {
        **dict.fromkeys(INKED, INK),
        **{f"axes.spines.{side}": False for side in ("top", "right", "left")},
        "grid.alpha": 0.25,
        "font.size": 9,
        "svg.hashsalt": "belay",
        "svg.fonttype": "none",
        "savefig.transparent": True,
    }
    with matplotlib.rc_context(settings):
        folder.mkdir(exist_ok=True)
        draws = {"wire": _wire, "links": _links, "measured": _measured, "start": _start}
        for name, make in draws.items():
            figure = make(results)
            meta = {"Date": None, "Creator": None, "Description": digest(results)}
            figure.savefig(folder / f"{name}.svg", bbox_inches="tight", metadata=meta)


def _wire(results: Results) -> Any:
    return _panels(
        results,
        {
            "exchanges": lambda figures: figures["exchanges"],
            "kB, both ways": lambda figures: (figures["bytes_up"] + figures["bytes_down"]) / 1000,
        },
    )


def _links(results: Results) -> Any:
    def model(link: str) -> Callable[[dict[str, Any]], float]:
        return lambda figures: modelled_s(figures, link)

    return _panels(results, {f"modelled seconds, {link}": model(link) for link in LINKS})


def _measured(results: Results) -> Any:
    return _panels(
        results, {"measured seconds of the whole program, USB link": lambda figures: figures["seconds"]}, 2
    )


Value = Callable[[dict[str, Any]], float]


def _panels(results: Results, values: dict[str, Value], width: float = 1) -> Any:
    """One panel for each value: a row for each operation, a mark for each tool."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator

    figure = Figure(figsize=(PANEL_INCHES * width * len(values) + 1.4, ROW_INCHES * len(WHOLE) + 1))
    axes = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
    rows = list(WHOLE)
    for axis, (label, value) in zip(axes, values.items(), strict=True):
        for place, tool in enumerate(TOOLS):
            colour, mark = STYLES[tool]
            measured = [(row, results["wire"].get(name, {}).get(tool)) for row, name in enumerate(rows)]
            # A little apart, so that equal figures do not hide each other.
            apart = (place - 1.5) * 0.14
            points = [(value(figures), row + apart) for row, figures in measured if figures]
            places, figures = zip(*points, strict=True) if points else ((), ())
            axis.plot(places, figures, mark, color=colour, label=tool, markersize=6)
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(numticks=20))
        axis.xaxis.set_major_formatter(lambda at, _: f"{at:,.0f}" if at >= 1 else f"{at:g}")
        axis.set_xlabel(label)
        axis.grid(True, axis="both")
        axis.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(rows)), [LABELS[row] for row in rows])
    axes[0].invert_yaxis()
    _legend(figure, axes[0])
    return figure


def _start(results: Results) -> Any:
    from matplotlib.figure import Figure

    commands = [name for name in results["start"] if name != "bare Python"]
    figure = Figure(figsize=(PANEL_INCHES * 2 + 1.4, 0.75 * len(commands) + 1))
    axis = figure.subplots()
    height = 0.19
    for place, tool in enumerate(TOOLS):
        measured = [(row, results["start"][name].get(tool)) for row, name in enumerate(commands)]
        bars = [(row + (place - 1.5) * height, seconds * 1e3) for row, seconds in measured if seconds]
        rows, widths = zip(*bars, strict=True) if bars else ((), ())
        drawn = axis.barh(rows, widths, height=height * 0.9, color=STYLES[tool][0], label=tool)
        axis.bar_label(drawn, fmt="%.0f", padding=3, color=INK, fontsize=8)
    bare = min(results["start"]["bare Python"].values()) * 1e3
    axis.axvline(bare, color=INK, linewidth=1, linestyle=":")
    axis.annotate(
        f"bare Python, {bare:.0f}",
        (bare, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, 2),
        textcoords="offset points",
        fontsize=8,
    )
    axis.set_yticks(range(len(commands)), commands)
    axis.tick_params(axis="y", length=0)
    axis.invert_yaxis()
    axis.set_xlabel("CPU time in milliseconds")
    axis.grid(True, axis="x")
    axis.set_axisbelow(True)
    _legend(figure, axis)
    return figure


def _legend(figure: Any, axis: Any) -> None:
    handles: Iterable[Any]
    handles, labels = axis.get_legend_handles_labels()
    found = dict(zip(labels, handles, strict=True))
    tools = [tool for tool in TOOLS if tool in found]
    marks = [found[tool] for tool in tools]
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.9)}
    figure.legend(marks, tools, ncols=len(tools), frameon=False, **place)
