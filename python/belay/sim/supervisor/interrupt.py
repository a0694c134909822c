"""Ctrl-C, without a window in which it kills the board.

A board takes Ctrl-C as an interrupt while it runs a program, and as a plain byte at the prompt or after
``micropython.kbd_intr(-1)``. The unix port says which by its handling of SIGINT: caught, or the default,
which ends the process. The terminal's own Ctrl-C (ISIG) would be sent without looking, and kill the board
when it arrives between a program's end and the prompt, or while a program is compiled. So the terminal never
makes signals: the supervisor stops the board, looks, sends, and lets it run on (`Life.interrupt`); nothing
can change meanwhile.
"""

from __future__ import annotations

import signal
import sys

CTRL_C = b"\x03"


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
