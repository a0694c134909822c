"""`pytest` runs these on a simulated board; `pytest --belay-port PORT` on a real one."""

from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_main_runs_on_the_board(device, board_output):
    device.sync(ROOT / "PACKAGE", dst="/PACKAGE")
    device((ROOT / "main.py").read_text())
    assert "PROJECT runs on micropython" in board_output.text


def test_the_package_can_be_imported(device):
    device.sync(ROOT / "PACKAGE", dst="/PACKAGE")
    assert device("__import__('PACKAGE').__name__") == "PACKAGE"
