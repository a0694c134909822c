"""``sim:``: the simulated board's two pipes as a transport, its pins as the control object."""

from __future__ import annotations

from ..sim import launch
from .base import Options
from .descriptor import DescriptorTransport
from .line import SIMULATED
from .process import Child

__all__ = ["open_simulated"]


def open_simulated(target: str, options: Options) -> DescriptorTransport:
    """Start the board of ``sim:``; ``control`` is its :class:`~belay.sim.SimulatedBoard`.

    Raises:
        ConnectionFailedError: it cannot be started, or its name is in use; nothing is left behind.
    """
    board = launch(target.partition(":")[2])
    return DescriptorTransport(
        board.read_fd,
        board.write_fd,
        line=SIMULATED,
        name=target,
        control=board.control,
        release=board.close,
        explain=Child(board.process).explain,
    )
