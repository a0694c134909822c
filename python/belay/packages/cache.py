"""Bodies of earlier requests, on disk, a folder a source.

``ROOT/NAME-HASH8/KEY.json`` says what is known of one URL, ``KEY.body`` is its body. HASH8 is of the source
itself, so that two sources never share a folder, whatever NAME is. Every file is written under another name
and renamed: it is whole or not there. A body whose sha256 is not the one in the entry is a miss.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

import platformdirs

from .mirror import redact

_FOLDER = re.compile(r"(.+)-[0-9a-f]{8}")


@dataclass(frozen=True)
class Entry:
    """What is known of one URL.

    Attributes:
        url: without anything secret.
        etag, modified: what the server said, for conditional requests; may be empty.
        fixed: the content cannot change.
    """

    url: str
    sha256: str
    etag: str = ""
    modified: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Element:
    """One folder of the cache: ``git-github-ORG-REPO``, ``index-HOST``, ``url-HOST``."""

    name: str
    path: Path
    size_bytes: int


class Cache:
    """The cache below ``root``, which need not exist."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def load(self, source: str, url: str) -> Optional[Tuple[Entry, bytes]]:
        """Entry and body of ``url``, or ``None``."""
        folder = self._folder(source)
        try:
            entry = Entry(**json.loads((folder / f"{_key(url)}.json").read_text("utf-8")))
            body = (folder / f"{_key(url)}.body").read_bytes()
        except (OSError, ValueError, TypeError):
            return None
        return (entry, body) if hashlib.sha256(body).hexdigest() == entry.sha256 else None

    def store(self, source: str, url: str, entry: Entry, body: bytes) -> None:
        """Remember ``body``. A cache that cannot be written is no error: the update goes on without."""
        folder = self._folder(source)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / f"{_key(url)}.body", body)
            shown = asdict(entry)
            shown["url"] = redact(url)
            _write(folder / f"{_key(url)}.json", json.dumps(shown).encode())
        except OSError:
            return

    def elements(self) -> List[Element]:
        """Every element, by name."""
        return sorted(self._elements(), key=lambda element: element.name)

    def clear(self, prefix: str) -> List[Element]:
        """Delete the elements whose name begins with ``prefix``; returns them."""
        gone = [element for element in self.elements() if element.name.startswith(prefix)]
        for element in gone:
            shutil.rmtree(element.path)
        return gone

    def _elements(self) -> Iterator[Element]:
        try:
            folders = [entry for entry in os.scandir(self.root) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            return
        for folder in folders:
            name = _FOLDER.fullmatch(folder.name)
            if name:
                size = sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(folder))
                yield Element(name.group(1), Path(folder.path), size)

    def _folder(self, source: str) -> Path:
        name = re.sub(r"[^A-Za-z0-9._-]", "-", source)[:80].strip("-")
        return self.root / f"{name}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:32]


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=str(path.parent), prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def default_root() -> Path:
    """The user's cache folder: `~/.cache/belay`, `~/Library/Caches/belay` or `%LOCALAPPDATA%\\belay`."""
    return Path(platformdirs.user_cache_dir("belay", appauthor=False, opinion=False))
