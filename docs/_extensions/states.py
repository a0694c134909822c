"""The tables of `rust/core/src/repl`, read from their source: as a drawing and as tables."""

import re
from html import escape
from itertools import groupby, pairwise
from math import copysign, dist
from pathlib import Path

REPL = Path(__file__).parents[2] / "rust" / "core" / "src" / "repl"

# Where the drawing has each state, and the ways of the edges that are no straight lines.
WIDTH, HEIGHT = 760, 595
BOX = (116, 40)
PLACES = {
    "Prompt": (380, 40),
    "Requested": (150, 150),
    "Sent": (380, 210),
    "Pasting": (150, 270),
    "Running": (380, 340),
    "Doubt": (150, 460),
    "Replied": (610, 460),
    "Verified": (150, 565),
    "Owed": (610, 565),
}
ROUND = {
    ("Replied", "Prompt"): [(610, 440), (610, 40), (438, 40)],
    ("Verified", "Prompt"): [(92, 565), (32, 565), (32, 40), (322, 40)],
}
COMMON = 3
"""An input that leads from so many states to one is said beneath the drawing instead of drawn."""


def table(file, name):
    """Rows (from, input, to) of a table of transitions."""
    text = (REPL / file).read_text("utf-8")
    body = re.search(rf"pub const {name}: .*? = &\[\n(.*?)\n\];", text, re.DOTALL)[1]
    rows = re.findall(r"\(S::(\w+), [IF]::(\w+), S::(\w+)\),", body)
    if len(rows) != body.count("S::") / 2:
        raise ValueError(f"{file}: a row of {name} cannot be read")
    return rows


def meanings(file, name):
    """The variants of an enumeration and what is said of each."""
    text = (REPL / file).read_text("utf-8")
    body = re.search(rf"pub enum {name} \{{\n(.*?)\n\}}", text, re.DOTALL)[1]
    found = re.findall(r"((?:^ *///.*\n)+) *(\w+),", body, re.MULTILINE)
    return {variant: " ".join(re.findall(r"/// ?(.*)", said)) for said, variant in found}


def drawn(rows):
    """The edges (from, to) with their inputs, and what is said instead: (input, to) with its states."""
    said = {}
    for origin, by, to in rows:
        said.setdefault((by, to), []).append(origin)
    said = {key: origins for key, origins in said.items() if len(origins) >= COMMON}
    edges = {}
    for origin, by, to in rows:
        if (by, to) not in said:
            edges.setdefault((origin, to), []).append(by)
    return edges, said


def diagram():
    rows = table("state.rs", "TRANSITIONS")
    edges, said = drawn(rows)
    parts = [
        f'<div class="states"><svg class="states" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="States of the raw REPL">',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0,0 L8,4 L0,8 Z"/></marker></defs>',
    ]
    parts += [
        edge(origin, to, " / ".join(inputs), (to, origin) in edges) for (origin, to), inputs in edges.items()
    ]
    parts += [box(state) for state in meanings("state.rs", "State")]
    lines = ["".join(parts) + "</svg></div>", ""]
    everywhere = set(PLACES)
    for (by, to), origins in said.items():
        missing = everywhere - set(origins)
        names = "every other state" if missing == {to} else ", ".join(f"*{each}*" for each in origins)
        lines.append(f"- `{by}`: from {names} to *{to}*.")
    return "\n".join(lines)


def box(state):
    x, y = PLACES[state]
    width, height = BOX
    return (
        f'<g class="state"><rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" '
        f'height="{height}" rx="8"/><text x="{x}" y="{y + 5}">{state}</text></g>'
    )


def edge(origin, to, label, both_ways):
    points = ROUND.get((origin, to)) or straight(PLACES[origin], PLACES[to], 18 if both_ways else 0)
    (left, top), (right, bottom) = max(pairwise(points), key=lambda ends: dist(*ends))
    part = 0.3 if both_ways else 0.5  # the labels of two edges side by side stand at different heights
    x, y = left + (right - left) * part, top + (bottom - top) * part
    way = " ".join(f"{'L' if number else 'M'}{a:g},{b:g}" for number, (a, b) in enumerate(points))
    return (
        f'<g class="input" data-edge="{origin} {to}"><path d="{way}" marker-end="url(#arrow)"/>'
        f'<text x="{x:g}" y="{y + 4:g}">{escape(label)}</text></g>'
    )


def straight(origin, to, aside):
    """From the edge of one box to that of another, moved aside where another edge comes back."""
    across, down = to[0] - origin[0], to[1] - origin[1]
    aside = copysign(aside, across)
    reach = min(BOX[0] / 2 / abs(across) if across else 9, BOX[1] / 2 / abs(down) if down else 9)
    start = (origin[0] + across * reach + aside, origin[1] + down * reach)
    end = (to[0] - across * reach + aside, to[1] - down * reach)
    return [start, end]


def markdown():
    """What each state and each input is, and all transitions."""
    rows = table("state.rs", "TRANSITIONS")
    lines = ["| state | where the board is | what leads out of it |", "|---|---|---|"]
    for state, said in meanings("state.rs", "State").items():
        ways = [f"`{by}` → *{to}*" for origin, by, to in rows if origin == state]
        lines.append(f"| *{state}* | {said} | {', '.join(ways)} |")
    lines += ["", "| input | what was recognised, or done by the caller |", "|---|---|"]
    lines += [f"| `{by}` | {said} |" for by, said in meanings("state.rs", "Input").items()]
    return "\n".join(lines)


def entry():
    """The steps of the way into the raw REPL."""
    says = meanings("entry.rs", "Stage")
    lines = ["| step | what it does | what ends it |", "|---|---|---|"]
    for stage, rows in groupby(table("entry.rs", "STEPS"), key=lambda row: row[0]):
        ways = [
            f"{', '.join(f'`{by}`' for _, by, _ in same)} → *{to}*"
            for to, same in groupby(rows, key=lambda row: row[2])
        ]
        lines.append(f"| *{stage}* | {says[stage]} | {'; '.join(ways)} |")
    lines += ["", "| what is found | |", "|---|---|"]
    lines += [f"| `{by}` | {said} |" for by, said in meanings("entry.rs", "Finding").items()]
    return "\n".join(lines)
