"""What an installed wheel must do on each Python that it is for; test_wheel.py runs it in fresh environments.

It runs on CPython 3.8 too: no newer syntax here.
"""

import importlib
import os
import pkgutil
import subprocess
import sys

import pytest

import belay
from belay.testing import FakeBoard

FOR_THE_BOARD = ("belay.ondevice.", "belay.sim.firmware", "belay.sim.supervisor", "belay.cli.template")


def test_it_is_the_installed_one():
    assert belay.__file__.startswith(sys.prefix)


def test_every_module_can_be_imported():
    found = []
    for module in pkgutil.walk_packages(belay.__path__, "belay."):
        if not module.name.startswith(FOR_THE_BOARD) and module.name != "belay.__main__":
            importlib.import_module(module.name)
            found.append(module.name)
    assert {"belay.device.device", "belay.cli.main", "belay.transport.serial"} <= set(found)


def test_every_public_name_is_there():
    assert all(hasattr(belay, name) for name in belay.__all__)


def test_minify():
    assert belay.minify("def f(a):\n    return  a  # it\n").strip() == "def f(a):\n return a"


def test_a_task_a_generator_and_a_pin(device):
    @device.task
    def blink(pin, times):
        """On the board."""
        led = Pin(pin, Pin.OUT)  # noqa: F821
        for _ in range(times):
            led.value(not led.value())
            yield led.value()

    @device.task
    def add(a, b=2, *rest):
        return a + b + sum(rest)

    assert (add(1), add(1, 3), add(1, 3, 5)) == (3, 4, 9)
    assert list(blink(25, 3)) == [1, 0, 1]
    assert device.sim.pin(25).value == 1
    assert device("{'a': (1, 2.5, None)}") == {"a": (1, 2.5, None)}


def test_an_exception(device):
    @device.task
    def divide(a, b):
        return a / b

    with pytest.raises(belay.PyboardException) as caught:
        divide(1, 0)
    error = caught.value
    assert (error.type_name, error.frames[-1].source) == ("ZeroDivisionError", "return a / b")
    assert error.frames[-1].file == __file__
    assert divide(1, 2) == 0.5


def test_a_class(tmp_path):
    class Board(belay.Device):
        @belay.Device.setup(autoinit=True)
        def prepare():
            number = 6  # noqa: F841

        @belay.Device.task
        def product(other):  # noqa: N805
            return number * other  # noqa: F821

    with Board("sim:", trace=str(tmp_path / "trace")) as board:
        assert board.product(7) == 42
    assert (tmp_path / "trace").read_text().startswith("# belay trace")


def test_the_fake_board():
    board = FakeBoard({"1": "1\n"})
    board.write(b"\x01", 1)
    assert board.read(1).endswith(b"exit\r\n>")


FAILING = """
def test_half(device):
    @device.task
    def half(number):
        print("halving", number)
        return number / 0

    half(4)
"""


@pytest.mark.parametrize("style", ["auto", "native"])
def test_the_report_of_a_failing_test(tmp_path, style):
    (tmp_path / "test_half.py").write_text(FAILING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb", style]
    done = subprocess.run(command, cwd=str(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert "Captured board output call" in done.stdout
    assert "\nhalving 4\n" in done.stdout
    native = "line 6, in half\n    return number / 0\nbelay.exceptions"
    assert (">       return number / 0\nE" if style == "auto" else native) in done.stdout
    assert "FAILED test_half.py::test_half - ZeroDivisionError: divide by zero\n" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["info", "sim:"], ["exec", "sim:", "6 * 7"]]
)
def test_the_command_line(arguments):
    expected = {"--version": belay.__version__, "--help": "info", "info": "micropython v1.", "exec": "42"}
    for program in (
        [sys.executable, "-W", "error", "-m", "belay"],
        [os.path.join(sys.prefix, "bin", "belay")],
    ):
        done = subprocess.run([*program, *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert expected[arguments[0]] in done.stdout
