"""The old lock and what was fetched -> what the tree becomes (pure)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Dict, Iterable, List, Mapping, Set, Tuple

from ..exceptions import ResolutionError
from .content import Files
from .lock import FileRecord, Lock
from .paths import overlap

Name = Tuple[str, str]
"""Group and package."""


@dataclass(frozen=True)
class Change:
    """What happened to one package.

    Attributes:
        what: ``"added"``, ``"updated"``, ``"unchanged"`` or ``"removed"``.
        files: how many files were added, changed or removed.
        before, after: versions, tags or commits; empty where nobody says.
    """

    group: str
    name: str
    what: str
    files: int = 0
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Plan:
    """The tree to be.

    Attributes:
        contents: ``"GROUP/TARGET"`` -> content, of what was fetched.
        kept: packages that stay as they are, recorded or not.
    """

    lock: Lock
    contents: Dict[str, bytes]
    kept: Set[Name]


def make(old: Lock, fetched: Mapping[Name, Tuple[Tuple[str, ...], Files]], kept: Set[Name]) -> Plan:
    """What the tree becomes.

    Args:
        fetched: package -> the texts of its sources, and its files relative to the group's folder.
        kept: packages that stay as they are.

    Raises:
        ResolutionError: two packages write one path.
    """
    files = _keep(old, kept)
    contents: Dict[str, bytes] = {}
    for (group, name), (_, found) in fetched.items():
        for target, file in found.items():
            path = f"{group}/{target}"
            record = FileRecord((name,), file.source, file.resolved, file.sha256, len(file.content))
            files[path] = _join(path, files[path], record) if path in files else record
            contents[path] = file.content
    clash = overlap(files)
    if clash:
        owners = " and ".join(sorted({name for path in files for name in _owners(files, path, clash)}))
        raise ResolutionError(f"{owners} write one path: {clash}", hint="leave one of the two out")
    packages: Dict[str, Dict[str, Tuple[str, ...]]] = {}
    for group, name in sorted({*kept, *fetched}):
        texts = fetched[group, name][0] if (group, name) in fetched else old.packages.get(group, {}).get(name)
        if texts is not None:
            packages.setdefault(group, {})[name] = texts
    return Plan(Lock(packages, files), contents, kept)


def _keep(old: Lock, kept: Set[Name]) -> Dict[str, FileRecord]:
    files = {}
    for path, record in old.files.items():
        group = path.partition("/")[0]
        owners = tuple(name for name in record.packages if (group, name) in kept)
        if owners:
            files[path] = replace(record, packages=owners)
    return files


def _join(path: str, one: FileRecord, other: FileRecord) -> FileRecord:
    """One file for two packages: indexed packages share files, as long as they are the same."""
    if one.sha256 != other.sha256:
        raise ResolutionError(
            f"{one.packages[0]} ({one.source}) and {other.packages[0]} ({other.source}) write one path "
            f"with different content: {path}",
            hint="leave one of the two out, or update both together",
        )
    return replace(other, packages=tuple(sorted({*one.packages, *other.packages})))


def _owners(files: Mapping[str, FileRecord], path: str, clash: str) -> Tuple[str, ...]:
    folded, target = path.casefold(), clash.casefold()
    return files[path].packages if folded == target or folded.startswith(f"{target}/") else ()


def changes(old: Lock, new: Lock, present: Mapping[str, str], order: List[Name]) -> List[Change]:
    """What happened to each package.

    Args:
        present: ``"GROUP/TARGET"`` -> sha256 of the files on disk before.
        order: the packages to speak of, in order; removed ones follow by themselves.
    """
    result = []
    for group, name in order:
        before, after = old.of(group, name), new.of(group, name)
        changed = [path for path, record in after.items() if present.get(path) != record.sha256]
        changed += [path for path in before if path not in after]
        known = any(path in present for path in {*before, *after})
        what = "unchanged" if not changed else "updated" if known else "added"
        result.append(Change(group, name, what, len(changed), _version(before), _version(after)))
    for group, names in sorted(old.packages.items()):
        for name in sorted(set(names) - set(new.packages.get(group, {}))):
            before = old.of(group, name)
            result.append(Change(group, name, "removed", len(before), _version(before)))
    return result


def owner(path: str) -> Name:
    """The package that ``"GROUP/TARGET"`` belongs to by its name alone."""
    group, _, target = path.partition("/")
    return group, re.sub(r"\.m?py$", "", target.partition("/")[0])


def strangers(gone: Iterable[str], old: Lock, configured: Set[Name]) -> List[Change]:
    """What was removed and never recorded, a change for each package that it looks like."""
    names = Counter(owner(path) for path in gone if path not in old.files)
    return [
        Change(group, name, "removed", files)
        for (group, name), files in sorted(names.items())
        if (group, name) not in configured
    ]


def _version(files: Mapping[str, FileRecord]) -> str:
    """The one version of a package's files; empty where they have several or none."""
    versions = {record.resolved for record in files.values()}
    return versions.pop() if len(versions) == 1 else ""
