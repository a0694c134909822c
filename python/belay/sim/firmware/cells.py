"""The memory shared with the host, and the lines to the supervisor and the host.

The constants here and in the other files are those of `belay/sim/supervisor/layout.py`.
"""

import time
import uctypes

from micropython import const

_STATE_BYTES = const(65536)
_END_REASON = const(0)
_REQUEST_DESCRIPTOR = const(4)
_TRANSFER_DESCRIPTOR = const(6)
_REPLY_DESCRIPTOR = const(7)
_REQUEST_END = const(0)


def connect(state):
    global requests, transfers, replies, u8, view, u16, u32, flags
    requests = open(_REQUEST_DESCRIPTOR, "wb")
    transfers = open(_TRANSFER_DESCRIPTOR, "wb")
    replies = open(_REPLY_DESCRIPTOR, "rb")
    u8 = uctypes.bytearray_at(state, _STATE_BYTES)
    view = memoryview(u8)
    flags = u8
    # One aligned access for each cell: never half of an old value and half of a new one.
    u16 = uctypes.struct(state, {"_": (uctypes.ARRAY, uctypes.UINT16 | _STATE_BYTES // 2)})._
    u32 = uctypes.struct(state, {"_": (uctypes.ARRAY, uctypes.UINT32 | _STATE_BYTES // 4)})._


def end(reason):
    """End this life; see `layout.END_REASON`."""
    u8[_END_REASON] = reason
    requests.write(bytes((_REQUEST_END,)))
    while True:  # the supervisor ends this process
        try:
            time.sleep(1)
        except BaseException:
            pass
