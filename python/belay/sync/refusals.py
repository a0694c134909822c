"""What a board's filesystem refuses, and what the numbers mean by which it does."""

from __future__ import annotations

import re
from typing import TypeVar

from ..exceptions import FileSystemError, FileSystemFullError, ReadOnlyFileSystemError
from ..repl.response import BoardError, Operation

__all__ = ["refused", "with_refusals"]

Result = TypeVar("Result")
_ERRNO = re.compile(r"OSError: (?:\[Errno (\d+)\]|\(?(\d+))")
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
            hint="remove files from the board",
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


def with_refusals(path: str, operation: Operation[Result]) -> Operation[Result]:
    """The operation; an ``OSError`` of the board is a ``FileSystemError``."""
    try:
        return (yield from operation)
    except BoardError as error:
        found = _ERRNO.search(error.text)
        if found is None:
            raise
        raise refused(int(found[1] or found[2]), path) from None
