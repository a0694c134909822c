"""The simulated board at its REPL: byte for byte what real boards answer."""

from __future__ import annotations

import hashlib
import os
import select
import threading
import time
from typing import Callable

import pytest
from tests.support.line import RAW_BANNER, Line

REBOOT = b"MPY: soft reboot\r\n"
INTERRUPTED = (
    b"\x04Traceback (most recent call last):\n"
    b'  File "<stdin>", line 1, in <module>\n'
    b"KeyboardInterrupt: \n\x04>"
)


def script(line: Line, name: str, text: str) -> None:
    line.run(f"with open({name!r}, 'w') as file: file.write({text!r})")


def started(line: Line) -> None:
    """Wait until a program that prints `go` and then is busy runs."""
    assert line.read_until(b"go").endswith(b"go")


def test_power_on_shows_the_friendly_prompt(start: Callable[..., Line]) -> None:
    banner = start().read_until(b">>> ")
    assert banner.startswith(b"MicroPython ")
    assert banner.endswith(b'\r\nType "help()" for more information.\r\n>>> ')


def test_raw_and_raw_paste(line: Line) -> None:
    line.write(b"print(1)\x04")
    assert line.read_until(b"\x04>") == b"OK1\n\x04\x04>"
    line.write(b"\x05A\x01print(2)\x04")
    assert line.read_until(b"\x04>") == b"R\x01\x80\x00\x01\x042\n\x04\x04>"


def test_programs_in_flight_are_answered_in_order(line: Line) -> None:
    line.write(b"".join(b"print(%d)\x04" % number for number in range(50)))
    assert line.read_until(b"OK49\n\x04\x04>") == b"".join(
        b"OK%d\n\x04\x04>" % number for number in range(50)
    )


def test_soft_reset_in_raw_repl(line: Line) -> None:
    line.run("kept = 1")
    line.write(b"\x04")
    assert line.read_until(RAW_BANNER) == b"OK\r\n" + REBOOT + RAW_BANNER
    assert "NameError" in line.fail("kept")[1]


def test_soft_reset_in_friendly_repl(line: Line) -> None:
    line.write(b"\x02")
    line.read_until(b">>> ")
    line.write(b"\x04")
    assert line.read_until(b">>> ").startswith(b"\r\n" + REBOOT + b"MicroPython ")


def test_system_exit_resets_into_the_raw_repl(line: Line) -> None:
    line.write(b"raise SystemExit\x04")
    assert line.read_until(RAW_BANNER) == b"OK\x04\x04" + REBOOT + RAW_BANNER


def test_machine_soft_reset(line: Line) -> None:
    line.write(b"import machine; machine.soft_reset()\x04")
    assert line.read_until(RAW_BANNER) == b"OK\x04\x04" + REBOOT + RAW_BANNER


def test_input_typed_ahead_survives_a_soft_reset(line: Line) -> None:
    many = b"".join(
        b"print('after', %d)\x04" % number for number in range(2000)
    )  # more than a terminal holds
    line.write(b"print('before')\x04\x04" + many)
    expected = b"OKbefore\n\x04\x04>OK\r\n" + REBOOT + RAW_BANNER
    expected += b"".join(b"OKafter %d\n\x04\x04>" % number for number in range(2000))
    assert line.read_until(b"OKafter 1999\n\x04\x04>") == expected


def test_boot_and_main_run_in_order(line: Line) -> None:
    script(line, "/boot.py", "print('boot'); value = 41")
    script(line, "/main.py", "print('main', value + 1)")
    line.write(b"\x04")  # raw: boot.py only
    assert line.read_until(RAW_BANNER) == b"OK\r\n" + REBOOT + b"boot\n" + RAW_BANNER
    assert line.run("print(value)") == "41\n"
    line.write(b"\x02")
    line.read_until(b">>> ")
    line.write(b"\x04")
    assert line.read_until(b">>> ").startswith(b"\r\n" + REBOOT + b"boot\nmain 42\nMicroPython ")


def test_power_on_runs_the_scripts(
    start: Callable[..., Line], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    line = start("scripts").raw()
    script(line, "/main.py", "print('main')")
    line.close()
    assert start("scripts").read_until(b">>> ").startswith(b"main\nMicroPython ")


def test_a_failing_boot_shows_its_own_frames_and_skips_main(line: Line) -> None:
    script(line, "/boot.py", "def f():\n    1/0\nf()")
    script(line, "/main.py", "print('main')")
    line.write(b"import machine; machine.reset()\x04")
    text = line.read_until(b">>> ")
    assert text.startswith(
        b"OKTraceback (most recent call last):\n"
        b'  File "boot.py", line 3, in <module>\n'
        b'  File "boot.py", line 2, in f\n'
        b"ZeroDivisionError: divide by zero\nMicroPython "
    )


def test_machine_reset_is_a_power_on(line: Line) -> None:
    line.run("from machine import Pin; Pin(3, Pin.OUT, value=1)")
    assert line.sim.pin(3).value == 1
    line.write(b"import machine\ntry: machine.reset()\nexcept BaseException: print('caught')\x04")
    assert line.read_until(b">>> ").startswith(b"OKMicroPython ")
    assert (line.sim.pin(3).value, line.sim.pin(3).mode) == (0, "unset")


def test_pins_keep_their_levels_over_a_soft_reset(line: Line) -> None:
    line.run("from machine import Pin; Pin(3, Pin.OUT, value=1)")
    line.write(b"\x04")
    line.read_until(RAW_BANNER)
    assert line.sim.pin(3).value == 1


def test_a_file_left_open_is_closed_by_a_soft_reset(line: Line) -> None:
    line.run("file = open('/log', 'w'); file.write('kept')")
    line.write(b"\x04")
    line.read_until(RAW_BANNER)
    assert line.run("print(open('/log').read())") == "kept\n"


def test_a_crash_is_a_hard_fault_and_a_new_start(line: Line) -> None:
    line.write(b"import uctypes; uctypes.bytearray_at(8, 8)[0] = 1\x04")
    assert line.read_until(b">>> ").startswith(b"OK\r\nMPY: hard fault (SIGSEGV)\r\nMicroPython ")


def test_main_that_exits_runs_again(line: Line) -> None:
    script(
        line,
        "/main.py",
        "import os\nif 'once' not in os.listdir():\n    open('once', 'w').close()\n    raise SystemExit",
    )
    line.write(b"\x02")
    line.read_until(b">>> ")
    line.write(b"\x04")
    text = line.read_until(b"more information.\r\n>>> ")
    assert text.count(REBOOT) == 2  # ours, and main.py's


# Ctrl-C


def test_ctrl_c_interrupts_a_program(line: Line) -> None:
    line.write(b"print('go', end=''); \nwhile True: pass\x04")
    started(line)
    line.write(b"\x03")
    assert line.read_until(b"\x04>").endswith(b"KeyboardInterrupt: \n\x04>")
    assert line.run("print(1)") == "1\n"


@pytest.mark.parametrize(
    "busy", ["__import__('time').sleep(60)", "__import__('sys').stdin.read(1)", "input()"]
)
def test_ctrl_c_ends_waiting(line: Line, busy: str) -> None:
    line.write(b"print('go', end=''); %s\x04" % busy.encode())
    started(line)
    line.write(b"\x03")
    assert line.read_until(b"\x04>") == INTERRUPTED


def test_many_ctrl_c_do_not_kill_the_board(line: Line) -> None:
    line.run("kept = 1")
    # One C call that notices nothing for a while; the second Ctrl-C would end MicroPython.
    line.write(b"print('go', end=''); 3**200000 % 7\nwhile True: pass\x04")
    started(line)
    for _ in range(20):
        line.write(b"\x03")
        time.sleep(0.002)
    line.read_until(b"\x04>")
    line.write(b"\x03")
    assert line.run("print(kept)") == "1\n"


def test_ctrl_c_at_the_prompt_clears_the_line(line: Line) -> None:
    line.write(b"print('never')\x03print('this')\x04")
    assert line.read_until(b"\x04>") == b"OKthis\n\x04\x04>"


def test_ctrl_c_at_any_moment_of_a_program_leaves_the_board_alive(line: Line) -> None:
    """Among them the moments between compiling, running and the prompt, where SIGINT would kill."""
    line.run("kept = 1")
    source = b"x = [%s]\n" % b",".join(b"%d" % number for number in range(400))
    for delay_us in range(0, 3000, 25):
        line.write(b"\x05A\x01" + source + b"\x04")
        end = time.perf_counter() + delay_us / 1e6
        while time.perf_counter() < end:
            pass
        line.write(b"\x03")
        line.read_until(b"\x04>")
    line.quiet()
    line.write(b"\x03")
    line.write(b"print(kept)\x04")
    assert line.read_until(b"OK1\n\x04\x04>")


def test_kbd_intr_off_makes_ctrl_c_data(line: Line) -> None:
    data = bytes(range(256)) * 1000
    receiver = f"""
import sys, micropython, hashlib
micropython.kbd_intr(-1)
print('go', end='')
h = hashlib.sha256()
left = {len(data)}
b = bytearray(4096)
while left:
    n = sys.stdin.buffer.readinto(b, min(4096, left))
    h.update(memoryview(b)[:n])
    left -= n
micropython.kbd_intr(3)
print(h.digest())
"""
    line.write(receiver.encode() + b"\x04")
    started(line)
    sender = threading.Thread(target=line.write, args=(data,))
    sender.start()
    reply = line.read_until(b"\x04>")
    sender.join()
    assert reply == repr(hashlib.sha256(data).digest()).encode() + b"\n\x04\x04>"
    line.write(b"print('go', end=''); \nwhile True: pass\x04")
    started(line)
    line.write(b"\x03")
    line.read_until(b"KeyboardInterrupt: \n\x04>")


def test_ctrl_c_reaches_boot_after_a_raw_reset(line: Line) -> None:
    script(line, "/boot.py", "print('go')\nwhile True: pass")
    line.write(b"\x04print('later')\x04")
    line.read_until(b"go\n")
    line.write(b"\x03")
    assert line.read_until(b"later\n\x04\x04>").endswith(
        b"KeyboardInterrupt: \n" + RAW_BANNER + b"OKlater\n\x04\x04>"
    )


# Volume


def resident_kb(pid: int) -> int:
    with open(f"/proc/{pid}/status") as status:
        return next(int(row.split()[1]) for row in status if row.startswith("VmHWM"))


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads /proc")
def test_a_slow_reader_stops_the_board_and_costs_no_memory(line: Line) -> None:
    before = resident_kb(line.board.process.pid)
    line.write(b"for i in range(10000): print('x' * 1023)\nprint('end')\x04")
    time.sleep(0.3)  # the reader is away: the board must wait for it
    reply = line.read_until(b"\x04>")
    assert len(reply) == len("OK") + 10_240_000 + len("end\n\x04\x04>")
    assert resident_kb(line.board.process.pid) - before < 2000


def test_a_board_that_does_not_read_stops_the_writer(line: Line) -> None:
    line.write(b"print('go', end=''); __import__('time').sleep(60)\x04")
    started(line)
    os.set_blocking(line.board.write_fd, False)
    sent = 0
    while select.select([], [line.board.write_fd], [], 0.3)[1]:
        sent += os.write(line.board.write_fd, b" " * 4096)
        assert sent < 1_000_000  # the pipe's own capacity, ours and the terminal's, then no more
