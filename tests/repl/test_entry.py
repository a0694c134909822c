"""Into the raw REPL from generated states: of the fake board by our own clock, of the real interpreter."""

import itertools
import random
import re
import time
from contextlib import closing

import pytest

from belay._native import Entry
from belay.exceptions import PyboardError
from belay.repl.entry import enter_raw_repl, soft_reset
from belay.repl.response import value
from belay.repl.session import Session
from belay.testing import FIRMWARE, Answer, Interpreter
from belay.transport.connect import connect

MARK = b"\x1fabcdefg"
RAW = b"\x01"
HALF = "ran = 1"

TYPED = {
    "nothing": b"",
    "half a line": HALF.encode(),
    "half an escape sequence": HALF.encode() + b"\x1b[",
    "an open block": b"if 1:\r    ran = 1\r",
    "an open bracket": b"x = (\r1,",
    "raw": RAW,
    "raw, half a program": RAW + b"ran = 1\nprint('half",
    "raw-paste": RAW + b"\x05A\x01",
    "raw-paste, half a program": RAW + b"\x05A\x01" + b"ran = 1\n" * 5,
    "raw-paste, a window and more": RAW + b"\x05A\x01" + b"#" * 200,
    "raw-paste, half a request": RAW + b"\x05A",
    "raw, and back": RAW + b"\x02",
}
MAINS = {
    "no main": None,
    "a main that waits": Answer(b"main\r\n", then="wait"),
    "a main that ends": Answer(b"main\r\n"),
    "a main that prints a prompt": Answer(b"\r\n>>> ", then="wait"),
    "a main that prints a raw banner": Answer(b"raw REPL; CTRL-B to exit\r\n>", then="wait"),
    "a main that swallows an interrupt": Answer(then="wait", interrupted=Answer(b"no\r\n", then="wait")),
    "a main that swallows two": Answer(
        then="wait", interrupted=Answer(then="wait", interrupted=Answer(b"no\r\n", then="wait"))
    ),
}


def answer(program):
    """What the verification answers on a board without the mark; what else runs is an accident."""
    match = re.fullmatch(r"print\(end='(.{8})\?(\d+):(\d+:)%d\1'%.*\)", program, re.DOTALL)
    if not match:
        return Answer(b"", b"Traceback (most recent call last):\r\nNameError: accident\r\n")
    return f"{match[1]}?{match[2]}:{match[3]}0{match[1]}"


def enter(board, cut, timeout_ms=10_000):
    """Play an entry against a board that answers at once; returns its milliseconds."""
    entry = Entry(MARK, 0, timeout_ms)
    now_ms = 0
    while not entry.entered:
        assert not entry.failed, entry.obstacle
        outgoing = entry.to_send()
        said = board.feed(outgoing) if outgoing else b""
        for at in range(0, len(said), cut):
            entry.receive(said[at : at + cut], now_ms)
        if not said:
            now_ms += entry.wait_ms(now_ms)
            entry.receive(b"", now_ms)
    return now_ms


@pytest.mark.parametrize("firmware", FIRMWARE)
def test_every_state_of_every_firmware_is_entered(firmware):
    slowest = 0
    for main, typed, cut in itertools.product(MAINS, TYPED, (1, 7, 1000)):
        programs = []

        def run(program, programs=programs):
            programs.append(program)
            return answer(program)

        board = Interpreter(run, FIRMWARE[firmware], main=MAINS[main])
        board.power_on()
        board.feed(TYPED[typed])
        programs.clear()
        slowest = max(slowest, enter(board, cut))
        board.feed(b"6 * 7\x04")
        assert programs[-1] == "6 * 7", (main, typed)
        if b"\r" not in TYPED[typed]:  # else it is the last host that has run it
            assert not any("ran" in program for program in programs), (main, typed, programs)
    assert slowest <= 5_000


@pytest.mark.parametrize("firmware", FIRMWARE)
def test_random_leftovers_are_entered(firmware):
    """What a host that died may have left: anything but a whole program."""
    letters = [bytes([byte]) for byte in (*range(1, 4), *range(5, 127))]
    for seed in range(100):
        chance = random.Random(seed)
        board = Interpreter(answer, FIRMWARE[firmware], main=chance.choice(list(MAINS.values())))
        board.power_on()
        board.feed(b"".join(chance.choices(letters, k=chance.randrange(60))))
        enter(board, chance.randrange(1, 50))


def test_a_board_that_hangs_says_why():
    board = Interpreter(answer, main=Answer(then="hang"))
    board.power_on()
    entry = Entry(MARK, 0, 3000)
    now_ms = 0
    while not entry.failed:
        entry.to_send()
        now_ms += entry.wait_ms(now_ms)
        entry.receive(b"", now_ms)
    assert (now_ms, entry.obstacle, entry.entered) == (3000, "mute", False)


# What runs on the real interpreter when the next host comes.
RUNNING = {
    "a loop": "while True: pass",
    "a sleep": "import time\ntime.sleep(1000)",
    "prints for ever": "while True: print('beat')",
    "prints prompts for ever": "import time\nwhile True:\n print('>>> ', end='')\n time.sleep_ms(5)",
    "prints ends for ever": "import time\nwhile True:\n print('\\x04\\x04>', end='')\n time.sleep_ms(5)",
    "prints banners for ever": "import time\nwhile True:\n print('raw REPL; CTRL-B to exit\\n>', end='')\n"
    " time.sleep_ms(50)",
    "reads its input": "import sys\nwhile True: sys.stdin.read(1)",
    "swallows the first interrupt": "for i in range(2):\n try:\n  while True: pass\n"
    " except KeyboardInterrupt: print('no')",
    "ignores interrupts for a second": "import time\nend = time.ticks_add(time.ticks_ms(), 1000)\n"
    "while time.ticks_diff(end, time.ticks_ms()) > 0:\n try:\n"
    "  while time.ticks_diff(end, time.ticks_ms()) > 0: pass\n except KeyboardInterrupt: pass",
    "a receiver without a sender": "import sys, micropython, select\nmicropython.kbd_intr(-1)\n"
    "poll = select.poll()\npoll.register(sys.stdin, select.POLLIN)\n"
    "while poll.poll(2000): sys.stdin.buffer.read(1)\nmicropython.kbd_intr(3)",
    "has a thread that prints": "import _thread, time\ndef talk():\n for i in range(100):\n"
    "  print('tick')\n  time.sleep_ms(5)\n_thread.start_new_thread(talk, ())",
}
HOW = {
    "plain": lambda code: RAW + code.encode() + b"\x04",
    "raw-paste": lambda code: RAW + b"\x05A\x01" + code.encode() + b"\x04",
    "friendly paste mode": lambda code: b"\x02\x05" + code.encode() + b"\x04",
}


def states():
    """Bytes that bring the real interpreter, which stands at its raw prompt, into a state."""
    for name, typed in TYPED.items():
        yield f"friendly, {name}", b"\x02" + typed
    for (name, code), (way, send) in itertools.product(RUNNING.items(), HOW.items()):
        yield f"{name}, by {way}", send(code)
    for (name, code), typed in itertools.product(RUNNING.items(), (b"\r", b"x = 1", b"\x05A\x01x")):
        yield f"{name}, typed ahead {typed!r}", RAW + code.encode() + b"\x04" + typed
    for seed in range(150):
        chance = random.Random(seed)
        letters = [bytes([byte]) for byte in (1, 2, 3, 5, 13, *range(32, 127))]
        yield f"random {seed}", b"".join(chance.choices(letters, k=chance.randrange(1, 80)))


ALL_STATES = list(states())


def check(line, state, printed):
    line.write(state, 5)
    line.read(0.02)
    began = time.monotonic()
    enter_raw_repl(line, MARK, 10, check.number)
    check.number += 1000
    took_s = time.monotonic() - began
    session = Session(line, MARK, timeout_s=5, output=printed.append)
    program = f"print(end='{MARK.decode()}v2:42{MARK.decode()}')"
    assert session.perform(value(program)) == 42
    return took_s


check.number = 0


@pytest.fixture(scope="module")
def line():
    with closing(connect("sim:")) as line:
        enter_raw_repl(line, MARK, 10, 999_000)
        yield line


@pytest.mark.parametrize("name", [name for name, _ in ALL_STATES[:: len(ALL_STATES) // 25]])
def test_a_sample_of_states_of_the_real_interpreter_is_entered(line, name):
    assert check(line, dict(ALL_STATES)[name], []) < 10


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_state_of_the_real_interpreter_is_entered(line):
    times = {name: check(line, state, []) for name, state in ALL_STATES}
    slowest = max(times, key=times.get)
    print(len(times), "states; slowest", slowest, times[slowest])
    assert times[slowest] < 10


def test_a_half_typed_line_does_not_run(line):
    for typed in (TYPED["half a line"], TYPED["an open block"], TYPED["raw, half a program"]):
        check(line, b"\x02" + typed, [])
        session = Session(line, MARK, timeout_s=5, output=lambda data: None)
        program = f"print(end='{MARK.decode()}v1:%d{MARK.decode()}'%('ran'in globals()))"
        assert session.perform(value(program)) == 0, typed


def test_a_program_that_ignores_interrupts_for_ever_is_named():
    with closing(connect("sim:")) as line:
        enter_raw_repl(line, MARK, 10)
        code = "while True:\n try:\n  while True: pass\n except KeyboardInterrupt: pass"
        line.write(code.encode() + b"\x04", 5)
        began = time.monotonic()
        with pytest.raises(PyboardError, match="within 2 s: its program ignores Ctrl-C"):
            enter_raw_repl(line, MARK, 2, 1000)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "boot", ["import time\ntime.sleep(1)", "print('raw REPL; CTRL-B to exit\\r\\n>')", "while True: pass"]
)
def test_a_boot_that_takes_its_time_prints_a_banner_or_never_ends(boot):
    with closing(connect("sim:")) as line:
        enter_raw_repl(line, MARK, 10)
        session = Session(line, MARK, timeout_s=5, output=lambda data: None)
        end = f"print(end='{MARK.decode()}v1:0{MARK.decode()}')"
        session.perform(value(f"f = open('boot.py', 'w')\nf.write({boot!r})\nf.close()\n{end}"))
        soft_reset(line, MARK, 4, 1000)
        assert session.perform(value(f"print(end='{MARK.decode()}v1:7{MARK.decode()}')")) == 7
