"""``Device.terminal``: keys and screen, what is put back, and a paste that loses nothing on any line."""

import io
import os
import signal
import subprocess
import sys
import termios
import threading
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.device.test_network import KINDS, SERVERS
from tests.support.keyboard import Person
from tests.support.lines import RELAY
from tests.support.network_boards import serial_board, tcp_board
from tests.support.uart import uart_board

from belay import Device
from belay.device.terminal import converse, local_terminal
from belay.exceptions import ConnectionLost, FeatureUnavailableError
from belay.transport.connect import connect

pytest.importorskip("micropython_run")
DEADLINE_S = 30


@contextmanager
def at_terminal(device, person, **options):
    """The terminal in a thread; what it raised is raised at the end, if it ended by itself."""
    errors = []

    def work():
        try:
            converse(
                device._link.session,
                exit_char=options.get("exit_char", "\x1d"),
                keyboard=person.keyboard,
                screen=person.keyboard,
                log=options.get("log"),
            )
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        person.await_text(">>> ")
        yield thread
    finally:
        person.type(options.get("exit_char", "\x1d"))
        thread.join(DEADLINE_S)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


@pytest.fixture
def person():
    with Person() as person:
        yield person


def paste_of(size):
    """Lines that a prompt follows, ``size`` bytes in all, and the program's check of them."""
    lines, length = [], 0
    while length < size:
        lines.append(f"pasted.append({len(lines)})  # é {'-' * (len(lines) % 40)}")
        length += len(lines[-1].encode()) + 1
    return "\r".join(lines) + "\r", len(lines)


@contextmanager
def local(kind):
    """The same without a network: ``sim:``, a serial port, a program on a pipe."""
    if kind == "sim":
        yield SimpleNamespace(url="sim:")
    elif kind == "serial":
        with serial_board() as path:
            yield SimpleNamespace(url=path)
    else:
        with tcp_board() as relay:
            yield SimpleNamespace(url=f"exec:{sys.executable} {RELAY} {relay.port}")


@pytest.mark.parametrize("kind", ["sim", "serial", "exec", *KINDS])
def test_a_paste_of_10_kb_on_every_line_and_the_device_works_afterwards(kind, person, tmp_path):
    with SERVERS[kind](tmp_path) if kind in SERVERS else local(kind) as server:
        options = {"password": "secret"} if kind == "webrepl" else {}
        with Device(server.url, **options) as device:

            @device.task
            def double(value):
                return 2 * value

            text, count = paste_of(10_000)
            before = person.settings()
            with at_terminal(device, person):
                person.type("pasted = []\r")
                person.type(text)
                person.type("print('sum', sum(pasted), len(pasted))\r")
                person.await_text(f"\nsum {sum(range(count))} {count}\r\n")
            assert person.settings() == before
            assert double(21) == 42
            assert device("1 + 1") == 2
        if hasattr(server, "board"):
            assert server.board.lost == 0


def test_keys_and_screen_pass_as_they_are(person):
    with Device("sim:") as device, at_terminal(device, person):
        person.type("print('\\x1b[31m' + '\\xe9\\u20ac\\U0001f600' + '\\x1b[0m')\r")
        person.await_text("\x1b[31mé€😀\x1b[0m\r\n")
        person.type("1234\x1b[D\x1b[D5\r")  # two to the left
        person.await_text("\n12534\r\n")
        person.type("\x1b[A\r")  # the line above again
        person.await_text("\n12534\r\n")
        person.type("while True: print(end='run' + 'ning')\r\r")
        person.await_text("running")
        person.type("\x03")
        person.await_text("KeyboardInterrupt")
        person.await_text(">>> ")
        person.type("\x05for i in range(3):\r    print(-i, len('é€😀'))\r\x04")  # the paste mode
        person.await_text("\n-2 3\r\n")


def test_a_ctrl_c_goes_before_a_paste_that_waits(person):
    with Device("sim:", flow="credits") as device, at_terminal(device, person):
        person.type("import time; print(1 / 8); time.sleep(60)\r" + "print('never', 'ever')\r" * 200)
        person.await_text("0.125")
        person.type("\x03")
        person.await_text("KeyboardInterrupt")
        person.await_text(">>> ")
        person.type("2 * 21\r")
        assert b"\nnever" not in person.await_text("\n42\r\n")


def test_keys_without_echo_do_not_hold_up_a_person(person):
    with Device("sim:", flow="credits") as device, at_terminal(device, person):
        person.type("\x1b[D" * 100)  # to the left of nothing
        person.type("6 * 7\r")
        person.await_text("\n42\r\n", deadline_s=10)


def test_the_log_gets_what_the_screen_gets(person):
    log = io.BytesIO()
    with Device("sim:") as device:
        with at_terminal(device, person, log=log):
            person.type("print('tick')\r")
            person.await_text("\ntick\r\n")
        assert device("1") == 1
    assert b"\ntick\n" in log.getvalue()
    assert b"MicroPython" in log.getvalue()


def test_another_exit_character(person):
    with Device("sim:") as device, at_terminal(device, person, exit_char="\x18"):
        person.type("'\x1d'\r")
        person.await_text("\n")


@pytest.mark.parametrize("exit_char", ["", "ab", "é"])
def test_an_exit_character_that_is_none(exit_char, person):
    with Device("sim:") as device, pytest.raises(ValueError, match="ASCII"):
        converse(device._link.session, exit_char=exit_char, keyboard=person.keyboard, screen=person.keyboard)


def test_calls_of_another_thread_wait(person):
    with Device("sim:") as device:
        results = []
        caller = threading.Thread(target=lambda: results.append(device("1 + 1")))
        with at_terminal(device, person):
            caller.start()
            person.type("'typed'\r")
            person.await_text("\n'typed'\r\n")
            assert not results
        caller.join(DEADLINE_S)
        assert results == [2]


def test_a_soft_reset_typed_by_a_person(person):
    with Device("sim:") as device:
        device("state = 5")
        with at_terminal(device, person):
            person.type("\x04")
            person.await_text("soft reboot")
            person.await_text(">>> ")
        assert device("state") == 5


def test_a_lost_line_ends_it_and_puts_the_terminal_back(person):
    before = person.settings()
    device = Device("sim:")
    with pytest.raises(ConnectionLost):  # noqa: SIM117, PT012
        with at_terminal(device, person) as thread:
            person.await_raw()
            os.killpg(simulated_process(), signal.SIGKILL)
            thread.join(DEADLINE_S)
    assert person.settings() == before
    device.close()


def simulated_process():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return max(int(word) for word in file.read().split())


def test_a_log_that_cannot_be_written(person):
    with open("/dev/full", "wb", buffering=0) as log, Device("sim:") as device:
        with pytest.raises(OSError, match="No space"), at_terminal(device, person, log=log) as thread:
            thread.join(DEADLINE_S)
        assert device("1 + 1") == 2


def test_without_a_keyboard(monkeypatch):
    for stdin in (io.StringIO(), open(os.devnull), None):  # noqa: SIM115
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(FeatureUnavailableError, match="no POSIX terminal"):
            local_terminal()
        if stdin is not None:
            stdin.close()


PROGRAM = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
from belay import Device
with Device("sim:") as device:
    device.terminal()
    print("value", device("6 * 7"))
    {more}
"""


@contextmanager
def process(person, more=""):
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(more=more)],
        stdin=person.keyboard, stdout=person.keyboard, stderr=person.keyboard,
    )  # fmt: skip
    try:
        person.await_text(">>> ")
        yield child
    finally:
        child.kill()
        child.wait(DEADLINE_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_kills_puts_the_terminal_back(person, number):
    before = person.settings()
    with process(person) as child:
        person.await_raw()
        assert person.settings() != before
        child.send_signal(number)
        assert child.wait(DEADLINE_S) == -number
    assert person.settings() == before


def test_a_signal_with_a_handler_of_its_own(person):
    before = person.settings()
    handler = "import signal\nsignal.signal(signal.SIGTERM, lambda *_: print('own handler'))\n"
    child = subprocess.Popen(
        [sys.executable, "-c", handler + PROGRAM.format(more="")],
        stdin=person.keyboard, stdout=person.keyboard, stderr=person.keyboard,
    )  # fmt: skip
    person.await_text(">>> ")
    child.send_signal(signal.SIGTERM)
    person.await_text("own handler")
    person.await_text("value 42")
    assert child.wait(DEADLINE_S) == 0
    assert person.settings() == before


def test_a_change_of_size_disturbs_nothing(person):
    with process(person) as child:
        termios.tcsetwinsize(person.keyboard, (50, 132))
        child.send_signal(signal.SIGWINCH)
        person.type("6 * 7\r")
        person.await_text("\n42\r\n")
        person.type("\x1d")
        person.await_text("value 42")
        assert child.wait(DEADLINE_S) == 0


@pytest.mark.parametrize("in_flight_bytes", [None, 100_000])
def test_a_paste_with_slow_lines_on_a_uart(person, in_flight_bytes):
    """Nothing is lost by our pace, and much is without it: the test's own check."""
    with uart_board() as uart:
        transport = connect(f"socket://127.0.0.1:{uart.port}", environment={})
        transport.line = replace(
            transport.line,
            may_soft_reset=False,
            in_flight_bytes=in_flight_bytes or transport.line.in_flight_bytes,
        )
        with Device(transport, startup="import time") as device:
            with at_terminal(device, person):
                person.type("pasted = []\r")
                person.await_text(">>> ", 1)
                person.type("pasted.append(1); time.sleep(0.2)  # a line that takes a while\r" * 3)
                person.type("pasted.append(1)  # and lines that do not\r" * 40)
                if in_flight_bytes is None:
                    person.type("print('sum', sum(pasted))\r")
                    person.await_text("\nsum 43\r\n")
                    assert uart.lost == 0
                else:
                    person.await_text("a while", 3)
                    person.await_text(">>> ")
            if in_flight_bytes:
                assert uart.lost > 0
