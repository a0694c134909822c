"""Single files and whole archives, from wherever a place is, through the client."""

from __future__ import annotations

from dataclasses import replace
from typing import Awaitable, Callable, Iterable, Mapping, Optional, Tuple, TypeVar, Union
from urllib.parse import urlsplit

from ..exceptions import PackageNotFoundError
from . import archive, hosts, mirror
from .archive import Archive
from .hosts import Git
from .http import Client, Request
from .limits import Limits
from .source import Web

_Candidate = TypeVar("_Candidate")
_Result = TypeVar("_Result")


async def first_found(
    attempt: Callable[[_Candidate], Awaitable[_Result]], candidates: Iterable[_Candidate]
) -> _Result:
    """The result for the first candidate that exists.

    Raises:
        PackageNotFoundError: none does; the error is that of the first.
    """
    missing: Optional[PackageNotFoundError] = None
    for candidate in candidates:
        try:
            return await attempt(candidate)
        except PackageNotFoundError as error:
            missing = missing or error
    raise missing or PackageNotFoundError("nowhere to look", hint="set package_indices")


class Downloader:
    """Fetches places.

    Args:
        commits: the commit that holds for a folder, by the text of its source: those of a lock.
    """

    def __init__(self, client: Client, limits: Limits, commits: Mapping[str, str]) -> None:
        self.limits = limits
        self._client, self._commits = client, commits

    async def file(self, place: Union[Git, Web]) -> Tuple[bytes, str]:
        """Content of one file, and the commit or tag it is of (empty where that is not known)."""
        if isinstance(place, Web):
            source = f"url-{urlsplit(place.url).netloc}"
            request = Request(
                place.url, source, self.limits.file_bytes, insecure=place.insecure, hint="check the URL"
            )
            return await self._client.fetch(request), ""

        async def attempt(git: Git) -> Tuple[bytes, str]:
            content = await self._git(git, hosts.raw_url(git), self.limits.file_bytes)
            return content, _fixed_ref(git)

        return await first_found(attempt, place.splits(folder=False))

    async def url(self, url: str, source: str, *, fixed: bool = False) -> bytes:
        """One file at ``url``, which belongs to the cache folder of ``source``."""
        return await self._client.fetch(Request(url, source, self.limits.file_bytes, fixed))

    def begin(self, url: str, source: str) -> None:
        """Start on a fixed file that :meth:`url` will be asked for."""
        self._client.begin(Request(url, source, self.limits.file_bytes, fixed=True))

    async def folder(self, git: Git, label: str) -> Tuple[Archive, str]:
        """The files below ``git.path``, out of one archive, and their commit."""

        async def attempt(candidate: Git) -> Tuple[Archive, str]:
            candidate = replace(candidate, ref=self._commits.get(label, candidate.ref))
            url = hosts.archive_url(candidate)
            content = await self._git(candidate, url, self.limits.package_bytes)
            found = archive.read(content, candidate.path, self.limits, mirror.redact(url))
            return found, found.commit or _fixed_ref(candidate)

        return await first_found(attempt, git.splits(folder=True))

    async def _git(self, git: Git, url: str, limit_bytes: int) -> bytes:
        hint = f"check the spelling; a private repository needs {hosts.TOKEN_VARIABLES[git.host]}"
        source = f"git-{git.host}-{git.repository}"
        return await self._client.fetch(
            Request(url, source, limit_bytes, fixed=hosts.is_fixed(git.ref), hint=hint)
        )


def _fixed_ref(git: Git) -> str:
    return git.ref or "" if hosts.is_fixed(git.ref) else ""
