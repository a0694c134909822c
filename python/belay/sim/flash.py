"""The file that is a simulated board's flash.

A board without a name has a file that exists only as long as it is open. A named one's is in the user's data
folder; an advisory lock on it says that the board is in use. Lock and file belong to the open descriptor:
whoever has inherited it holds both, so that a name is free again when the last process of the board has
ended, however it ended.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

import platformdirs

from ..exceptions import ConnectionFailedError
from .options import DEFAULT_FLASH_BYTES, Options


def image_path(name: str) -> Path:
    """Where the filesystem of ``sim:NAME`` is kept."""
    return Path(platformdirs.user_data_dir("belay", appauthor=False)) / "sim" / f"{name}.flash"


def open_flash(options: Options) -> int:
    """Open, lock and where needed make the flash image. Returns its descriptor, which the caller closes.

    Raises:
        ConnectionFailedError: it is in use, cannot be opened, or has another size than asked for.
    """
    if not options.name:
        with tempfile.TemporaryFile(prefix="belay-sim-") as file:
            descriptor = os.dup(file.fileno())
    else:
        path = image_path(options.name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConnectionFailedError(
                f"sim:{options.name}: cannot open {path}: {error.strerror}",
                hint="see to its permissions and the room on its disk",
            ) from error
    try:
        _lock(descriptor, options.name)
        _size(descriptor, options)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _lock(descriptor: int, name: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ConnectionFailedError(
            f"sim:{name} is busy: another program uses it",
            hint="close the other program, or use another name; sim: alone is always a new board",
        ) from None


def _size(descriptor: int, options: Options) -> None:
    present = os.fstat(descriptor).st_size
    wanted = options.flash_bytes or present or DEFAULT_FLASH_BYTES
    if present not in (0, wanted):
        raise ConnectionFailedError(
            f"the flash of sim:{options.name} has {present} bytes, not {wanted}",
            hint=f"leave flash= out, or delete {image_path(options.name)} and with it the board's files",
        )
    os.truncate(descriptor, wanted)
