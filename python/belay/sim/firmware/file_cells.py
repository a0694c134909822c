"""The shared memory, for a board that has it only as a file: the same names as `cells`, and slower.

A cell is read and written in one call of the system, so never by halves. But the file has one position: only
the main thread may use it. What the thread of events needs is in memory of its own (`flags`).
"""

import time

from micropython import const

_END_REASON = const(0)
_REQUEST_DESCRIPTOR = const(4)
_TRANSFER_DESCRIPTOR = const(6)
_REPLY_DESCRIPTOR = const(7)
_STATE_DESCRIPTOR = const(8)
_REQUEST_END = const(0)


class _Cells:
    def __init__(self, file, size):
        self._file = file
        self._size = size

    def __getitem__(self, place):
        if isinstance(place, slice):
            self._file.seek(place.start)
            return self._file.read(place.stop - place.start)
        self._file.seek(place * self._size)
        return int.from_bytes(self._file.read(self._size), "little")

    def __setitem__(self, place, value):
        if isinstance(place, slice):
            self._file.seek(place.start)
            self._file.write(value)
        else:
            self._file.seek(place * self._size)
            self._file.write((value & (1 << 8 * self._size) - 1).to_bytes(self._size, "little"))


def connect(state):
    global requests, transfers, replies, u8, view, u16, u32, flags
    requests = open(_REQUEST_DESCRIPTOR, "wb")
    transfers = open(_TRANSFER_DESCRIPTOR, "wb")
    replies = open(_REPLY_DESCRIPTOR, "rb")
    file = open(_STATE_DESCRIPTOR, "r+b")
    u8 = view = _Cells(file, 1)
    u16 = _Cells(file, 2)
    u32 = _Cells(file, 4)
    flags = bytearray(2)


def end(reason):
    """End this life; see `layout.END_REASON`."""
    u8[_END_REASON] = reason
    requests.write(bytes((_REQUEST_END,)))
    while True:  # the supervisor ends this process
        try:
            time.sleep(1)
        except BaseException:
            pass
