"""Dependencies -> files in memory, all at once; nothing in the project is touched."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import List, Sequence, Union

from ..exceptions import IntegrityError, PackageNotFoundError
from .content import Fetched, Files, as_init, check_content, local_path, merge, read_folder
from .download import Downloader
from .hosts import Git
from .indexed import Indexed
from .paths import safe_target
from .source import Dependency, Local, Source, Web


class Fetcher:
    """Fetches dependencies of every kind.

    Args:
        root: the project's folder, which local paths are relative to.
    """

    def __init__(self, downloader: Downloader, indexed: Indexed, root: Path) -> None:
        self._downloader, self._indexed, self._root = downloader, indexed, root

    async def fetch(self, dependencies: Sequence[Dependency]) -> List[Files]:
        """The files of each dependency, in order; targets are relative to the group's folder.

        Raises:
            PackageError: any of them could not be had, or is not what it should be.
        """
        indexed = [dependency for dependency in dependencies if dependency.sources[0].in_group]
        plain = [dependency for dependency in dependencies if not dependency.sources[0].in_group]
        of_plain, of_indexed = await asyncio.gather(
            asyncio.gather(*map(self._plain, plain)), self._indexed.fetch(indexed)
        )
        files = dict(zip(plain, of_plain))
        files.update(zip(indexed, of_indexed))
        for dependency, found in files.items():
            self._check_size(dependency.name, found)
        return [files[dependency] for dependency in dependencies]

    async def _plain(self, dependency: Dependency) -> Files:
        parts = await asyncio.gather(*map(self._source, dependency.sources))
        files = merge(parts, dependency.name)
        return {f"{dependency.name}/{target}": file for target, file in files.items()}

    async def _source(self, source: Source) -> Files:
        place = source.place
        if isinstance(place, Local):
            return self._local(place, source)
        if isinstance(place, Git) and source.kind == "folder":
            return await self._folder(place, source.label)
        assert isinstance(place, (Git, Web))
        return await self._file(place, source)

    async def _file(self, place: Union[Git, Web], source: Source) -> Files:
        name = safe_target(place.name, source.label)
        content, resolved = await self._downloader.file(place)
        check_content(name, content, source.label)
        return {_renamed(name, source): Fetched(content, source.label, resolved)}

    async def _folder(self, place: Git, label: str) -> Files:
        found, commit = await self._downloader.folder(place, label)
        if found.links:
            raise IntegrityError(
                f"{label} holds the link or device {min(found.links)!r}",
                hint="links are neither followed nor stored: name the file it points to instead",
            )
        for name, content in found.files.items():
            check_content(name, content, label)
        return {name: Fetched(content, label, commit) for name, content in found.files.items()}

    def _local(self, place: Local, source: Source) -> Files:
        path = local_path(self._root, place)
        limits = self._downloader.limits
        if path.is_file():
            name = safe_target(path.name, source.label)
            return {_renamed(name, source): Fetched(path.read_bytes(), source.label)}
        found = read_folder(path, source.label, limits.package_bytes)
        if not found:
            raise PackageNotFoundError(
                f"{source.label} is an empty folder", hint=f"put files into {path}, or leave it out"
            )
        return {name: Fetched(content, source.label) for name, content in found.items()}

    def _check_size(self, name: str, files: Files) -> None:
        limit = self._downloader.limits.package_bytes
        if sum(len(file.content) for file in files.values()) > limit:
            raise IntegrityError(
                f"{name} is larger than {limit >> 20} MiB",
                hint="raise BELAY_PACKAGE_LIMIT (MiB) if it is meant to be",
            )


def _renamed(name: str, source: Source) -> str:
    return as_init(name) if source.rename_to_init else name
