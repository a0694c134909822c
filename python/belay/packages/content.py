"""What the files of a package may be: read from a folder, checked, merged."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterable, List, Optional

from ..exceptions import IntegrityError, PackageNotFoundError, ResolutionError
from .paths import is_taken, overlap, safe_target
from .source import Local


@dataclass(frozen=True)
class Fetched:
    """One file, checked.

    Attributes:
        source: where it is from, as the lock may show it.
        resolved: the commit, tag or version it is of; empty where nobody says.
    """

    content: bytes
    source: str
    resolved: str = ""

    @property
    def sha256(self) -> str:
        """Of the content, in full."""
        return hashlib.sha256(self.content).hexdigest()


PATH_HINT = "paths are relative to the folder of pyproject.toml"

Files = Dict[str, Fetched]
"""Target path -> file."""


def check_content(target: str, content: bytes, origin: str) -> None:
    """Refuse a downloaded file that cannot be what its name says.

    Raises:
        IntegrityError: `.py` that is not UTF-8, `.py` or `.mpy` that is a page for a browser.
    """
    if not target.endswith((".py", ".mpy")):
        return
    # No Python file starts with "<": pages for a browser do, whatever their status and type.
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise IntegrityError(
            f"{target} from {origin} is an HTML page",
            hint="check the address; a private file needs GITHUB_TOKEN, GITLAB_TOKEN or netrc",
        )
    if target.endswith(".py"):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            raise IntegrityError(f"{target} from {origin} is not UTF-8", hint="check the address") from None


def merge(parts: Iterable[Files], origin: str) -> Files:
    """All files of ``parts`` together.

    Raises:
        ResolutionError: two different files for one path, or a path that is also a folder.
    """
    files: Files = {}
    for part in parts:
        for target, file in part.items():
            other = files.setdefault(target, file)
            if other.content != file.content:
                raise ResolutionError(
                    f"{origin} gets two different files for {target}: "
                    f"from {other.source} and from {file.source}",
                    hint="leave one of the two out",
                )
    clash = overlap(files)
    if clash:
        raise ResolutionError(
            f"{origin} gets {clash} twice: as a file and as a folder, or in upper and lower case",
            hint="leave one of the two out",
        )
    return files


def as_init(target: str) -> str:
    """``x.py`` -> ``__init__.py``; what is not Python keeps its name."""
    ending = target.rpartition(".")[2]
    return f"__init__.{ending}" if target.endswith((".py", ".mpy")) else target


def local_path(root: Path, place: Local) -> Path:
    """Where ``place`` is, links of the user's own resolved."""
    return (root / place.path).resolve()


def read_folder(folder: Path, origin: str, limit_bytes: int) -> Dict[str, bytes]:
    """Every regular file below ``folder``, by path relative to it.

    Raises:
        PackageNotFoundError: no such folder.
        IntegrityError: a link or device in it, or more than ``limit_bytes``.
    """
    files: Dict[str, bytes] = {}
    total = 0
    for name in list_folder(folder, origin):
        path = folder / name
        total += path.stat().st_size
        if total > limit_bytes:
            raise IntegrityError(
                f"{origin} is larger than {limit_bytes >> 20} MiB",
                hint="raise BELAY_PACKAGE_LIMIT (MiB) if it is meant to be",
            )
        files[safe_target(name, origin)] = path.read_bytes()
    return files


def list_folder(folder: Path, origin: str) -> List[str]:
    """The paths of the files below ``folder``, relative to it, sorted; errors as :func:`read_folder`."""
    if not folder.is_dir():
        raise PackageNotFoundError(f"{origin} is no file or folder ({folder})", hint=PATH_HINT)
    names: List[str] = []
    for parent, folders, files in os.walk(folder):
        relative = os.path.relpath(parent, folder).replace(os.sep, "/")
        for name in (*folders, *files):
            path = name if relative == "." else f"{relative}/{name}"
            mode = os.lstat(os.path.join(parent, name)).st_mode
            if is_taken(path) and not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                raise IntegrityError(
                    f"{origin} holds the link or device {path!r}",
                    hint="links are neither followed nor stored: name the file it points to instead",
                )
            if stat.S_ISREG(mode) and is_taken(path):
                names.append(path)
        folders[:] = [name for name in folders if is_taken(name)]
    return sorted(names)


class MemoryTree:
    """The files of an archive, as a manifest sees them."""

    def __init__(self, files: Dict[str, bytes]) -> None:
        self._files = files

    def read(self, path: str) -> Optional[bytes]:
        """Content, or ``None``."""
        return self._files.get(path)

    def list(self, folder: str) -> List[str]:
        """Paths of the files below ``folder``, relative to it."""
        prefix = f"{folder}/"
        return sorted(path[len(prefix) :] for path in self._files if path.startswith(prefix))


class LocalTree:
    """The repository around a local manifest: it reaches no file outside, links included."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, path: str) -> Optional[bytes]:
        """Content, or ``None``."""
        found = (self._root / path).resolve()
        return found.read_bytes() if self._root in found.parents and found.is_file() else None

    def list(self, folder: str) -> List[str]:
        """Paths of the files below ``folder``, relative to it."""
        found = (self._root / folder).resolve()
        if self._root not in found.parents or not found.is_dir():
            return []
        return list_folder(found, folder)


def repository_of(path: Path) -> Path:
    """The nearest folder upward that is a git repository, else the folder of ``path``."""
    for folder in path.resolve().parents:
        if (folder / ".git").exists():
            return folder
    return path.resolve().parent
