"""CircuitPython's manners at the line: code.py that runs, any key, terminal titles, reloads (fake board)."""

import re
from dataclasses import replace

import pytest

from belay import Device
from belay.exceptions import ConnectionLost, FeatureUnavailableError, PyboardException
from belay.testing import FIRMWARE, Answer, FakeBoard

VERSIONS = {"circuitpython 10": (10, 0, 3), "circuitpython 7": (7, 3, 3)}
MAINS = {
    "no code.py": None,
    "a code.py that ended": Answer(b"hello\r\n"),
    "a code.py that runs": Answer(b"hello\r\n", then="wait"),
    "a code.py that swallows an interrupt": Answer(
        b"hello\r\n", then="wait", interrupted=Answer(b"no\r\n", then="wait")
    ),
}


RAISED = (
    b"Traceback (most recent call last):\r\n"
    b'  File "<stdin>", line 1, in <module>\r\n'
    b"ZeroDivisionError: division by zero\r\n"
)


class Board:
    """Answers belay's programs as CircuitPython does; what it knows of them is what it was asked."""

    def __init__(self, version, missing=()):
        self.version = version
        self.missing = missing
        self.imports = ""

    def __call__(self, program):
        mark = re.search(r"(?:\\x1f|\x1f)([A-Za-z0-9]{7})", program)
        if mark:
            self.mark = f"\x1f{mark[1]}"
        if "?" in program and program.startswith("print(end="):
            number, start = re.search(r"\?(\d+):([\d:]*)%d", program).groups()
            return f"{self.mark}?{number}:{start}{int(hasattr(self, 'helped'))}{self.mark}"
        if "__belay_p(" in program:
            return self.value(("circuitpython", self.version, "RP2040", 0, 150_000))
        if "__belay_c()" in program:
            self.helped = True
            return b"\r\n" + self.value(([], False)).encode()
        if "__belay_i(" in program:
            self.imports = program
            return self.nothing()
        if "6*7" in program or "6 * 7" in program:
            return self.value(42)
        if "1/0" in program:
            return Answer(error=RAISED)
        return self.nothing()

    def value(self, value):
        text = repr(value)
        return f"{self.mark}v{len(text)}:{text}{self.mark}"

    def nothing(self):
        return f"{self.mark}n0:{self.mark}"


@pytest.mark.parametrize("main", MAINS)
@pytest.mark.parametrize("name", VERSIONS)
@pytest.mark.parametrize("read_bytes", [1, 65536])
def test_a_device_opens_and_calls_whatever_code_py_does(name, main, read_bytes, capsys):
    script = Board(VERSIONS[name])
    board = FakeBoard(script, firmware=FIRMWARE[name], main=MAINS[main], read_bytes=read_bytes)
    with Device(board) as device:
        assert device.implementation.name == "circuitpython"
        assert device.implementation.version == VERSIONS[name]
        assert device("6 * 7") == 42
        with pytest.raises(PyboardException, match="ZeroDivisionError"):
            device("1/0")
        assert device("6 * 7") == 42
    assert "import digitalio" in script.imports
    assert "machine" not in script.imports
    assert "\x1b" not in capsys.readouterr().out


def test_any_key_in_another_language():
    firmware = replace(
        FIRMWARE["circuitpython 10"],
        after_main="\r\nDer Code wurde ausgeführt.\r\n".encode(),
        any_key="\r\nDrücke eine beliebige Taste, um REPL zu öffnen. STRG-D zum Neuladen.\r\n".encode(),
    )
    with Device(FakeBoard(Board((10, 0, 3)), firmware=firmware, main=Answer(b"x"))) as device:
        assert device("6 * 7") == 42


def test_threads_are_refused():
    with Device(FakeBoard(Board((10, 0, 3)), firmware=FIRMWARE["circuitpython 10"])) as device:

        @device.thread
        def run():
            pass

        with pytest.raises(FeatureUnavailableError, match="no threads"):
            run()


def test_a_board_that_reloads_by_itself_is_a_lost_connection():
    """Saving a file over USB restarts CircuitPython: code.py runs, and waits for a key."""
    script = Board((10, 0, 3))
    firmware = FIRMWARE["circuitpython 10"]
    board = FakeBoard(script, firmware=firmware)
    with Device(board) as device:
        board.say(firmware.banner + b">>> ")
        while not device._link.session._repl.restarted:
            pass
        del script.helped
        with pytest.raises(ConnectionLost, match="restarted by itself"):
            device("6 * 7")
        device.reconnect()
        assert device("6 * 7") == 42
