"""``belay list`` and ``belay select``: ports from a file, simulated boards, the menu in a real terminal."""

import json
import re
import shlex
import subprocess
import sys

import pytest
from tests.support.tmux import needs_tmux, window

from belay import UsbSpecifier, list_devices
from belay.cli import select
from belay.exceptions import DeviceNotFoundError

pytest.importorskip("micropython_run")

PICO = {
    "device": "sim:",
    "vid": 11914,
    "pid": 5,
    "serial_number": "e6614c311b137637",
    "manufacturer": "MicroPython",
    "product": "Board in FS mode",
    "location": "0-1.1.3.1",
}
BARE = {"device": "sim:", "vid": 6790}
"""A USB device that says nothing of itself."""
SECOND = {**PICO, "serial_number": "it's another", "location": "0-1.1.3.2"}
UART = {"device": "/dev/ttyS0"}


@pytest.fixture
def ports(tmp_path, monkeypatch):
    """Say which ports exist; gives the environment of a child that sees the same."""

    def set_ports(*listed):
        path = tmp_path / "ports.json"
        path.write_text(json.dumps(listed))
        monkeypatch.setenv("BELAY_PORTS", str(path))
        return {"BELAY_PORTS": str(path)}

    monkeypatch.delenv("BELAY_DEVICE", raising=False)
    return set_ports


def belay(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "belay", *arguments], capture_output=True, text=True, timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_list(ports):
    ports(PICO, UART, BARE)
    assert belay("list") == (
        0,
        "port  vid    pid  serial_number     manufacturer  product           location\n"
        "sim:  11914  5    e6614c311b137637  MicroPython   Board in FS mode  0-1.1.3.1\n"
        "sim:  6790\n",
        "",
    )


def test_list_as_json(ports):
    ports(PICO, UART, BARE)
    status, printed, _ = belay("list", "--json")
    assert status == 0
    assert json.loads(printed) == [PICO, {**dict.fromkeys(PICO), **BARE}]


def test_list_of_nothing(ports):
    ports(UART)
    assert belay("list") == (0, "", "no USB serial port was found\n")
    assert belay("list", "--json") == (0, "[]\n", "")


def test_the_library_sees_the_same_ports(ports):
    ports(PICO, BARE)
    assert list_devices() == [UsbSpecifier(**{name: PICO[name] for name in PICO if name != "device"}),
                              UsbSpecifier(vid=6790)]  # fmt: skip
    assert UsbSpecifier(vid=6790).to_port() == "sim:"


@pytest.mark.parametrize("text", ["{}}", "[1]", '[{"vid": 1}]', '[{"device": "x", "size": 1}]'])
def test_a_list_of_ports_that_is_none(tmp_path, monkeypatch, text):
    path = tmp_path / "ports.json"
    path.write_text(text)
    monkeypatch.setenv("BELAY_PORTS", str(path))
    with pytest.raises(DeviceNotFoundError, match="cannot be read"):
        list_devices()


def test_select_without_a_terminal():
    status, printed, errors = belay("select")
    assert (status, printed) == (1, "")
    assert errors == "error: the menu needs a terminal\nhint: `belay list` needs none\n"


def test_the_blinking_is_python_for_each_implementation():
    for name, code in select._BLINK.items():
        names = {}
        exec(compile(code, name, "exec"), names)
        assert callable(names["__belay_blink"])


@needs_tmux
def test_select_without_a_board(ports):
    with window(**ports(UART)) as person:
        person.enter(f"{sys.executable} -m belay select; echo status $?")
        shown = person.await_text("\nstatus 1")
    assert (
        "error: no USB serial port was found\nhint: is the board plugged in, and its cable one for data?"
        in shown
    )


def answered(person):
    """What stands below the last question, once the command is over."""
    return person.await_text("\nstatus 0").rpartition("[skip]?")[2]


@needs_tmux
def test_select_the_only_board_blink_and_use_what_it_says(ports, tmp_path):
    with window(**ports(PICO, UART)) as person:
        person.enter(f"clear; {sys.executable} -m belay select; echo status $?")
        shown = person.await_text("» 11914")
        assert "? Select USB Device (Use arrow keys)" in shown
        assert re.search(r"vid +pid +serial_number +manufacturer +product +location\n » 11914 +5 +e66", shown)
        names, first = re.findall(r".*(?:serial_number|e6614c).*", shown)
        assert names.index("serial_number") == first.index("e6614c")
        person.press("Enter")
        shown = person.await_text("Blink LED Pin Number [skip]?")
        assert re.search(
            r"\nImplementation\(name='micropython', version=\(1, \d+, \d+\), platform='linux'", shown
        )
        person.enter("99")  # there is none
        person.await_text("error: the board's program raised")
        person.await_text("[skip]?")
        person.enter("25")
        person.await_text("[skip]? 25")
        person.press("Enter")
        shown = answered(person)
        (export,) = re.findall(r"  (export BELAY_DEVICE=.*)", shown)
        spec, device = re.findall(r"  (spec = .*|device = belay\.Device\(spec\))", shown)
        # The shell's line and Python's line, used as they stand.
        person.enter(f"clear; {export}")
        program = "import belay; print('first', belay.Device()('1 + 1'))"
        person.enter(f"{sys.executable} -c {shlex.quote(program)}")
        person.await_text("\nfirst 2")
        person.enter("unset BELAY_DEVICE")
        program = f"import belay; {spec}; {device}; print('second', device('1 + 1'))"
        (tmp_path / "use.py").write_text(program)
        person.enter(f"{sys.executable} {tmp_path}/use.py")
        person.await_text("second 2")


@needs_tmux
def test_select_one_of_many(ports):
    with window(**ports(PICO, SECOND)) as person:
        person.enter(f"clear; {sys.executable} -m belay select; echo status $?")
        person.await_text("» 11914")
        person.press("Down", "Enter")
        person.await_text("[skip]?")
        person.press("Enter")
        shown = answered(person)
    assert "it's another" in shown
    # A quote in a field is the shell's to understand.
    (export,) = re.findall(r"  export BELAY_DEVICE=(.*)", shown)
    (description,) = shlex.split(export)
    assert UsbSpecifier.from_json(description).serial_number == "it's another"


@needs_tmux
def test_select_a_board_that_says_nothing_of_itself(ports):
    with window(**ports(BARE)) as person:
        person.enter(f"clear; {sys.executable} -m belay select; echo status $?")
        person.await_text("» 6790")
        person.press("Enter")
        person.await_text("[skip]?")
        person.press("Enter")
        shown = answered(person)
    assert """export BELAY_DEVICE='{ "vid": 6790 }'""" in shown
    assert "spec = belay.UsbSpecifier(vid=6790)" in shown


@needs_tmux
def test_select_and_ctrl_c(ports):
    with window(**ports(PICO)) as person:
        person.enter(f"clear; {sys.executable} -m belay select; echo status $?")
        person.await_text("» 11914")
        person.press("C-c")
        person.await_text("\nstatus 130")
