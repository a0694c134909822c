"""The folders and files of a project that `run` and `install` take."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Mapping, Sequence, Tuple

from ..exceptions import PackageError
from ..packages import content, lock
from ..packages.content import list_folder, local_path
from ..packages.settings import Group
from ..packages.source import Local
from .config import Config


def group_folder(config: Config, group: str) -> Path:
    """Where the packages of ``group`` are."""
    return config.settings.dependencies_folder / group


def micropython_path(config: Config, environment: Mapping[str, str], extra: Sequence[Path] = ()) -> str:
    """``MICROPYPATH`` for a local interpreter: the project, every group, what the user had, ``.frozen``.

    Args:
        extra: folders that follow the groups (those of packages in development).
    """
    folders = [config.root, *(group_folder(config, group.name) for group in config.settings.groups), *extra]
    had = [part for part in environment.get("MICROPYPATH", "").split(os.pathsep) if part]
    parts = [*map(str, folders), *had]
    return os.pathsep.join(parts if ".frozen" in parts else [*parts, ".frozen"])


def chosen_groups(config: Config, optional: Sequence[str]) -> List[Group]:
    """The groups that an install takes: all that are not optional, and those of ``optional``.

    Raises:
        PackageError: a name that is no group.
    """
    names = [group.name for group in config.settings.groups]
    for name in optional:
        if name not in names:
            raise PackageError(
                f"the project has no group {name!r}", hint=f"the groups are: {', '.join(names)}"
            )
    return [group for group in config.settings.groups if not group.optional or group.name in optional]


def stage(config: Config, groups: Sequence[Group], destination: Path) -> Dict[str, Path]:
    """Copy the packages of ``groups`` into one folder, which becomes `/lib`; those in development too.

    Returns:
        where each file comes from, by its path in the folder.

    Raises:
        PackageError: a package was not downloaded yet, or lacks a file, or two groups have different files
            for one path.
    """
    origins: Dict[str, Path] = {}
    for group in groups:
        for target, path in _files(config, group):
            other = origins.setdefault(target, path)
            if other != path and other.read_bytes() != path.read_bytes():
                raise PackageError(
                    f"two groups have different files for {target}: {other} and {path}",
                    hint="rename one of the packages",
                )
    copy(origins.items(), destination)
    return origins


def develop_files(config: Config) -> List[Tuple[str, Path]]:
    """The files of all packages in development, each with its target.

    Raises:
        PackageNotFoundError: a source does not exist.
    """
    return [pair for group in config.settings.groups for pair in _develop_files(config, group)]


def copy(files: Iterable[Tuple[str, Path]], destination: Path) -> None:
    """Copy each file to its target below ``destination``."""
    for target, path in files:
        (destination / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, destination / target)


def _files(config: Config, group: Group) -> Iterator[Tuple[str, Path]]:
    folder = group_folder(config, group.name)
    known = lock.load(config.settings.lock_path)
    for dependency in group.dependencies:
        if dependency.develop:
            continue
        name = dependency.name
        if name in known.packages.get(group.name, {}):
            gone = [path for path in known.of(group.name, name) if not (folder.parent / path).is_file()]
            if gone:  # to go on would take it from the board, too
                raise PackageError(
                    f"{name} of group {group.name} is not whole: there is no file {folder.parent / gone[0]}",
                    hint="run belay update --locked",
                )
        elif not any((folder / each).exists() for each in (name, f"{name}.py", f"{name}.mpy")):
            raise PackageError(
                f"{name} of group {group.name} was not downloaded yet", hint="run belay update"
            )
    if folder.is_dir():
        for target in list_folder(folder, str(folder)):
            yield target, folder / target
    yield from _develop_files(config, group)


def _develop_files(config: Config, group: Group) -> Iterator[Tuple[str, Path]]:
    for dependency in group.dependencies:
        for source in dependency.sources:
            if not source.develop or not isinstance(source.place, Local):
                continue
            path = local_path(config.root, source.place)
            if path.is_file():
                name = content.as_init(path.name) if source.rename_to_init else path.name
                yield f"{dependency.name}/{name}", path
                continue
            for target in list_folder(path, source.label):
                yield f"{dependency.name}/{target}", path / target


def differences(config: Config, groups: Sequence[Group]) -> List[str]:
    """The recorded files of ``groups`` that are missing or not what the lock says, as ``GROUP/TARGET``."""
    folder = config.settings.dependencies_folder
    names = {group.name for group in groups}
    wrong = []
    for path, record in lock.load(config.settings.lock_path).files.items():
        if path.partition("/")[0] in names:
            file = folder / path
            whole = file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == record.sha256
            if not whole:
                wrong.append(path)
    return sorted(wrong)
