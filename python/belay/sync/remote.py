"""A board's files for people: ``device.fs``."""

from __future__ import annotations

import errno
import posixpath
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, TypeVar, Union

from .._native import Frame, content_hashes
from ..exceptions import FileSystemError, NotBelayResponseError, PyboardError, TimeoutExpired
from ..repl.response import BoardError, Operation, checked, value_of
from ..repl.wire import execution
from .ability import Ability, Modes
from .asking import ask
from .goal import Goal, Progress
from .manifest import HASHES
from .programs import program
from .push import push
from .refusals import with_refusals
from .stage import staged

__all__ = ["Entry", "FileSystem", "Usage", "board_path"]

Result = TypeVar("Result")
_ATTEMPTS = 5
_PIECE_BYTES = 250


@dataclass(frozen=True)
class Entry:
    """A file or a folder of the board."""

    path: str
    """Absolute, without a slash at the end."""
    is_folder: bool
    size: int
    """In bytes; 0 for folders."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return posixpath.basename(self.path)


@dataclass(frozen=True)
class Usage:
    """How full a filesystem is, in bytes."""

    total: int
    free: int

    @property
    def used(self) -> int:
        """What is not free."""
        return self.total - self.free


class FileSystem:
    """The files of a board. Paths are absolute, with ``/``.

    Every method raises ``FileSystemError`` when the board's filesystem refuses, with ``errno`` and ``path``:
    ``FileSystemFullError``, ``ReadOnlyFileSystemError``, or the class itself.
    """

    def __init__(self, perform: Callable[[Operation[Any]], Any], ability: Ability, mark: bytes) -> None:
        self._perform = perform
        self._ability = ability
        self._mark = mark

    @property
    def modes(self) -> Modes:
        """How files come to this board."""
        return self._ability.modes

    def ls(self, path: str = "/") -> List[Entry]:
        """What is in a folder, by name."""
        return self._entries(board_path(path), deep=False)

    def tree(self, path: str = "/") -> List[Entry]:
        """What is in a folder and below it, sorted by path."""
        return self._entries(board_path(path), deep=True)

    def stat(self, path: str) -> Entry:
        """One file or folder."""
        path = board_path(path)
        if path == "/":
            return Entry(path, True, 0)
        row = self._ask(f"__belay(__import__('os').stat({path!r}))", path)
        is_folder = bool(row[0] & 0x4000)
        return Entry(path, is_folder, 0 if is_folder else row[6])

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        try:
            self.stat(path)
        except FileSystemError as error:
            if error.errno != errno.ENOENT:
                raise
            return False
        return True

    def read(self, path: str, progress_update: Optional[Progress] = None) -> bytes:
        """A file's content."""
        path = board_path(path)
        return self._perform_at(path, _read(path, self._ability, progress_update))

    def read_text(self, path: str) -> str:
        """A file's content, as UTF-8."""
        return self.read(path).decode()

    def write(
        self, path: str, content: Union[bytes, str], progress_update: Optional[Progress] = None
    ) -> None:
        """Make a file, or replace it whole; its folder is made too."""
        path = board_path(path)
        folder, name = posixpath.split(path)
        data = content.encode() if isinstance(content, str) else content
        root = folder if folder.endswith("/") else f"{folder}/"
        goal = Goal(root, {name: staged(data)}, None, only=True, progress=progress_update)
        self._perform_at(path, push(goal, self._ability, self._mark))

    def mkdir(self, path: str, parents: bool = False) -> None:
        """Make a folder.

        Args:
            parents: those around it too; one that is there already is no error then.
        """
        path = board_path(path)
        if parents:
            text = f"{program('folders')}__belay_ff({path + '/'!r});del __belay_ff"
            self._perform_at(path, _run(execution(text)))
        else:
            self._run(f"__import__('os').mkdir({path!r})", path)

    def remove(self, path: str, recursive: bool = False) -> None:
        """Remove a file or a folder.

        Args:
            recursive: of a folder, remove what is in it first; else it has to be empty.
        """
        path = board_path(path)
        entry = self.stat(path)
        doomed = [path] if path != "/" else []
        if entry.is_folder and recursive:
            doomed += [below.path for below in self.tree(path)]
        folders = {below.path for below in self.tree(path) if below.is_folder} if len(doomed) > 1 else set()
        folders |= {path} if entry.is_folder else set()
        for one in sorted(doomed, reverse=True):
            self._run(f"__import__('os').{'rmdir' if one in folders else 'remove'}({one!r})", one)

    def rename(self, old: str, new: str) -> None:
        """Give a file or a folder another path; a file there is replaced."""
        old, new = board_path(old), board_path(new)
        self._run(f"__import__('os').rename({old!r},{new!r})", old)

    def df(self, path: str = "/") -> Usage:
        """How full the filesystem is that holds ``path``."""
        path = board_path(path)
        row = self._ask(f"__belay(__import__('os').statvfs({path!r}))", path)
        return Usage(row[1] * row[2], row[1] * row[3])

    def _entries(self, path: str, deep: bool) -> List[Entry]:
        root = path if path.endswith("/") else f"{path}/"
        rows = self._perform_at(path, _entries(root, self._ability, deep))
        found = [Entry(root + name.rstrip("/"), size is None, size or 0) for name, size in rows]
        return sorted(found, key=lambda entry: entry.path)

    def _ask(self, text: str, path: str) -> Any:
        return self._perform_at(path, ask(text))

    def _run(self, statement: str, path: str) -> None:
        self._perform_at(path, _run(execution(statement)))

    def _perform_at(self, path: str, operation: Operation[Result]) -> Result:
        result: Result = self._perform(with_refusals(path, operation))
        return result


def board_path(path: str) -> str:
    """The path in its shortest form.

    Raises:
        ValueError: it is not absolute.
    """
    if not path.startswith("/"):
        raise ValueError(f"a path on the board begins with a slash: {path!r}")
    return "/" + posixpath.normpath(path).lstrip("/")


def _run(text: str) -> Operation[None]:
    yield from ask(text)


def _entries(root: str, ability: Ability, deep: bool) -> Operation[Any]:
    while True:
        topic, scan = ability.scan
        topics = [topic, "entries"] if topic else ["entries"]
        names = "__belay_fl,__belay_fs" if topic else "__belay_fl"
        text = f"{program(*topics)}try:\n __belay_fl({root!r},{scan},{int(deep)})\nfinally:\n del {names}"
        try:
            return (yield from ask(text))
        except BoardError as error:
            if "ilistdir" not in error.text or not ability.without_scan():
                raise


def _read(path: str, ability: Ability, progress: Optional[Progress]) -> Operation[bytes]:
    trouble: Exception = PyboardError(f"{path} arrives damaged each time", hint="check the cable")
    attempts = 0
    while attempts < _ATTEMPTS:
        try:
            content = yield from _read_once(path, ability, progress)
        except BoardError as error:
            if "OSError" in error.text or error.state_lost:
                raise
            if not (ability.without_writer() if "buffer" in error.text else ability.without_hash()):
                raise
            continue
        except (NotBelayResponseError, TimeoutExpired) as error:
            trouble, content = error, None
        if content is not None:
            return content
        attempts += 1
    raise trouble


def _read_once(path: str, ability: Ability, progress: Optional[Progress]) -> Operation[Optional[bytes]]:
    """The content, or ``None`` where it is damaged."""
    writer = ability.writer
    text = (
        f"{program(ability.hash, 'send')}try:\n __belay_fp({path!r},{writer})\n"
        "finally:\n del __belay_fh,__belay_fp"
    )
    pieces: List[bytes] = []
    reply = yield text
    while isinstance(reply, Frame):
        if reply.tag == "D":
            try:
                pieces.append(_shown(reply.payload) if writer != "None" else b64decode(reply.payload))
            except ValueError:
                pieces.append(b"")  # the hash will tell
            if progress:
                progress(advance=len(pieces[-1]))
        reply = yield b""
    expected = value_of(checked(reply))
    content = b"".join(pieces)
    return content if content_hashes(content)[HASHES.index(ability.hash)] == expected else None


def _shown(data: bytes) -> bytes:
    """What was hidden by ``ondevice/send.py``."""
    step = _PIECE_BYTES + 1
    return b"".join(
        data[at + 1 : at + step].replace(data[at : at + 1], b"\x04") for at in range(0, len(data), step)
    )
