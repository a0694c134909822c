"""Packages that say themselves what they consist of and need: of an index, mip-style, manifests."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Dict, List, Mapping, Sequence

from ..exceptions import IntegrityError, PackageError, PackageNotFoundError
from . import manifest, mip, mirror, resolve
from .content import (
    PATH_HINT,
    Fetched,
    Files,
    LocalTree,
    MemoryTree,
    check_content,
    local_path,
    merge,
    repository_of,
)
from .download import Downloader, first_found
from .hosts import Git
from .mip import Document, Hashed, Inline, Item
from .resolve import Demand, Resolver
from .source import Dependency, Index, Local, Place


class Indexed:
    """Resolves and fetches packages with their own dependencies.

    Args:
        root: the project's folder, which local manifests are relative to.
        indices: base URLs, tried in order.
        flavour: ``"py"`` or the number of a bytecode version.
        pins: versions that hold, by :func:`resolve.key_of`: those of a lock.
    """

    def __init__(
        self,
        downloader: Downloader,
        root: Path,
        indices: Sequence[str],
        flavour: str,
        pins: Mapping[str, str],
    ) -> None:
        self._downloader, self._root, self._pins = downloader, root, pins
        self._indices, self._flavour = [index.rstrip("/") for index in indices], flavour
        self._documents: Dict[Place, Document] = {}

    async def fetch(self, dependencies: Sequence[Dependency]) -> List[Files]:
        """The files of each dependency and of all it needs, in order."""
        roots = [
            [Demand(source.place, (dependency.name,)) for source in dependency.sources]
            for dependency in dependencies
        ]
        resolver = Resolver([demand for demands in roots for demand in demands], self._pins)
        missing = resolver.missing(self._documents)
        while missing:
            documents = await asyncio.gather(*map(self._document, missing))
            self._documents.update(zip(missing, documents))
            missing = resolver.missing(self._documents)
        reached = [
            list(
                dict.fromkeys(
                    place for demand in demands for place in resolver.closure(demand, self._documents)
                )
            )
            for demands in roots
        ]
        return list(
            await asyncio.gather(
                *(self._files(dependency.name, places) for dependency, places in zip(dependencies, reached))
            )
        )

    async def _files(self, name: str, places: List[Place]) -> Files:
        return merge(await asyncio.gather(*map(self._package, places)), name)

    async def _package(self, place: Place) -> Files:
        document = self._documents[place]
        key = resolve.key_of(place)
        label = mirror.redact(key) if "://" in key else key
        version = document.version or resolve.version_of(place)
        contents = await asyncio.gather(*map(self._item, document.items))
        for item, content in zip(document.items, contents):
            check_content(item.target, content, label)
        return merge(
            (
                {item.target: Fetched(content, label, version)}
                for item, content in zip(document.items, contents)
            ),
            label,
        )

    async def _item(self, item: Item) -> bytes:
        place = item.place
        if isinstance(place, Inline):
            return place.content
        if not isinstance(place, Hashed):
            return (await self._downloader.file(place))[0]
        content = await self._downloader.url(place.url, _source(place.index), fixed=True)
        if not hashlib.sha256(content).hexdigest().startswith(place.hash):
            raise IntegrityError(
                f"{item.target} from {mirror.redact(place.url)} does not have the hash that its package says",
                hint="the index, or something in between, is broken: nothing was changed",
            )
        return content

    async def _document(self, place: Place) -> Document:
        if isinstance(place, Index):
            return await self._of_index(place)
        if isinstance(place, Local):
            return self._local_manifest(place)
        if place.name == "manifest.py":
            return await self._git_manifest(place)
        content, _ = await self._downloader.file(place)
        return mip.parse(content, place, self._indices[0] if self._indices else "")

    async def _of_index(self, place: Index) -> Document:
        async def attempt(index: str) -> Document:
            url = mip.document_url(index, self._flavour, place)
            content = await self._downloader.url(url, _source(index), fixed=bool(place.version))
            document = mip.parse(content, url, index)
            for item in document.items:  # while other documents are still on their way
                if isinstance(item.place, Hashed):
                    self._downloader.begin(item.place.url, _source(item.place.index))
            return document

        try:
            return await first_found(attempt, self._indices)
        except PackageNotFoundError:
            asked = ", ".join(map(mirror.redact, self._indices)) or "none is set"
            raise PackageNotFoundError(
                f"no package index has {place.name} {place.version or '(any version)'}: {asked}",
                hint='check name and version; a name with "-" is written "mip:NAME@VERSION"',
            ) from None

    def _local_manifest(self, place: Local) -> Document:
        path = local_path(self._root, place)
        if not path.is_file():
            raise PackageNotFoundError(f"{place.path} does not exist ({path})", hint=PATH_HINT)
        repository = repository_of(path)
        return manifest.evaluate(LocalTree(repository), path.relative_to(repository).as_posix(), place.path)

    async def _git_manifest(self, place: Place) -> Document:
        if not isinstance(place, Git):
            raise PackageError(
                f"{mirror.redact(resolve.key_of(place))} is neither local nor of a repository",
                hint="name its files as dependencies of their own",
            )

        async def attempt(git: Git) -> Document:
            found, _ = await self._downloader.folder(replace(git, path=""), resolve.key_of(place))
            origin = f"{git.host}:{git.repository}@{git.ref}"
            return manifest.evaluate(MemoryTree(found.files), git.path, origin)

        return await first_found(attempt, place.splits(folder=False))


def _source(index: str) -> str:
    return f"index-{index.partition('://')[2]}"
