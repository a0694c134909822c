"""Ctrl-C, without a window in which it kills the board.

A board takes Ctrl-C as an interrupt while it runs a program, and as a plain byte at the prompt or after
``micropython.kbd_intr(-1)``. The unix port says which by its handling of SIGINT: caught, or the default,
which ends the process. The terminal's own Ctrl-C (ISIG) would be sent without looking, and kill the board
when it arrives between a program's end and the prompt, or while a program is compiled. So the terminal never
makes signals: the supervisor stops the board, looks, sends, and lets it run on (`Life.interrupt`); nothing
can change meanwhile.

Handlers of pins and timers are scheduled by a thread of the board. While the main thread waits for input or
sleeps it does not notice, and a signal has to wake it. A signal that meets a write which waits for room cuts
the write short, and MicroPython loses the rest. One that meets the collector while it waits for the other
threads (a futex) ends that wait, and what is only on their stacks is freed under their feet. So this looks
first, too (`waits`).
"""

from __future__ import annotations

import os
import signal
import sys

CTRL_C = b"\x03"

# The numbers of the system calls write and futex (Linux, the architecture's unistd.h).
_UNTOUCHABLE = {"x86_64": (b"1", b"202"), "aarch64": (b"64", b"98")}.get(os.uname().machine, ())


def takes_interrupts(pid: int) -> bool:
    """Whether the process catches SIGINT at this moment. False for one that has ended."""
    if sys.platform.startswith("linux"):
        with open(f"/proc/{pid}/status", "rb", buffering=0) as status:
            text = status.read()
        start = text.index(b"SigCgt:") + 7
        mask = text[start : text.index(b"\n", start)]
    else:
        import subprocess  # elsewhere the mask takes a program to read; slow, but Ctrl-C is rare

        mask = subprocess.run(["ps", "-o", "caught=", "-p", str(pid)], stdout=subprocess.PIPE).stdout
    return bool(int(mask.strip() or b"0", 16) >> (signal.SIGINT - 1) & 1)


def waits(pid: int) -> bool:
    """Whether the process waits for something that a signal ends without harm."""
    try:
        with open(f"/proc/{pid}/syscall", "rb", buffering=0) as file:
            number = file.read().split()[0]
    except OSError:  # no Linux, or one that does not tell; then a write that waits is as good as never met
        return True
    return number not in (b"running", b"-1", *_UNTOUCHABLE)
