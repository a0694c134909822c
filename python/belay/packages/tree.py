"""The tree of packages on disk: what is there, and the step from one tree to the next."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Mapping, Sequence, Set, Tuple

from ..exceptions import PackageError
from . import commit, plan
from .lock import Lock
from .plan import Plan
from .settings import Settings


@dataclass(frozen=True)
class Edit:
    """New content for one file of the project, instead of what it was when it was read."""

    path: str
    before: bytes
    after: bytes


def hashes(folder: Path) -> Dict[str, str]:
    """``"GROUP/TARGET"`` -> sha256 of every file below ``folder``; empty for links and devices."""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in (*names, *folders):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if not stat.S_ISDIR(mode):
                digest = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(mode) else ""
                found[path.relative_to(folder).as_posix()] = digest
    return found


def apply(
    settings: Settings, old: Lock, new: Plan, present: Mapping[str, str], edits: Sequence[Edit]
) -> Set[str]:
    """Make the tree what the plan says; returns the paths that went. Does nothing where nothing changes."""
    stay = {path for path in present if _stays(path, settings, old, new)}
    written = {
        path: content
        for path, content in new.contents.items()
        if present.get(path) != new.lock.files[path].sha256
    }
    gone = set(present) - stay - set(new.contents)
    _refuse_foreign(settings, old, present, written)
    text = new.lock.dump()
    same_lock = text == old.dump() if settings.lock_path.exists() else not new.lock.packages
    if not written and not gone and same_lock and not edits:
        return gone
    _stage(settings, (stay | set(new.contents)) - set(written), written, text, edits)
    return gone


def _stays(path: str, settings: Settings, old: Lock, new: Plan) -> bool:
    """True for a file on disk that the new tree keeps as it is."""
    if path in new.lock.files:
        return True
    if path in old.files:
        return False
    return plan.owner(path) in new.kept or not _is_ours(settings)


def _is_ours(settings: Settings) -> bool:
    """`.belay` is ours alone. In a folder that the user chose, only what the lock knows is ours."""
    return settings.dependencies_path.startswith(".belay/")


def _refuse_foreign(
    settings: Settings, old: Lock, present: Mapping[str, str], written: Mapping[str, bytes]
) -> None:
    for path in written:
        if path in present and path not in old.files and not _is_ours(settings):
            raise PackageError(
                f"{settings.dependencies_path}/{path} was not put there by belay", hint="move it away"
            )


def _stage(
    settings: Settings, kept: Set[str], written: Mapping[str, bytes], text: bytes, edits: Sequence[Edit]
) -> None:
    root, staging = settings.root, settings.root / commit.STAGING
    for folder in (settings.belay_folder, settings.dependencies_folder):
        commit.refuse_links(root, folder)
    staging.mkdir()
    targets, dependencies = [".belay"], staging / "1"
    if _is_ours(settings):
        dependencies = staging / "0" / settings.dependencies_path[len(".belay/") :]
    else:
        targets.append(settings.dependencies_path)
    for folder in {dependencies, *((dependencies / path).parent for path in (*kept, *written))}:
        folder.mkdir(parents=True, exist_ok=True)
    _carry(settings.belay_folder, staging / "0", without=(settings.lock_path, settings.dependencies_folder))
    for path in sorted(kept):
        _link(settings.dependencies_folder / path, dependencies / path)
    for path, content in written.items():
        (dependencies / path).write_bytes(content)
    (staging / "0" / settings.lock_path.name).write_bytes(text)
    for edit in edits:
        if (root / edit.path).read_bytes() != edit.before:
            raise PackageError(
                f"{edit.path} was changed meanwhile by another program", hint="run the command again"
            )
        (staging / str(len(targets))).write_bytes(edit.after)
        shutil.copymode(root / edit.path, staging / str(len(targets)))
        targets.append(edit.path)
    commit.replace_all(root, targets)


def _carry(source: Path, target: Path, without: Tuple[Path, ...]) -> None:
    """Whatever else the user keeps in ``source``."""
    target.mkdir(exist_ok=True)
    for entry in os.scandir(source) if source.is_dir() else ():
        path = Path(entry.path)
        if path in without:
            continue
        if entry.is_dir(follow_symlinks=False):
            _carry(path, target / entry.name, without)
        else:
            _link(path, target / entry.name)


def _link(source: Path, target: Path) -> None:
    """``source``, also at ``target``: the same file where the filesystem can, else a copy."""
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(source, target, follow_symlinks=False)
