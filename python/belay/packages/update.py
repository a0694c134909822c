"""The verbs: update and clean. Everything is fetched and checked before anything in the project changes."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Awaitable, Callable, Dict, Iterator, List, Mapping, Sequence, Tuple

from ..exceptions import IntegrityError, PackageError, PackageNotFoundError
from . import commit, limits, lock, plan, tree
from .cache import Cache
from .content import Files
from .credentials import Credentials
from .download import Downloader
from .fetch import Fetcher
from .http import Client
from .indexed import Indexed
from .lock import Lock
from .plan import Change, Name
from .settings import Settings
from .source import Dependency


@dataclass(frozen=True)
class Options:
    """How to update.

    Attributes:
        offline: the cache alone, no request.
        locked: exactly what the lock says, or an error.
        environment: where tokens, mirrors' and limits' variables are looked up.
        pause: waits between two tries of a request.
        watch: called with the number of bytes that each chunk brought.
    """

    cache: Cache
    offline: bool = False
    locked: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    watch: Callable[[int], None] = lambda received_bytes: None


def update(
    settings: Settings,
    names: Sequence[str],
    options: Options,
    *,
    edits: Sequence[tree.Edit] = (),
) -> List[Change]:
    """Fetch what the configuration names, and remove what it no longer names.

    Args:
        names: packages; empty means all.
        edits: files of the project that change in the same step.

    Returns:
        What happened to each package, in the order of the configuration; removed ones last.

    Raises:
        PackageError: the project is as it was.
    """
    _check_names(settings, names)
    configured = _configured(settings)
    wanted = {key: value for key, value in configured.items() if not names or key[1] in names}
    with _project(settings.root):
        old = lock.load(settings.lock_path)
        present = tree.hashes(settings.dependencies_folder)
        if options.locked:
            if configured and not settings.lock_path.exists():
                raise PackageNotFoundError(
                    f"--locked: there is no {settings.lock_path}", hint="run belay update, which writes it"
                )
            _check_locked(old, configured, names)
            wanted = {key: value for key, value in wanted.items() if not _intact(old, present, key)}
        fetched = _fetch(settings, wanted, old, options)
        new = plan.make(old, fetched, set(configured) - set(wanted))
        if options.locked:
            _check_result(old, new.lock)
            new = replace(new, kept=set())
        gone = tree.apply(settings, old, new, present, edits)
        order = [key for key in configured if not names or key[1] in names]
        return plan.changes(old, new.lock, present, order) + plan.strangers(gone, old, set(configured))


def clean(settings: Settings) -> List[Change]:
    """Remove packages and groups that the configuration no longer names; returns what was removed."""
    with _project(settings.root):
        old = lock.load(settings.lock_path)
        present = tree.hashes(settings.dependencies_folder)
        new = plan.make(old, {}, set(_configured(settings)))
        gone = tree.apply(settings, old, new, present, ())
        return plan.changes(old, new.lock, present, []) + plan.strangers(
            gone, old, set(_configured(settings))
        )


@contextlib.contextmanager
def _project(root: Path) -> Iterator[None]:
    """The project, for this process alone; what the system refuses becomes a clear error."""
    try:
        with commit.exclusive(root):
            yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise PackageError(
            f"the system refused: {what}", hint="see to that, then run the command again"
        ) from error


def _check_names(settings: Settings, names: Sequence[str]) -> None:
    known = {dependency.name for group in settings.groups for dependency in group.dependencies}
    for name in names:
        if name not in known:
            packages = ", ".join(sorted(known)) or "none"
            raise PackageNotFoundError(
                f"the project has no package {name!r}", hint=f"the packages are: {packages}"
            )


def _configured(settings: Settings) -> Dict[Name, Dependency]:
    """Every package that is copied, in order; those in development are used in place."""
    return {
        (group.name, dependency.name): dependency
        for group in settings.groups
        for dependency in group.dependencies
        if not dependency.develop
    }


def _texts(dependency: Dependency) -> Tuple[str, ...]:
    return tuple(source.label for source in dependency.sources)


def _fetch(
    settings: Settings, wanted: Mapping[Name, Dependency], old: Lock, options: Options
) -> Dict[Name, Tuple[Tuple[str, ...], Files]]:
    if not wanted:
        return {}
    bounds = limits.from_environment(options.environment)
    credentials = Credentials(options.environment)

    async def run() -> List[Files]:
        async with Client(
            options.cache,
            credentials,
            settings.mirrors,
            bounds,
            offline=options.offline,
            pause=options.pause,
            watch=options.watch,
        ) as client:
            downloader = Downloader(client, bounds, old.commits() if options.locked else {})
            pins = old.pins() if options.locked else {}
            indexed = Indexed(downloader, settings.root, settings.indices, settings.flavour, pins)
            return await Fetcher(downloader, indexed, settings.root).fetch(list(wanted.values()))

    files = asyncio.run(run())
    return {key: (_texts(wanted[key]), found) for key, found in zip(wanted, files)}


def _check_locked(old: Lock, configured: Mapping[Name, Dependency], names: Sequence[str]) -> None:
    for (group, name), dependency in configured.items():
        if (not names or name in names) and old.packages.get(group, {}).get(name) != _texts(dependency):
            raise IntegrityError(
                f"{name} of group {group} is not in the lock as pyproject.toml has it",
                hint="run belay update without --locked",
            )
    for group, packages in old.packages.items():
        for name in packages:
            if not names and (group, name) not in configured:
                raise IntegrityError(
                    f"{name} of group {group} is in the lock, but not in pyproject.toml",
                    hint="run belay update without --locked",
                )


def _intact(old: Lock, present: Mapping[str, str], key: Name) -> bool:
    return all(present.get(path) == record.sha256 for path, record in old.of(*key).items())


def _check_result(old: Lock, new: Lock) -> None:
    for path in sorted({*old.files, *new.files}):
        before, after = old.files.get(path), new.files.get(path)
        if before is None or after is None or before.sha256 != after.sha256:
            raise IntegrityError(
                f"{path} is no longer what the lock says",
                hint="its source has changed: run belay update to accept that",
            )
