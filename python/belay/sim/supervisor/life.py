"""One life of the board: from a start or a reset to the next.

A life is a forked copy of the supervisor that has nothing but its terminal, its flash and the shared memory,
that confines itself, and that then runs MicroPython in place of anything else.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import os
import signal
import sys
import termios

from . import confine
from .console import Console
from .interrupt import takes_interrupts, waits

_PARENT_DEATH_SIGNAL = 1  # Linux include/uapi/linux/prctl.h
_MICROPYTHON_STATUS = 64  # plus MicroPython's REPL mode: how a life that MicroPython ended exits
_AWAY = 100  # the supervisor has fewer descriptors than this
_RAW_MODE = 1  # MicroPython shared/runtime/pyexec.h: PYEXEC_MODE_RAW_REPL

FAILED_STATUS = 63  # a life that could not begin; its terminal says why


class Firmware:
    """MicroPython, loaded but not started: each life is forked with it in place.

    Args:
        heap_bytes: the size of MicroPython's heap.
        landlock_abi: 0: the board is not confined.

    Raises:
        ImportError: this interpreter has no MicroPython.
    """

    def __init__(self, heap_bytes: int, landlock_abi: int) -> None:
        micropython_run = importlib.import_module("micropython_run")

        self._run = micropython_run.run_main
        library = ctypes.CDLL(micropython_run.__file__)
        self._mode = ctypes.c_int.in_dll(library, "pyexec_mode_kind")
        self._raise_interrupt = ctypes.cast(library.mp_sched_keyboard_interrupt, ctypes.c_void_p)
        self._heap_bytes = heap_bytes
        self.landlock_abi = landlock_abi

    def become(self, program: str) -> None:
        """Run MicroPython with this program and then its prompt, and exit. Never returns."""
        libc = ctypes.CDLL(None)
        # MicroPython's own SIGINT handler exits at a second Ctrl-C before the first was noticed: so ours is
        # another signal, straight to the function that handler calls. siginterrupt: wake blocking reads.
        libc.signal(signal.SIGUSR2, self._raise_interrupt)
        signal.siginterrupt(signal.SIGUSR2, True)
        # Wakes blocking calls, and does nothing else: MicroPython then runs what is scheduled.
        libc.signal(signal.SIGUSR1, ctypes.cast(libc.getpid, ctypes.c_void_p))
        signal.siginterrupt(signal.SIGUSR1, True)
        if self.landlock_abi:
            confine.confine(self.landlock_abi, [])
        self._run(["micropython", "-X", f"heapsize={self._heap_bytes}", "-i", "-c", program])
        libc.fflush(None)
        os._exit(_MICROPYTHON_STATUS + self._mode.value)


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
        self, firmware: Firmware, program: str, terminal: str, descriptors: list[int], console: Console
    ) -> None:
        self.console = console
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
            os.kill(self.pid, signal.SIGUSR2)
        os.kill(self.pid, signal.SIGCONT)
        return taken

    def wake(self) -> None:
        """Have the board run what is scheduled, if it waits for something."""
        if not self.ended() and waits(self.pid):
            os.kill(self.pid, signal.SIGUSR1)

    def ended_in_raw_repl(self) -> bool:
        """Whether MicroPython ended by itself, in its raw REPL."""
        return self.status == (_MICROPYTHON_STATUS + _RAW_MODE) << 8

    def ended_itself(self) -> bool:
        """Whether MicroPython ended by itself: Ctrl-D, SystemExit. False: it was killed or crashed."""
        return self.status is not None and self.status >> 8 >= _MICROPYTHON_STATUS

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
    os.closerange(len(away), max(away) + 1)
    os.environ.clear()
    os.chdir("/")
