"""What the numbers mean by which a board's filesystem refuses."""

from __future__ import annotations

from ..exceptions import FileSystemError, FileSystemFullError, ReadOnlyFileSystemError

__all__ = ["refused"]

_NO_SPACE, _READ_ONLY = 28, 30
# MicroPython's numbers (py/mperrno.h), the same on all ports.
_REASONS = {
    2: "there is no such file or folder",
    5: "input or output failed",
    13: "access is denied",
    17: "there is one already",
    20: "it is no folder",
    21: "it is a folder",
    22: "the name or the operation is invalid",
    36: "the name is too long",
    39: "the folder is not empty",
}


def refused(number: int, path: str) -> FileSystemError:
    """What the filesystem's error number means."""
    if number == _NO_SPACE:
        return FileSystemFullError(
            f"the board's filesystem is full: no room for {path}",
            hint="remove files from the board, or work in place (in_place=True, --in-place): old versions "
            "then go before the new ones are there",
            path=path,
            errno=number,
        )
    if number == _READ_ONLY:
        return ReadOnlyFileSystemError(
            f"the board may not write to its filesystem: {path}",
            hint="on CircuitPython, call storage.remount('/', readonly=False) in boot.py, or eject and "
            "disable its USB drive there",
            path=path,
            errno=number,
        )
    reason = _REASONS.get(number, f"errno {number}")
    return FileSystemError(
        f"the board's filesystem refused {path or 'an operation'}: {reason}", path=path, errno=number
    )
