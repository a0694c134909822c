"""The supervisor: one poll loop between the host, the board's terminal, its timers and its death.

Host bytes come from descriptor 0 and go to 1; the end of either is the end of everything. To a status
descriptor it writes one line when the board is up, or cannot be: ``ready confined``, ``ready open`` (there is
no Landlock here), or ``error`` and a sentence.

No byte is dropped: each direction holds at most about `_HELD_BYTES` here, and is not read while it holds
more. What the board has not read when it restarts is taken back from its terminal and given to the next life.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys

from . import layout
from .attention import Attention
from .confine import landlock_abi
from .console import ENTERING_RAW, SCRIPTS, STARTING, Console
from .firmware import Executable, Loaded
from .interrupt import CTRL_C
from .life import Life, make_raw
from .program import Program
from .timers import Timers
from .wait import wait

_HELD_BYTES = 65536
_SOFT_REBOOT = b"MPY: soft reboot\r\n"  # MicroPython ports/rp2/main.c


class Supervisor:
    """The board over all its lives.

    Args:
        firmware: MicroPython.
        state_file: descriptor of the shared memory.
        flash: descriptor of the flash image.
        status: descriptor to announce the board on; closed then.
        commands: descriptor that the host writes COMMAND_* to.
        transfers: descriptor that the board tells the host of transfers on.
        replies: descriptor that the host answers them on.
        runs_main: a start runs boot.py and main.py.
    """

    def __init__(
        self,
        firmware: Loaded | Executable,
        state_file: int,
        flash: int,
        status: int,
        commands: int,
        transfers: int,
        replies: int,
        *,
        runs_main: bool,
    ) -> None:
        self._firmware = firmware
        self._state = mmap.mmap(state_file, layout.STATE_BYTES)
        self._status = status
        self._commands = commands
        self._transfers = transfers
        confined = firmware.landlock_abi > 0
        self._program = Program(
            self._state, firmware.shares_memory, os.fstat(flash).st_size, confined, runs_main
        )
        self._terminal, board_side = os.openpty()
        self._terminal_name = os.ttyname(board_side)
        os.close(board_side)
        # Kept open, so that the terminal outlives a life. Non-blocking for us alone: each life opens its own.
        self._board_side = os.open(self._terminal_name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._requests, self._requests_write = os.pipe()
        self._events, self._events_write = os.pipe()
        self._deaths, deaths_write = os.pipe()
        ours = (
            0,
            1,
            commands,
            self._terminal,
            self._requests,
            self._events_write,
            self._deaths,
            deaths_write,
        )
        for descriptor in ours:
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(deaths_write)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._to_host = b""
        self._to_board = b""
        # What each life has, in the order of layout.FLASH_DESCRIPTOR and following.
        self._lifes = [flash, self._requests_write, self._events, transfers, replies, state_file]
        self._start(layout.CAUSE_POWER_ON, raw=False)

    def run(self) -> None:
        """Work until the host is gone."""
        try:
            while self._turn():
                pass
        finally:
            self._life.kill()

    def _turn(self) -> bool:
        """Wait for something and do it. False: the host is gone."""
        reads = {self._requests, self._deaths, self._commands}
        if len(self._to_host) < _HELD_BYTES:
            reads.add(self._terminal)
        if len(self._to_board) < _HELD_BYTES:
            reads.add(0)
        writes = {self._terminal} if self._to_board and self._may_type() else set()
        if self._to_host:
            writes.add(1)
        dead = self._life.ended()
        timeout_s = 0.0 if dead and self._terminal in reads else self._wait_s()
        readable, gone = wait(reads, writes, (0, 1, self._commands), timeout_s)
        if gone:
            return False
        if 0 in readable:
            data = os.read(0, _HELD_BYTES)
            if not data:
                return False
            self._from_host(data)
        if self._commands in readable:
            self._command(_read(self._commands))
        if self._requests in readable:
            self._request(_read(self._requests))
        self._keep_time()
        if self._deaths in readable:
            _read(self._deaths)
            self._life.wait(os.WNOHANG)
        if self._terminal in readable:
            self._from_board(_read(self._terminal))
        elif dead and self._terminal in reads:  # its last words have been read
            self._restart()
        if self._to_board and self._may_type():
            self._to_board = self._to_board[_write(self._terminal, self._to_board) :]
        if self._to_host:
            self._to_host = self._to_host[_write(1, self._to_host) :]
        return True

    def _wait_s(self) -> float | None:
        """How long there is nothing to do by itself; None: for ever."""
        waits = (self._timers.wait_s(), self._attention.wait_s())
        return min((wait_s for wait_s in waits if wait_s is not None), default=None)

    def _keep_time(self) -> None:
        if self._timers.elapse():
            self._tell_board()
        self._attention.keep()

    def _tell_board(self) -> None:
        """Say that a counter has moved."""
        _write(self._events_write, b"\0")

    def _command(self, data: bytes) -> None:
        """Do what the host asks for."""
        if layout.COMMAND_EVENT in data:
            self._tell_board()
        if layout.COMMAND_RESET in data:
            self._state[layout.END_REASON] = layout.END_HARD
            self._life.kill()

    def _request(self, data: bytes) -> None:
        """Do what the board asks for."""
        if layout.REQUEST_END in data:
            self._life.kill()
        if layout.REQUEST_TIMERS in data:
            self._timers.look()
        if layout.REQUEST_INTERRUPT in data:
            self._attention.interrupt()
        if layout.REQUEST_WAKE in data:
            self._attention.wake()

    def _may_type(self) -> bool:
        """Whether the board may see input: its scripts may, but not before Ctrl-A in a raw restart."""
        return self._life.console.stage >= (ENTERING_RAW if self._raw else SCRIPTS)

    def _from_host(self, data: bytes) -> None:
        if CTRL_C in data and self._life.console.stage > STARTING and self._attention.interrupt():
            data = data.replace(CTRL_C, b"")
        self._to_board += data

    def _from_board(self, data: bytes) -> None:
        console = self._life.console
        before = console.stage
        self._to_host += console.receive(data)
        if before == STARTING < console.stage:
            self._announce("ready confined" if self._firmware.landlock_abi else "ready open")
        if before < ENTERING_RAW <= console.stage and self._raw:
            self._to_board = b"\x01" + self._to_board

    def fail(self, reason: str) -> None:
        """Say that there is no board: to who waits for it, else to the terminal that the host runs on."""
        if self._status >= 0:
            self._announce("error " + reason)
        else:
            os.write(2, f"error: {reason}\n".encode())

    def _announce(self, line: str) -> None:
        if self._status >= 0:
            os.write(self._status, line.encode())
            os.close(self._status)
            self._status = -1

    def _start(self, cause: int, raw: bool) -> None:
        self._raw = raw
        layout.restart(self._state, cause)
        make_raw(self._board_side)
        ready, prompt = (b"\0%s\0" % os.urandom(8).hex().encode() for _ in range(2))
        text = self._program.text(ready, prompt, raw)
        sources = self._program.open()
        console = Console(ready, prompt, raw)
        self._life = Life(self._firmware, text, self._terminal_name, self._lifes + sources, console)
        for descriptor in sources:
            os.close(descriptor)
        self._timers = Timers(self._state)
        self._attention = Attention(self._life, self._state)

    def _restart(self) -> None:
        """The board has ended: begin its next life as a real board would."""
        life = self._life
        if life.console.stage == STARTING:
            raise SystemExit(life.console.held.decode(errors="replace").strip())
        if life.console.stage == SCRIPTS:
            self._to_host += life.console.held
        reason = self._state[layout.END_REASON]
        cause = layout.CAUSE_HARD
        raw = life.ended_in_raw_repl()
        if raw is not None or reason == layout.END_SOFT:
            cause = layout.CAUSE_SOFT
            self._to_host += _SOFT_REBOOT
        elif reason != layout.END_HARD:
            self._to_host += b"\r\nMPY: hard fault (%s)\r\n" % life.cause().encode()
        _read(self._requests)
        _write(self._transfers, b"\0")  # should it have died between asking for a transfer and saying so
        typed_ahead = b"".join(iter(lambda: _read(self._board_side), b""))
        self._to_board = typed_ahead + self._to_board
        self._start(cause, raw=bool(raw))


def _read(descriptor: int) -> bytes:
    """What there is to read; empty when there is nothing."""
    try:
        return os.read(descriptor, _HELD_BYTES)
    except BlockingIOError:
        return b""


def _write(descriptor: int, data: bytes) -> int:
    """Write what fits; returns its length."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0
    except BrokenPipeError:  # the host is gone: the next poll says so
        return len(data)


def main() -> None:
    """Read the command line, make the board, serve it.

    The arguments, in order: descriptors of the shared memory, the flash image, the status, the commands, the
    transfers and their replies; the heap in bytes; 1 to confine the board where the kernel can, 0 to do as
    where it cannot; 1 to run boot.py and main.py at a start, 0 to leave them alone; a MicroPython executable,
    or nothing for the module of this interpreter.
    """
    *descriptors, heap_bytes, confine, runs_main = map(int, sys.argv[1:10])
    status = descriptors[2]
    abi = landlock_abi() if confine else 0
    try:
        firmware: Loaded | Executable
        firmware = Executable(sys.argv[10], heap_bytes, abi) if sys.argv[10:] else Loaded(heap_bytes, abi)
    except ImportError as error:
        os.write(status, f"error {error}".encode())
        return
    supervisor = Supervisor(firmware, *descriptors, runs_main=bool(runs_main))
    try:
        supervisor.run()
    except SystemExit as error:
        supervisor.fail(str(error))
