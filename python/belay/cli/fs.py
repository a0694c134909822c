"""``belay fs``: the board's files, one command each.

A path on the board begins with ``/``, or with ``:`` where a file of the host could be meant, as in ``cp``.
"""

from __future__ import annotations

import os
import posixpath
import sys
from pathlib import Path
from typing import TYPE_CHECKING, List, Optional, Tuple

import typer

from ..exceptions import BelayException
from . import options
from .help import App
from .options import DEBUG, PASSWORD, QUIET, TIMEOUT, open_device
from .progress import transferring

if TYPE_CHECKING:
    from ..device.device import Device

_ONE = options.words("[PORT] [PATH]", "[PATH]  A path on it; else /.", required=False, files=False)
_SOME = options.words("[PORT] PATH...", "PATH  A path on it.", files=False)


_HELP = """List, read, copy and remove a board's files.

PATH is one of the board; where it could be taken for PORT, write it as :PATH.

Examples:
    belay fs ls /dev/ttyUSB0 /lib
    belay fs cp /dev/ttyUSB0 :/main.py .
"""


def register(app: App) -> None:
    """Add the command to ``app``."""
    commands = App(help=_HELP)
    for command in (ls, tree, cat, cp, rm, mkdir, df):
        commands.command(command.__name__)(command)
    app.add_typer(commands, name="fs")


def ls(
    words: Optional[List[str]] = _ONE,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """List a folder: sizes and names.

    Examples:
        belay fs ls /dev/ttyUSB0 /lib
    """
    port, path = _port_and_path(words)
    with open_device(port, password, timeout, startup="") as device:
        for entry in device.fs.ls(path):
            print(f"{'' if entry.is_folder else entry.size:>9} {entry.name}{'/' if entry.is_folder else ''}")


def tree(
    words: Optional[List[str]] = _ONE,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Show a folder and all that is below it.

    Examples:
        belay fs tree /dev/ttyUSB0
    """
    port, path = _port_and_path(words)
    with open_device(port, password, timeout, startup="") as device:
        entries = device.fs.tree(path)
    print(path)
    above = len(path.rstrip("/")) + 1
    for entry in entries:
        indentation = "  " * (entry.path.count("/", above) + 1)
        print(f"{indentation}{entry.name}{'/' if entry.is_folder else ''}")


def cat(
    words: List[str] = _SOME,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Write files to standard output, byte for byte.

    Examples:
        belay fs cat /dev/ttyUSB0 /main.py
    """
    port, paths = _port_and_paths(words)
    with open_device(port, password, timeout, startup="") as device:
        for path in paths:
            sys.stdout.buffer.write(device.fs.read(path))
    sys.stdout.buffer.flush()


def cp(
    words: List[str] = options.words(
        "[PORT] SOURCE DESTINATION",
        "SOURCE  A file or folder here, or :PATH of the board.\n"
        "DESTINATION  The same; one of both is on the board.",
    ),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Copy a file or a folder to a board, from it, or on it.

    Paths on the board begin with a colon. Files go as they are. A folder that is there gets the copy inside.

    Examples:
        belay fs cp /dev/ttyUSB0 data.bin :/data.bin
        belay fs cp /dev/ttyUSB0 :/log ./log
    """
    if len(words) not in (2, 3):
        raise typer.BadParameter("expected [PORT] SOURCE DESTINATION")
    source, target = (options.filled(word, what) for word, what in zip(words[-2:], ("SOURCE", "DESTINATION")))
    if not source.startswith(":") and not target.startswith(":"):
        raise typer.BadParameter(
            "one of SOURCE and DESTINATION is on the board and begins with a colon: :/path"
        )
    if not source.startswith(":") and not Path(source).exists():
        raise BelayException(
            f"there is no file or folder {source}", hint="a path of the board begins with a colon"
        )
    with open_device(words[0] if len(words) == 3 else None, password, timeout, startup="") as device:
        if not source.startswith(":"):
            _upload(device, Path(source), target[1:] or "/")
        elif target.startswith(":"):
            _copy(device, source[1:], target[1:] or "/")
        else:
            _download(device, source[1:], Path(target))


def rm(
    words: List[str] = _SOME,
    recursive: bool = typer.Option(False, "--recursive", "-r", help="With all that is in a folder."),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Remove files and folders.

    Examples:
        belay fs rm -r /dev/ttyUSB0 /lib
    """
    port, paths = _port_and_paths(words)
    with open_device(port, password, timeout, startup="") as device:
        for path in paths:
            device.fs.remove(path, recursive=recursive)


def mkdir(
    words: List[str] = _SOME,
    parents: bool = typer.Option(False, "--parents", "-p", help="Make missing folders above it too."),
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Make folders.

    Examples:
        belay fs mkdir -p /dev/ttyUSB0 /data/log
    """
    port, paths = _port_and_paths(words)
    with open_device(port, password, timeout, startup="") as device:
        for path in paths:
            device.fs.mkdir(path, parents=parents)


def df(
    words: Optional[List[str]] = _ONE,
    password: str = PASSWORD,
    timeout: float = TIMEOUT,
    quiet: bool = QUIET,
    debug: bool = DEBUG,
) -> None:
    """Show how full the filesystem is, in bytes.

    Examples:
        belay fs df /dev/ttyUSB0
    """
    port, path = _port_and_path(words)
    with open_device(port, password, timeout, startup="") as device:
        usage = device.fs.df(path)
    print(f"{usage.total} bytes, {usage.used} used, {usage.free} free")


def _port_and_path(words: Optional[List[str]]) -> Tuple[Optional[str], str]:
    """``[PORT] [PATH]``: a single word is the path where the port is known otherwise, or it has a colon."""
    words = list(words or ())
    if len(words) > 2:
        raise typer.BadParameter("expected [PORT] [PATH]")
    port = None
    if words and not _is_path(words[0], alone=len(words) == 1):
        port = words.pop(0)
    return port, _board_path(words[0]) if words else "/"


def _port_and_paths(words: List[str]) -> Tuple[Optional[str], List[str]]:
    """``[PORT] PATH...``: the first word is a path where the port is known otherwise, or it has a colon."""
    port = None
    if len(words) == 1 and options.is_target(words[0]) and not _is_path(words[0], alone=True):
        raise typer.BadParameter(f"PATH is missing behind {words[0]}")
    if len(words) > 1 and not _is_path(words[0], alone=False):
        port, *words = words
    return port, [_board_path(word) for word in words]


def _is_path(word: str, alone: bool) -> bool:
    known = bool(os.environ.get("BELAY_DEVICE"))
    return word.startswith(":") or (known and (alone or not word.startswith("/dev/")) and "/" in word[:1])


def _board_path(word: str) -> str:
    path = word[1:] if word.startswith(":") else options.filled(word, "PATH")
    return path if path.startswith("/") else f"/{path}"


def _inside(device: Device, target: str, name: str) -> str:
    """Where a copy goes: into a folder that is there, else to the path itself."""
    target = _board_path(target)
    if target.endswith("/") or (device.fs.exists(target) and device.fs.stat(target).is_folder):
        return posixpath.join(target, name)
    return target


def _upload(device: Device, source: Path, target: str) -> None:
    path = _inside(device, target, source.resolve().name)
    with transferring(str(source)) as update:
        if source.is_dir():
            device.sync(source, path, keep=True, ignore=[], minify=False, progress_update=update)
        else:
            device.fs.write(path, source.read_bytes(), update)


def _copy(device: Device, source: str, target: str) -> None:
    source = _board_path(source)
    path = _inside(device, target, posixpath.basename(source))
    for file, name in _files(device, source):
        device.fs.write(path + name, device.fs.read(file))


def _download(device: Device, source: str, target: Path) -> None:
    source = _board_path(source)
    place = target / posixpath.basename(source.rstrip("/")) if target.is_dir() else target
    for file, name in _files(device, source):
        local = Path(f"{place}{name}")
        local.parent.mkdir(parents=True, exist_ok=True)
        with transferring(file) as update:
            if update:
                update(description="reading", total=device.fs.stat(file).size)
            local.write_bytes(device.fs.read(file, update))


def _files(device: Device, source: str) -> List[Tuple[str, str]]:
    """The file, or all files below the folder, with what their paths have behind ``source``."""
    if not device.fs.stat(source).is_folder:
        return [(source, "")]
    paths = [entry.path for entry in device.fs.tree(source) if not entry.is_folder]
    start = len(source.rstrip("/"))
    return [(path, path[start:]) for path in paths]
