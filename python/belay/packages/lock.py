"""`.belay/lock.json`: which file of which package is what.

``{"lock": 1, "packages": {GROUP: {NAME: [SOURCE, ...]}}, "files": {"GROUP/TARGET": {...}}}``; sorted, a
file a line. It never holds a secret, and no path in it is trusted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Mapping, Tuple

from ..exceptions import PackageError
from .hosts import COMMIT
from .paths import safe_target

FORMAT = 1


@dataclass(frozen=True)
class FileRecord:
    """One file of the tree.

    Attributes:
        packages: names of the configuration that it belongs to; several may need one indexed package.
        source: where it is from: the dependency's text, or the indexed package.
        resolved: commit, tag or version; empty where nobody says.
        sha256: of the content, in full.
    """

    packages: Tuple[str, ...]
    source: str
    resolved: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Lock:
    """What `update` did last.

    Attributes:
        packages: group -> name -> the texts of its sources.
        files: ``"GROUP/TARGET"`` -> what it is.
    """

    packages: Dict[str, Dict[str, Tuple[str, ...]]] = field(default_factory=dict)
    files: Dict[str, FileRecord] = field(default_factory=dict)

    def of(self, group: str, name: str) -> Dict[str, FileRecord]:
        """The files of one package."""
        return {
            path: record
            for path, record in self.files.items()
            if path.startswith(f"{group}/") and name in record.packages
        }

    def pins(self) -> Dict[str, str]:
        """Versions of indexed packages, by name."""
        return {
            record.source: record.resolved
            for record in self.files.values()
            if record.source.startswith("mip:") and record.resolved
        }

    def commits(self) -> Dict[str, str]:
        """Commits of folders, by the text of their source."""
        return {
            record.source: record.resolved
            for record in self.files.values()
            if COMMIT.fullmatch(record.resolved)
        }

    def dump(self) -> bytes:
        """The text of the lock file."""
        packages = {
            group: _lines({name: _line(sources) for name, sources in names.items()}, 2)
            for group, names in self.packages.items()
        }
        files = {path: _line(vars(record)) for path, record in self.files.items()}
        parts = {"lock": str(FORMAT), "packages": _lines(packages, 1), "files": _lines(files, 1)}
        return (_lines(parts, 0) + "\n").encode()


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _lines(entries: Mapping[str, str], depth: int) -> str:
    """A JSON object, sorted, an entry a line: it reads well in a diff, and is written fast."""
    if not entries:
        return "{}"
    inner = ",\n".join(f"{' ' * (depth + 1)}{_line(key)}: {text}" for key, text in sorted(entries.items()))
    return f"{{\n{inner}\n{' ' * depth}}}"


def load(path: Path) -> Lock:
    """The lock at ``path``; an empty one where there is none.

    Raises:
        PackageError: it is damaged, or of a later format.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Lock()
    except (OSError, UnicodeDecodeError):
        text = ""
    try:
        data = json.loads(text)
        if data["lock"] == FORMAT:
            return Lock(
                {group: {n: tuple(s) for n, s in names.items()} for group, names in data["packages"].items()},
                {safe_target(file, str(path)): _record(value) for file, value in data["files"].items()},
            )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise PackageError(
        f"{path} is damaged, or of another version of belay",
        hint=f"restore it, or delete {path} and run belay update",
    )


def _record(value: Any) -> FileRecord:
    record = FileRecord(**{**value, "packages": tuple(value["packages"])})
    texts = (*record.packages, record.source, record.resolved, record.sha256)
    if not all(isinstance(text, str) for text in texts) or not isinstance(record.size, int):
        raise TypeError
    return record
