"""What the package manager is asked to do: the part of the configuration that it knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Tuple

from .source import Dependency

MAIN = "main"
"""The group of ``[tool.belay.dependencies]``."""
INDEX = "https://micropython.org/pi/v2"


@dataclass(frozen=True)
class Group:
    """Dependencies that are installed together.

    Attributes:
        optional: installed only where asked for by name.
    """

    name: str
    dependencies: Tuple[Dependency, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Settings:
    """One project.

    Attributes:
        root: the folder of `pyproject.toml`.
        dependencies_path: inside ``root``, relative, with forward slashes.
        groups: :data:`MAIN` first, then in the order of the file.
        flavour: ``"py"`` or the number of a bytecode version.
        mirrors: URL prefixes rewritten before any request.
    """

    root: Path
    dependencies_path: str = ".belay/dependencies"
    groups: Tuple[Group, ...] = (Group(MAIN),)
    indices: Tuple[str, ...] = (INDEX,)
    flavour: str = "py"
    mirrors: Dict[str, str] = field(default_factory=dict)

    @property
    def belay_folder(self) -> Path:
        """Ours: the lock is here, and by default the dependencies."""
        return self.root / ".belay"

    @property
    def lock_path(self) -> Path:
        """`.belay/lock.json`."""
        return self.belay_folder / "lock.json"

    @property
    def dependencies_folder(self) -> Path:
        """A folder for each group is here."""
        return self.root / self.dependencies_path
