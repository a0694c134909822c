"""Waiting for several descriptors at once, and for the other end's disappearance."""

from __future__ import annotations

import math
import os
import select
import sys

_APPLE = sys.platform == "darwin"
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def wait(
    reads: set[int], writes: set[int], host: tuple[int, ...], timeout_s: float | None
) -> tuple[set[int], bool]:
    """Wait until something can be read or written, or the host is gone.

    Args:
        reads: descriptors to wait on until there is something to read.
        writes: those to wait on until there is room.
        host: those whose other end is the host; it is watched whether or not they are waited on.
        timeout_s: how long to wait at most; None: for ever.

    Returns:
        What can be read, and whether the host is gone.
    """
    if _APPLE:
        # Apple's poll knows no terminals (poll(2), BUGS), and select tells of no other end: with nothing to
        # read from a host that has died, its children have another parent.
        timeout_s = 1.0 if timeout_s is None else min(timeout_s, 1.0)
        return set(select.select(reads, writes, (), timeout_s)[0]), os.getppid() == 1
    poll = select.poll()
    for descriptor in {*reads, *writes, *host}:
        poll.register(
            descriptor,
            (select.POLLIN if descriptor in reads else 0) | (select.POLLOUT if descriptor in writes else 0),
        )
    # Rounded up: a wait that ends too early would be repeated for nothing.
    events = poll.poll(None if timeout_s is None else math.ceil(timeout_s * 1000))
    gone = any(event & _GONE for descriptor, event in events if descriptor in host)
    return {
        descriptor for descriptor, event in events if event & ~select.POLLOUT and descriptor in reads
    }, gone
