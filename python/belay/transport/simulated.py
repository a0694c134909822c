"""``sim:``: the simulated board as a line, with its pins as the control object."""

from __future__ import annotations

import os
import subprocess

from ..sim import launch
from .base import Options
from .descriptor import DescriptorTransport
from .line import Line

__all__ = ["open_simulated"]

# What the board has not read waits in its supervisor, which sees a ctrl-C behind up to 64 KiB of it.
_LINE = Line("simulated board", pushes_back=True, in_flight_bytes=60000)

_END_WAIT_S = 2.0


def open_simulated(target: str, options: Options) -> DescriptorTransport:
    """Start the board of ``sim:[NAME][?OPTIONS]``."""
    board = launch(target.partition(":")[2])

    def release() -> None:
        os.close(board.write_fd)  # which ends the board
        os.close(board.read_fd)
        try:
            board.process.wait(_END_WAIT_S)
        except subprocess.TimeoutExpired:
            board.process.kill()
            board.process.wait()

    return DescriptorTransport(
        board.read_fd, board.write_fd, line=_LINE, name=target, control=board.control, release=release
    )
