"""Files out of the tar.gz of a repository, in memory: nothing in it decides where anything is written."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from dataclasses import dataclass
from typing import Dict

from ..exceptions import IntegrityError, PackageNotFoundError
from .hosts import COMMIT
from .limits import Limits
from .paths import is_taken, safe_target


@dataclass(frozen=True)
class Archive:
    """What was wanted of an archive.

    Attributes:
        commit: the commit that ``git archive`` notes; empty where it did not.
        files: path relative to the wanted folder -> content.
        links: paths of links and devices, which are never followed or stored.
    """

    commit: str
    files: Dict[str, bytes]
    links: Dict[str, str]


class _Bounded(io.RawIOBase):
    """A reader that refuses to give more than ``limit`` bytes in all: a bomb is not unpacked."""

    def __init__(self, source: gzip.GzipFile, limit: int, origin: str) -> None:
        self._source, self._left, self._origin = source, limit, origin

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(chunk)
        if self._left < 0:
            raise IntegrityError(
                f"{self._origin} unpacks to more than is allowed", hint="raise BELAY_PACKAGE_LIMIT (MiB)"
            )
        return chunk


def read(content: bytes, folder: str, limits: Limits, origin: str) -> Archive:
    """All files below ``folder`` of the repository in ``content``.

    Args:
        folder: path inside the repository, ``""`` for all of it.
        origin: the archive's name in messages.

    Raises:
        IntegrityError: no whole tar.gz, a path that leaves it, or larger than ``limits``.
        PackageNotFoundError: ``folder`` is not in it, or is a file.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as unpacked:
            bounded = _Bounded(unpacked, limits.inflated_bytes, origin)
            with tarfile.open(fileobj=bounded, mode="r|") as tar:
                found = _scan(tar, folder, limits, origin)
            while bounded.read(1 << 16):  # to its end: what is missing there was cut off
                pass
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError) as error:
        raise IntegrityError(
            f"{origin} is no whole tar.gz archive ({type(error).__name__})", hint="run belay update again"
        ) from error
    if not found.files and not found.links:
        raise PackageNotFoundError(
            f"{origin} has no files in the folder {folder!r}", hint="check branch and path in the URL"
        )
    return found


def _scan(tar: tarfile.TarFile, folder: str, limits: Limits, origin: str) -> Archive:
    prefix = f"{folder.strip('/')}/" if folder else ""
    files: Dict[str, bytes] = {}
    links: Dict[str, str] = {}
    total = 0
    for member in tar:
        if member.name.startswith("/") or ".." in member.name.split("/"):
            safe_target(member.name, origin)
        path = member.name.partition("/")[2]  # git archive puts all in one folder
        if not path.startswith(prefix) or path == prefix or member.isdir() or not is_taken(path):
            continue
        path = safe_target(path[len(prefix) :], origin)
        if not member.isreg():
            links[path] = member.linkname
            continue
        total += member.size
        if member.size > limits.file_bytes or total > limits.package_bytes:
            raise IntegrityError(
                f"{path} in {origin} is larger than is allowed",
                hint="raise BELAY_FILE_LIMIT or BELAY_PACKAGE_LIMIT (MiB)",
            )
        stream = tar.extractfile(member)
        files[path] = stream.read() if stream else b""
    commit = (tar.pax_headers or {}).get("comment", "")
    return Archive(commit if COMMIT.fullmatch(commit) else "", files, links)
