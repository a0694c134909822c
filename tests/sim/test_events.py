"""Handlers of pins and timers: while a program runs, sleeps, waits for input, prints, and at the prompt."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from tests.support.line import DEADLINE_S, RAW_BANNER, Line

LISTEN = """
from machine import Pin
seen = []
def handler(pin):
    seen.append((pin.irq().flags(), pin()))
    told.toggle()
told = Pin(15, Pin.OUT)
button = Pin(14, Pin.IN, Pin.PULL_UP)
irq = button.irq(handler, Pin.IRQ_FALLING | Pin.IRQ_RISING)
"""


def eventually(line: Line, code: str, output: str) -> None:
    """Ask at the prompt until the answer is right: handlers run a moment after the event."""
    deadline = time.monotonic() + DEADLINE_S
    while line.run(code) != output:
        assert time.monotonic() < deadline, line.run(code)


def test_an_edge_calls_the_handler_while_a_program_is_busy(line: Line) -> None:
    line.run(LISTEN)
    line.write(b"print('go', end='')\nwhile len(seen) < 2: pass\nprint(seen)\x04")
    line.read_until(b"go")
    line.sim.pin(14).value = 0
    deadline = time.monotonic() + DEADLINE_S
    while not line.sim.pin(15).changes:
        assert time.monotonic() < deadline
        time.sleep(0.0005)
    line.sim.pin(14).value = 1
    assert line.read_until(b"\x04>") == b"[(4, 0), (8, 1)]\n\x04\x04>"


def test_edges_that_come_together_are_all_counted(line: Line) -> None:
    line.run(LISTEN)
    for _ in range(100):
        line.sim.pin(14).value = 0
        line.sim.pin(14).value = 1
    eventually(line, "print(len(seen))", "200\n")
    assert line.run("print([flags for flags, level in seen] == [4, 8] * 100)") == "True\n"


def test_only_the_wanted_edge_and_only_real_edges(line: Line) -> None:
    line.run(LISTEN + "button.irq(handler, Pin.IRQ_FALLING)")
    for level in (1, 0, 0, 1, 1, 0):  # the pull-up is 1 already
        line.sim.pin(14).value = level
    line.sim.pin(14).release()  # up again by the pull
    eventually(line, "print(len(seen), irq.trigger())", "2 4\n")


def test_an_edge_calls_the_handler_at_the_prompt(line: Line) -> None:
    line.run(LISTEN + "button.irq(lambda pin: print('pressed'), Pin.IRQ_FALLING)")
    line.sim.pin(14).value = 0
    assert line.read_until(b"pressed\n") == b"pressed\n"


@pytest.mark.parametrize("wait", ["time.sleep(30)", "sys.stdin.read(1)", "poller.poll(30000)"])
def test_an_edge_calls_the_handler_while_the_program_waits(line: Line, wait: str) -> None:
    line.run("import time, sys, select\npoller = select.poll(); poller.register(sys.stdin, select.POLLIN)")
    line.run(LISTEN + "button.irq(lambda pin: print('pressed'), Pin.IRQ_FALLING)")
    line.write(b"print('go', end='')\n%s\x04" % wait.encode())
    line.read_until(b"go")
    line.sim.pin(14).value = 0
    assert line.read_until(b"pressed\n") == b"pressed\n"
    line.write(b"\x03")
    line.read_until(b"\x04>")


def test_a_handler_that_raises_is_shown_and_the_program_goes_on(line: Line) -> None:
    line.run(LISTEN + "button.irq(lambda pin: 1 / 0, Pin.IRQ_FALLING)")
    line.write(b"import time\nprint('go', end='')\ntime.sleep(0.3)\nprint('end')\x04")
    line.read_until(b"go")
    line.sim.pin(14).value = 0
    text = line.read_until(b"\x04>")
    assert b"ZeroDivisionError" in text
    assert text.endswith(b"end\n\x04\x04>")


def test_a_handler_may_be_taken_away(line: Line) -> None:
    line.run(LISTEN + "button.irq(None)")
    line.sim.pin(14).value = 0
    assert line.run("import time; time.sleep(0.05); print(seen)") == "[]\n"


def test_disable_irq_defers(line: Line) -> None:
    line.run(LISTEN + "import machine, time\nstate = machine.disable_irq()")
    line.sim.pin(14).value = 0
    assert line.run("time.sleep(0.05); print(seen)") == "[]\n"
    assert line.run("machine.enable_irq(state); print(seen)") == "[(4, 0)]\n"


def test_handlers_end_with_a_soft_reset(line: Line) -> None:
    line.run(LISTEN + "button.irq(lambda pin: print('never'), Pin.IRQ_FALLING)")
    line.run("from machine import Timer; Timer(period=10, callback=lambda t: print('', end=''))")
    line.write(b"\x04")
    line.read_until(RAW_BANNER)
    line.sim.pin(14).value = 0
    assert line.quiet() == b""


def test_a_periodic_timer(line: Line) -> None:
    line.run("from machine import Timer\nn = 0\ndef tick(t):\n    global n\n    n += 1")
    line.run("import time; t = Timer(period=10, mode=Timer.PERIODIC, callback=tick)")
    count = int(line.run("before = n\ntime.sleep(0.5)\nprint(n - before)"))
    assert 35 <= count <= 51
    line.run("t.deinit(); before = n")
    assert line.run("time.sleep(0.05); print(n - before)") == "0\n"
    line.run("t.init(freq=100, callback=tick)")
    eventually(line, "print(n - before > 3)", "True\n")


def test_a_timer_ticks_while_the_program_is_busy_and_at_the_prompt(line: Line) -> None:
    line.run("from machine import Timer\nn = 0\ndef tick(t):\n    global n\n    n += 1")
    line.write(b"t = Timer(freq=200, callback=tick)\nwhile n < 10: pass\nt.deinit()\nprint(n)\x04")
    reply = line.read_until(b"\x04>")
    assert 10 <= int(reply[2:-4]) < 20  # more than one tick may be due
    line.run("t = Timer(period=20, mode=Timer.ONE_SHOT, callback=lambda t: print('later'))")
    assert line.read_until(b"later\n") == b"later\n"
    assert line.quiet() == b""  # once


def test_timers_run_beside_each_other_and_are_limited(line: Line) -> None:
    line.run("from machine import Timer\nn = [0] * 16")
    line.run("def make(i):\n    def tick(t): n[i] += 1\n    return Timer(period=5 + i, callback=tick)")
    line.run("timers = [make(i) for i in range(16)]")
    eventually(line, "print(all(count > 2 for count in n))", "True\n")
    assert "OSError" in line.fail("Timer(period=5, callback=print)")[1]
    line.run("timers.pop().deinit(); make(3)")


@pytest.mark.parametrize("options", ["", "period=0, callback=print", "period=10**10, callback=print"])
def test_a_period_that_cannot_be(line: Line, options: str) -> None:
    assert "ValueError" in line.fail(f"from machine import Timer; Timer().init({options})")[1]


def test_big_prints_stay_whole_while_events_come(line: Line) -> None:
    """A signal that meets a write which waits for room would cut it short."""
    # A handler that keeps nothing: the board's memory is not what is tested.
    line.run(
        "from machine import Pin, Timer\n"
        "p = Pin(14, Pin.IN)\np.irq(lambda p: None, Pin.IRQ_RISING | Pin.IRQ_FALLING)\n"
        "t = Timer(freq=1000, callback=lambda t: None)"
    )
    line.write(b"for i in range(200): print('%05d' % i * 4000)\nt.deinit()\x04")
    done = threading.Event()

    def press() -> None:
        level = 0
        while not done.is_set():
            line.sim.pin(14).value = level
            level = 1 - level
            done.wait(0.0005)

    presser = threading.Thread(target=press)
    presser.start()
    time.sleep(0.2)  # the reader is slow: the board waits for room
    text = line.read_until(b"\x04>")
    done.set()
    presser.join()
    assert text == b"OK" + b"".join(b"%05d" % i * 4000 + b"\n" for i in range(200)) + b"\x04\x04>"


def test_garbage_is_collected_while_events_come(line: Line) -> None:
    line.run(LISTEN + "n = 0\ndef tick(t):\n    global n\n    n += 1\n    return [n] * 20")
    line.run("from machine import Timer\nt = Timer(freq=1000, callback=tick)")
    code = "x = None\nfor i in range(100000): x = [i, (i, x and x[0])]\nprint(x[0], n > 3)"
    assert line.run(code) == "99999 True\n"


def test_no_signal_meets_the_collector(line: Line) -> None:
    """It waits for the other threads to show their stacks; cut short, it frees what they use."""
    line.run("import gc\nfrom machine import Timer\nt = Timer(freq=1000, callback=lambda t: None)")
    for _ in range(10):
        line.write(b"for i in range(2000):\n x = [bytes(3) for _ in range(60)]\n gc.collect()\nprint(i)\x04")
        assert line.read_until(b"\x04>") == b"OK1999\n\x04\x04>"


def test_ctrl_c_while_events_come(line: Line) -> None:
    line.run("from machine import Timer\nkept = 1\nt = Timer(freq=500, callback=lambda t: None)")
    for _ in range(20):
        line.write(b"print('go', end='')\nwhile True: pass\x04")
        line.read_until(b"go")
        time.sleep(0.005)
        line.write(b"\x03")
        line.read_until(b"\x04>")
    assert line.run("print(kept)") == "1\n"


def test_ctrl_c_that_meets_a_handler_is_the_programs(line: Line) -> None:
    line.run("from machine import Timer")
    line.run("def slow(t):\n    print('in', end='')\n    while True: pass")
    line.write(b"t = Timer(period=1, mode=Timer.ONE_SHOT, callback=slow)\nwhile True: pass\x04")
    line.read_until(b"in")
    line.write(b"\x03")
    text = line.read_until(b"\x04>")
    assert b"events.py" not in text
    assert text.endswith(b"KeyboardInterrupt: \n\x04>")


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="reads /proc")
def test_listening_costs_no_time(line: Line) -> None:
    def ticks(pid: int) -> int:
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))

    line.run(LISTEN)
    line.sim.pin(14).value = 0
    eventually(line, "print(len(seen))", "1\n")
    board = line.board.process.pid
    pids = [board, int(Path(f"/proc/{board}/task/{board}/children").read_text().split()[0])]
    time.sleep(0.15)  # the last wake-ups
    before = [ticks(pid) for pid in pids]
    time.sleep(0.3)
    assert [ticks(pid) for pid in pids] == before
