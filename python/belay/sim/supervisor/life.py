"""One life of the board: from a start or a reset to the next.

A life is a forked copy of the supervisor that has nothing but its terminal, its flash and the shared memory,
that confines itself, and that then runs MicroPython in place of anything else.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import termios

from .console import Console
from .firmware import Executable, Loaded
from .interrupt import takes_interrupts, waits

_PARENT_DEATH_SIGNAL = 1  # Linux include/uapi/linux/prctl.h
_AWAY = 100  # above all targets

FAILED_STATUS = 63  # a life that could not begin; its terminal says why


class Life:
    """A running board.

    Args:
        firmware: what to run.
        program: MicroPython source that starts the board and prints the marks.
        terminal: name of the terminal to run on.
        descriptors: what the life keeps open, in the order of `layout.FLASH_DESCRIPTOR` and following.
        console: reads this life's output.

    Attributes:
        pid: the process.
        status: None while it runs, then as `os.waitpid` gives it.
    """

    def __init__(
        self,
        firmware: Loaded | Executable,
        program: str,
        terminal: str,
        descriptors: list[int],
        console: Console,
    ) -> None:
        self.console = console
        self._firmware = firmware
        self.status: int | None = None
        supervisor = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _enter(supervisor, terminal, descriptors)
                firmware.become(program)
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}".encode())
            finally:
                os._exit(FAILED_STATUS)

    def ended(self) -> bool:
        """Whether the process is gone, as far as `wait` has seen."""
        return self.status is not None

    def wait(self, flags: int = 0) -> None:
        """Update `status`."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, flags)
            if pid and not os.WIFSTOPPED(status):
                self.status = status

    def kill(self) -> None:
        """End the process now."""
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def takes_interrupts(self) -> bool:
        """Whether Ctrl-C is an interrupt for the board at this moment, and not a byte."""
        self.wait(os.WNOHANG)
        return not self.ended() and takes_interrupts(self.pid)

    def interrupt(self) -> bool:
        """Raise KeyboardInterrupt on the board; False: it takes Ctrl-C as a byte now, or has ended."""
        if not self.takes_interrupts():
            return False
        os.kill(self.pid, signal.SIGSTOP)
        self.wait(os.WUNTRACED)
        if self.ended():
            return False
        taken = takes_interrupts(self.pid)
        if taken:
            self._firmware.interrupt(self.pid)
        os.kill(self.pid, signal.SIGCONT)
        return taken

    def wake(self) -> None:
        """Have the board run what is scheduled, if it waits for something."""
        if not self.ended() and waits(self.pid):
            self._firmware.wake(self.pid)

    def ended_in_raw_repl(self) -> bool | None:
        """Whether MicroPython ended by itself in its raw REPL (Ctrl-D, SystemExit); None: not by itself."""
        return (
            None if self.status is None else self._firmware.ended_in_raw_repl(self.status, self.console.tail)
        )

    def cause(self) -> str:
        """How the process ended, for people."""
        status = self.status or 0
        return signal.Signals(status & 127).name if status & 127 else f"status {status >> 8}"


def make_raw(terminal: int) -> None:
    """Set a terminal to pass every byte as it is, and to make no signals."""
    settings = termios.tcgetattr(terminal)
    settings[0] = settings[1] = settings[3] = 0
    settings[6][termios.VMIN], settings[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSANOW, settings)


def _enter(supervisor: int, terminal: str, descriptors: list[int]) -> None:
    """Leave behind everything of the supervisor that the board must not have."""
    os.setsid()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(FAILED_STATUS)  # it died before the kernel was told to tell us
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    console = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
    # First out of the way: a target number may be that of a descriptor still to be copied.
    away = [fcntl.fcntl(number, fcntl.F_DUPFD, _AWAY) for number in [console] * 3 + descriptors]
    for target, number in enumerate(away):
        os.dup2(number, target)
    # What the launcher passed on has the numbers that it had there, which may be higher.
    os.closerange(len(away), max(*away, *map(int, os.listdir("/dev/fd"))) + 1)
    os.environ.clear()
    os.chdir("/")
