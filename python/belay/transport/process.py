"""``exec:COMMAND`` and ``execpty:COMMAND``: a child process as the board, on a pipe or a pseudo-terminal.

The command is split as a shell splits it, but no shell runs. The child has a session of its own: the host's
ctrl-C is for the board's program and must not end the board itself. What the child writes to its standard
error is kept apart from the line and only quoted when it ends.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
from contextlib import suppress
from typing import IO, Any, List, Optional, Tuple

from ..exceptions import ConnectionFailedError
from .base import Options
from .descriptor import DescriptorTransport
from .line import PIPE, PSEUDO_TERMINAL

__all__ = ["Child", "open_pipe", "open_pseudo_terminal", "raw_terminal"]

_END_WAIT_S = 1.0
"""Asked to end, a child has so long; then it is killed."""

_EXIT_WAIT_S = 0.5
"""The end of a child's output precedes its exit by a moment."""

_LAUNCHER = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_IGN)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
settings = termios.tcgetattr(0)
settings[3] = termios.ISIG | termios.NOFLSH
termios.tcsetattr(0, termios.TCSANOW, settings)
os.execv(sys.argv[1], sys.argv[2:])
"""
"""Makes ``^C`` a signal for the command, and becomes the command.

Standard input becomes the controlling terminal. A ``^C`` that comes before the command is ready for it must
not end it: before this point it is a byte among others, after it ignored until the command handles it.
A program and not ``preexec_fn``: that runs Python between fork and exec, which can deadlock in a host with
threads.
"""


def open_pipe(target: str, options: Options) -> DescriptorTransport:
    """Start the command of ``exec:COMMAND`` with its standard input and output on pipes."""
    command = _command(target)
    board_input, to_board = os.pipe()
    from_board, board_output = os.pipe()
    return _start(target, command, board_input, board_output, from_board, to_board)


def open_pseudo_terminal(target: str, options: Options) -> DescriptorTransport:
    """Start the command of ``execpty:COMMAND`` on a pseudo-terminal of its own."""
    program, *arguments = _command(target)
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCHER, shutil.which(program) or program, program]
    host, board = raw_terminal()
    return _start(target, launch + arguments, board, board, host, host)


def raw_terminal() -> Tuple[int, int]:
    """A new pseudo-terminal that passes every byte both ways: the host's descriptor and the board's.

    No echo, no line editing, no translation, no signals. Where ``^C`` is to be a signal (the unix port takes
    an interrupt in no other way), ISIG has to be added, and NOFLSH with it: the flush that comes with the
    signal would lose what the board had printed.
    """
    host, board = os.openpty()
    settings: List[Any] = termios.tcgetattr(board)
    disabled = bytes([os.fpathconf(board, "PC_VDISABLE") & 0xFF])
    characters: List[Any] = [disabled] * len(settings[6])
    characters[termios.VINTR] = b"\x03"
    characters[termios.VMIN] = 1
    characters[termios.VTIME] = 0
    settings[:4] = [0, 0, termios.CS8 | termios.CREAD | termios.CLOCAL, 0]
    settings[6] = characters
    termios.tcsetattr(board, termios.TCSANOW, settings)
    return host, board


class Child:
    """A running process that leads a session of its own, and what it left to say.

    Args:
        process: started with ``start_new_session=True``.
        errors: the file that takes its standard error, closed at the end; ``None`` where it goes elsewhere.
    """

    def __init__(self, process: subprocess.Popen[bytes], errors: Optional[IO[bytes]] = None) -> None:
        self._process = process
        self._errors = errors

    def explain(self, reason: str) -> str:
        """Why its output ended: exit status or signal, and the last line of its standard error."""
        if not self._ended_within(_EXIT_WAIT_S):
            return reason
        status = self._process.returncode
        if status < 0:
            reason = f"the process was ended by {signal.Signals(-status).name}"
        else:
            reason = f"the process ended with exit status {status}"
        last_line = self._last_error_line()
        return f"{reason}: {last_line}" if last_line else reason

    def end(self, grace_s: float = 0.0) -> None:
        """End it and its own children: wait ``grace_s`` for it to go by itself, ask, kill. Bounded."""
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            if self._ended_within(grace_s):
                break
            with suppress(ProcessLookupError, PermissionError):  # It may end at this very moment.
                # Its session makes it the leader of a process group, which nothing of ours is in.
                os.killpg(self._process.pid, signal_number)
            grace_s = _END_WAIT_S
        self._ended_within(grace_s)
        if self._errors is not None:
            self._errors.close()

    def _ended_within(self, timeout_s: float) -> bool:
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _last_error_line(self) -> str:
        if self._errors is None:
            return ""
        descriptor = self._errors.fileno()
        # pread: the child writes at the offset that this descriptor shares with it.
        size = os.fstat(descriptor).st_size
        text = os.pread(descriptor, 4096, max(0, size - 4096)).decode(errors="backslashreplace")
        return text.strip().rpartition("\n")[2].strip()


def _command(target: str) -> List[str]:
    kind, _, text = target.partition(":")
    try:
        command = shlex.split(text)
    except ValueError as error:
        raise ConnectionFailedError(f"{target} is no command: {error}", hint="check its quotes") from error
    if not command:
        raise ConnectionFailedError(f"{target} names no command", hint=f"write {kind}:PROGRAM ARGUMENTS")
    if shutil.which(command[0]) is None:
        raise ConnectionFailedError(
            f"{target}: there is no program {command[0]}", hint="give its full path, or put it on PATH"
        )
    return command


def _start(
    target: str, arguments: List[str], board_input: int, board_output: int, from_board: int, to_board: int
) -> DescriptorTransport:
    """Start the child on the board's descriptors, and wrap the host's."""
    host = {from_board, to_board}
    # A file and not a pipe: nobody has to drain it.
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by Child.end
    try:
        process = subprocess.Popen(
            arguments, stdin=board_input, stdout=board_output, stderr=errors, start_new_session=True
        )
    except OSError as error:
        errors.close()
        for descriptor in host:
            os.close(descriptor)
        raise ConnectionFailedError(
            f"{target} cannot be started: {error.strerror}", hint="is it a program that you may execute?"
        ) from error
    finally:
        for descriptor in {board_input, board_output}:
            os.close(descriptor)
    child = Child(process, errors)

    def release() -> None:
        for descriptor in host:
            os.close(descriptor)
        child.end()

    return DescriptorTransport(
        from_board,
        to_board,
        line=PIPE if board_input != board_output else PSEUDO_TERMINAL,
        name=target,
        release=release,
        explain=child.explain,
    )
