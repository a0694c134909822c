"""The guide to the simulated board: its table."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs/guides/simulated-board.md"


def test_every_name_of_the_table_exists():
    from belay.sim import Adc, Pin, Pwm, SimulatedBoard, Strip

    known = {name for kind in (Adc, Pin, Pwm, SimulatedBoard, Strip) for name in dir(kind)}
    rows = [row for row in GUIDE.read_text().splitlines() if row.startswith("| `sim.")]
    words = {word for row in rows for word in re.findall(r"`(?:sim\.)?(\w+)", row)}
    assert len(words) > 12
    assert words <= known
