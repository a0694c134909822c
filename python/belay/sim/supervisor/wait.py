"""Waiting for several descriptors at once, and for the other end's disappearance."""

from __future__ import annotations

import os
import select
import sys

_APPLE = sys.platform == "darwin"
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def wait(reads: set[int], writes: set[int], host: tuple[int, ...], now: bool) -> tuple[set[int], bool]:
    """Wait until something can be read or written, or the host is gone.

    Args:
        reads: descriptors to wait on until there is something to read.
        writes: those to wait on until there is room.
        host: those whose other end is the host; it is watched whether or not they are waited on.
        now: do not wait, only look.

    Returns:
        What can be read, and whether the host is gone.
    """
    if _APPLE:
        # Apple's poll knows no terminals (poll(2), BUGS), and select tells of no other end: with nothing to
        # read from a host that has died, its children have another parent.
        return set(select.select(reads, writes, (), 0 if now else 1)[0]), os.getppid() == 1
    poll = select.poll()
    for descriptor in {*reads, *writes, *host}:
        poll.register(
            descriptor,
            (select.POLLIN if descriptor in reads else 0) | (select.POLLOUT if descriptor in writes else 0),
        )
    events = poll.poll(0 if now else None)
    gone = any(event & _GONE for descriptor, event in events if descriptor in host)
    return {
        descriptor for descriptor, event in events if event & ~select.POLLOUT and descriptor in reads
    }, gone
