"""``sim:``: the simulated board's two pipes as a transport, its pins as the control object."""

from __future__ import annotations

from dataclasses import replace

from ..sim import launch
from ..sim.options import Options as Simulated
from ..sim.options import parse
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
    text = target.partition(":")[2]
    board = launch(text)
    return DescriptorTransport(
        board.read_fd,
        board.write_fd,
        line=replace(SIMULATED, rescue=_rescue(parse(text))),
        name=target,
        control=board.control,
        release=board.close,
        explain=Child(board.process).explain,
    )


def _rescue(options: Simulated) -> str:
    """The way to a board that is kept with a program that nothing stops."""
    if not options.name or not options.runs_main:
        return ""
    target = f"sim:{options.name}?main=off"
    return f"{target} starts without its programs: belay fs rm '{target}' :/main.py (or :/boot.py)"
