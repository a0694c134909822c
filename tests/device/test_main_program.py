"""Restarting a board into its ``main.py``: followed on the simulated board, and on CircuitPython's fake."""

import io
import os
import signal
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from tests.device.test_circuitpython import Board
from tests.support.network_boards import tcp_board
from tests.support.transports import InterruptingTransport

from belay import Device
from belay.device.main_program import follow_main, start_main
from belay.exceptions import ConnectionLost, FeatureUnavailableError, PyboardError, PyboardException
from belay.testing import FIRMWARE, Answer, FakeBoard
from belay.testing.memory import DIRECT
from belay.transport.connect import connect


class InterruptedRestart(InterruptingTransport):
    """``operations`` go well from the write that restarts the board on; negative: all."""

    behind = True
    operations = -1

    def write(self, data, timeout_s):
        if data == b"\x04":
            self.left = self.operations
        super().write(data, timeout_s)


@pytest.fixture
def followed():
    """A function that makes a text the main program of a board, and follows it; the device is ``.device``."""
    printed = io.StringIO()
    with Device("sim:", stream_out=printed) as device:

        def follow(text):
            device.fs.write("/main.py", text)
            follow_main(device)
            return printed.getvalue()

        follow.device, follow.printed = device, printed
        yield follow


@contextmanager
def interrupting(printed, sign):
    """Ctrl-C for the main thread once ``sign`` was printed."""

    def watch():
        give_up = time.monotonic() + 20
        while sign not in printed.getvalue() and time.monotonic() < give_up:
            pause.wait(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    pause = threading.Event()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_output_until_the_end(followed):
    assert followed("print('één')\nprint('a\\nb', end='')") == "één\na\nb"
    assert followed.device("1 + 1") == 2


def test_the_last_byte_is_shown_where_it_is_no_whole_character(followed):
    assert followed("import sys\nsys.stdout.buffer.write(b'one\\xc3')") == "one\\xc3"


def test_a_printed_traceback_that_output_follows_at_once(followed):
    raising = "import sys\ntry: 1/0\nexcept Exception as e: sys.print_exception(e)\n"
    printed = followed(f"{raising}print('on')")
    assert printed.endswith("ZeroDivisionError: divide by zero\non\n")


def test_an_exception_names_the_files_of_the_host(followed, tmp_path):
    main, module = tmp_path / "my_main.py", tmp_path / "my_module.py"
    main.write_text("import fine\nfine.f(0)\n")
    module.write_text("def f(x):\n    return 1 / x\n")
    device = followed.device
    device._link.sources.place("/main.py", main)
    device._link.sources.place("/lib/fine.py", module)
    device.fs.write("/lib/fine.py", module.read_text())
    with pytest.raises(PyboardException) as caught:
        followed(main.read_text())
    error = caught.value
    assert [(frame.file, frame.line) for frame in error.frames] == [(str(main), 2), (str(module), 2)]
    assert error.type_name == "ZeroDivisionError"
    assert "return 1 / x" in str(error)
    assert followed.printed.getvalue() == ""
    assert device("1 + 1") == 2


def test_a_printed_traceback_is_output(followed):
    raising = "import sys, time\ntry: 1/0\nexcept Exception as e: sys.print_exception(e)\n"
    printed = followed(f"{raising}time.sleep(.5)\nprint('on')")
    assert printed.startswith("Traceback (most recent call last):")
    assert printed.endswith("ZeroDivisionError: divide by zero\non\n")


@pytest.mark.parametrize("tries", [1, 2])
def test_ctrl_c_stops_the_program(followed, tries):
    program = f"""
for i in range({tries}):
    try:
        print("try", i)
        while True: pass
    finally:
        print("cleanup")
        if i < {tries - 1}: continue
"""
    with pytest.raises(KeyboardInterrupt), interrupting(followed.printed, "try 0"):
        followed(program)
    assert followed.printed.getvalue().count("cleanup") == tries
    assert followed.device("1 + 1") == 2


def test_a_program_that_ctrl_c_does_not_stop():
    """It is given up once, not again by closing."""
    printed = io.StringIO()
    with Device("sim:", stream_out=printed, timeout=2) as device:
        device.fs.write("/main.py", "while 1:\n try:\n  print('go')\n  while 1: pass\n except: pass")
        with pytest.raises(PyboardError), interrupting(printed, "go"):
            follow_main(device)
        with pytest.raises(ConnectionLost, match="closed"):
            device("1")


def test_ctrl_c_and_another_exception_in_the_cleanup(followed):
    program = "try:\n  print('go')\n  while True: pass\nfinally:\n  1/0"
    with pytest.raises(PyboardException, match="ZeroDivisionError"), interrupting(followed.printed, "go"):
        followed(program)


def test_a_board_that_is_unplugged(followed):
    device = followed.device
    device.fs.write("/main.py", "print('go')\nwhile True: pass")

    def unplug():
        give_up = time.monotonic() + 20
        while "go" not in followed.printed.getvalue() and time.monotonic() < give_up:
            pause.wait(0.01)
        device._link.session.transport.close()

    pause = threading.Event()
    thread = threading.Thread(target=unplug)
    thread.start()
    with pytest.raises(ConnectionLost):
        follow_main(device)
    thread.join()


def test_started_and_left_alone():
    """The board behind the line lives on: who comes next hears it."""
    with tcp_board() as relay:
        with Device(f"socket://127.0.0.1:{relay.port}") as device:
            device.fs.write("/main.py", "import time\nwhile True:\n  print('on')\n  time.sleep_ms(10)")
            start_main(device)
            with pytest.raises(ConnectionLost, match="closed"):
                device("1")
        with socket.create_connection(("127.0.0.1", relay.port), timeout=20) as next_one:
            heard = b"".join(next_one.recv(1) for _ in range(60))
        assert heard.count(b"on") >= 10, heard


@pytest.mark.parametrize("name", ["circuitpython 10", "circuitpython 7", "micropython", "micro:bit"])
@pytest.mark.parametrize("read_bytes", [1, 65536])
@pytest.mark.parametrize(
    "error", [b"", b'Traceback (most recent call last):\r\n  File "main.py", line 1\r\nE: x\r\n']
)
def test_every_firmwares_end(name, read_bytes, error):
    printed = io.StringIO()
    version = (10, 0, 3)
    fake = FakeBoard(
        Board(version), firmware=FIRMWARE[name], main=Answer(b"hello\r\n", error=error), read_bytes=read_bytes
    )
    with Device(fake, stream_out=printed, timeout=5) as device:
        if error:
            with pytest.raises(PyboardException) as caught:
                follow_main(device)
            assert (caught.value.type_name, caught.value.message) == ("E", "x")
        else:
            follow_main(device)
        assert "hello\n" in printed.getvalue()
        assert "Traceback" not in printed.getvalue()
        assert device("6*7") == 42


def test_a_line_that_ends_with_a_restart_cannot_be_followed():
    fake = FakeBoard(Board((1, 26, 1)), line=replace(DIRECT, may_soft_reset=False))
    with (
        Device(fake, timeout=5) as device,
        pytest.raises(FeatureUnavailableError, match="cannot be followed"),
    ):
        follow_main(device)


@pytest.mark.parametrize("operations", range(4))
def test_ctrl_c_while_the_board_restarts_stops_the_program_too(operations):
    """The operations: the reset is written, its sign read, and what ``main.py`` prints."""
    line = InterruptedRestart(connect("sim:"))
    printed = io.StringIO()
    with Device(line, stream_out=printed, startup="") as device:
        device.fs.write("/main.py", "while True: print('on')")
        device.fs.write("/boot.py", "open('/booted', 'w').close()")
        line.operations = operations
        with pytest.raises(KeyboardInterrupt):
            follow_main(device)
        line.operations = -1
        device("n = 0")
        shown = printed.getvalue()
        assert device("n") == 0
        assert printed.getvalue() == shown  # nothing prints any more
