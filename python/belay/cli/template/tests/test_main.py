"""`pytest` runs these on a simulated board; `pytest --belay-port PORT` on a real one."""

from contextlib import suppress
from pathlib import Path

import belay

MAIN = Path(__file__).parents[1] / "main.py"


def test_main_runs_on_the_board(installed):
    with suppress(belay.TimeoutExpired):  # it may run for ever; what it raises before fails the test
        installed(MAIN.read_text("utf-8"), timeout=3)
    assert installed("1 + 1") == 2  # the board is ready for the next thing


def test_the_package_can_be_imported(installed):
    assert installed("__import__('PACKAGE').__name__") == "PACKAGE"
