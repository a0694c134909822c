"""From a project's folder to a board: its packages, its own folder, its main program.

What the host has is found and checked before a board is touched (``prepared``); then each place of the board
is synced (``install``).
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, ContextManager, Dict, Iterator, List, Optional, Sequence, Tuple, Union

from ..device.device import Device
from ..exceptions import BelayException, ConfigError
from . import names
from .config import Config
from .folders import chosen_groups, differences, stage

__all__ = ["Installation", "Part", "install", "not_started", "prepared"]

_MAIN = "main.py"
_CIRCUITPYTHON_STARTS = ("code.txt", "code.py", "main.txt", _MAIN)
"""The first of these at its root (``main.c``)."""
Watch = Callable[[str], ContextManager[Optional[Callable[..., Any]]]]


@dataclass(frozen=True)
class Part:
    """What one place of the board is to be.

    Attributes:
        label: the place, as an absolute path of the board.
        source: a folder of the host, or the file for a place that is one.
        destination: the folder of the board that ``Device.sync`` takes.
        ignore: as of ``Device.sync``.
    """

    label: str
    source: Path
    destination: str
    ignore: Optional[Tuple[str, ...]] = None


@dataclass(frozen=True)
class Installation:
    """All that a project puts on a board.

    Attributes:
        parts: in the order in which they go there.
        places: where files and folders come from, by their path on the board.
        differing: files that are not what the lock says, as ``GROUP/TARGET``.
    """

    parts: List[Part] = field(default_factory=list)
    places: Dict[str, Path] = field(default_factory=dict)
    differing: List[str] = field(default_factory=list)


@contextmanager
def prepared(
    config: Config, *, groups: Sequence[str] = (), main: Optional[Path] = None
) -> Iterator[Installation]:
    """What an install of this project takes to a board; valid inside of the ``with`` block.

    A project that names no package at all leaves the board's `/lib` alone.

    Args:
        groups: optional ones that are wanted too.
        main: becomes `/main.py`.

    Raises:
        ConfigError: the folder of ``config.name`` or ``main`` is missing.
        PackageError: a group does not exist, a package was not downloaded, or two are in each other's way.
    """
    chosen = chosen_groups(config, groups)
    with tempfile.TemporaryDirectory(prefix="belay-install-") as name:
        scratch = Path(name)
        found = Installation(differing=differences(config, chosen))
        if any(group.dependencies for group in config.settings.groups):
            library = scratch / names.LIBRARY
            library.mkdir()
            origins = stage(config, chosen, library)
            found.places.update({f"/{names.LIBRARY}/{target}": path for target, path in origins.items()})
            found.parts.append(Part(f"/{names.LIBRARY}", library, f"/{names.LIBRARY}"))
        if config.name:
            folder = _project_folder(config)
            place = f"/{config.name}"
            found.places[place] = folder
            found.parts.append(Part(place, folder, place, config.ignore))
        if main is not None:
            if not main.is_file():
                raise ConfigError(f"there is no file {main}", hint="--main takes the .py file to be started")
            (scratch / "main").mkdir()
            found.places[f"/{_MAIN}"] = main
            found.parts.append(Part(f"/{_MAIN}", Path(shutil.copy(main, scratch / "main" / _MAIN)), "/"))
        yield found


def install(
    device: Device,
    installation: Installation,
    *,
    mpy_cross_binary: Union[None, bool, str] = None,
    in_place: bool = False,
    watch: Watch = lambda label: nullcontext(),
) -> None:
    """Bring a board up to date; only what differs is sent. Nothing is restarted.

    Args:
        mpy_cross_binary: as of ``Device.sync``, like ``in_place``.
        watch: shows the progress of a place: gives what ``Device.sync`` takes as ``progress_update``.

    Raises:
        BelayException: as of ``Device.sync``; ``step`` says for which place. Places before that are up to
            date, those behind it as they were; in that one, each file is whole, old or new.
    """
    for part in installation.parts:
        try:
            with watch(part.label) as progress:
                device.sync(
                    part.source, part.destination, ignore=part.ignore, mpy_cross_binary=mpy_cross_binary,
                    progress_update=progress, in_place=in_place,
                )  # fmt: skip
        except BelayException as error:
            error.step = error.step or f"installing {part.label}"
            for place, origin in installation.places.items():
                if place.startswith(part.label):
                    # What is copied for the board is known to nobody by the copy's name.
                    staged = f"{part.source}{place[len(part.label) :]}"
                    error.message = error.message.replace(staged, str(origin))
            raise
    for place, origin in installation.places.items():
        # Behind the syncs, for which all comes from copies.
        device._link.sources.place(place, origin)


def not_started(device: Device, *, stored: bool) -> str:
    """A warning where a restart of the board does not start what is expected; else empty.

    Args:
        stored: ``main.py`` was installed.
    """
    there = {entry.name for entry in device.fs.ls("/") if not entry.is_folder}
    candidates = _CIRCUITPYTHON_STARTS if device.implementation.name == "circuitpython" else (_MAIN,)
    started = next((name for name in candidates if name in there), "")
    if not started:
        return "warning: the board has no main.py, so nothing is started; --main FILE stores one"
    if stored and started != _MAIN:
        return f"warning: the board starts /{started}, not /{_MAIN}; belay fs rm /{started} removes it"
    return ""


def _project_folder(config: Config) -> Path:
    folder = config.root / config.name
    what = names.on_board(config.name)
    if what:
        raise ConfigError(
            f'{config.path}: tool.belay.name = "{config.name}" is {what}',
            hint="give the project's folder another name",
        )
    if not folder.is_dir():
        raise ConfigError(
            f'{config.path}: tool.belay.name = "{config.name}", but there is no folder {folder}',
            hint="make it, or remove the name: then the packages alone are installed",
        )
    return folder
