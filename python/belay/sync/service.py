"""``Device.sync`` and its kin, for any board: options made exact, files staged, the goal carried out."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from ..exceptions import FeatureUnavailableError, FileSystemFullError
from ..repl.response import Operation, value
from ..transport.base import Line
from ..transport.late import late
from .ability import Ability
from .goal import Goal, Progress, Report
from .plan import Keep
from .push import push
from .remote import FileSystem, board_path
from .stage import DEFAULT_IGNORE, Compiler, Tree, stage

__all__ = ["PathLike", "Service"]

PathLike = Union[str, "os.PathLike[str]"]
Names = Union[None, str, Sequence[str]]

_mpy_cross = late("..sync.compile", "MpyCross")
_IN_PLACE = (
    ", or work in place (in_place=True, --in-place): old versions then go before the new ones are there"
)
_KEPT_AT_ROOT = ("boot.py", "webrepl_cfg.py", "lib")
# MicroPython py/persistentcode.h: version, sub-version, architecture; 0 where firmware does not say.
_MPY = "__belay(getattr(__import__('sys').implementation,'_mpy',0))"


class Service:
    """The files of one board.

    Args:
        perform: drives an operation, and has the board's other errors in the device's form.
        bring: does so with one that brings a place of the board up to date (its name, what makes the
            operation, what makes it when the board is restored).
        place: is told which file or folder of the board comes from which of the host.
        name: of the board's implementation.
        version: of that.
        arch: ``Implementation.arch``.
        line: what the line to it can take.
        mark: the connection's.
    """

    def __init__(
        self,
        perform: Callable[[Operation[Any]], Any],
        bring: Callable[[str, Callable[[], Operation[Any]], Callable[[], Operation[Any]]], Any],
        place: Callable[[str, Path], None],
        *,
        name: str,
        version: Tuple[int, int, int],
        arch: str,
        line: Line,
        mark: bytes,
    ) -> None:
        self._perform = perform
        self._bring = bring
        self._place = place
        self._arch = arch
        self._mark = mark
        self._compilers: Dict[str, Compiler] = {}
        self.ability = Ability(name, version, line)
        self.fs = FileSystem(perform, self.ability, mark)

    def sync(
        self,
        folder: PathLike,
        *,
        dst: str,
        keep: Union[Names, bool],
        ignore: Names,
        minify: bool,
        mpy_cross_binary: Union[None, bool, PathLike],
        progress_update: Optional[Progress],
        in_place: bool,
    ) -> Report:
        """See ``Device.sync``."""
        path = Path(folder)
        root = _root(dst)
        compiler = self._compiler(mpy_cross_binary)
        tree = stage(path, ignore=_ignore(ignore), shrink=minify, compiler=compiler, root=root)
        only = path.is_file()
        report = self._push(
            Goal(root, tree, None if only else _keep(keep, root), only, in_place, progress_update)
        )
        self._came_from(root, path)
        return report

    def sync_dependencies(
        self,
        package: Union[ModuleType, str],
        subfolders: Sequence[PathLike],
        *,
        dst: str,
        keep: Union[Names, bool],
        ignore: Names,
        minify: bool,
        mpy_cross_binary: Union[None, bool, PathLike],
        progress_update: Optional[Progress],
        in_place: bool,
    ) -> Report:
        """See ``Device.sync_dependencies``."""
        name, places = _folders_of(package)
        root = _root(dst)
        compiler = self._compiler(mpy_cross_binary)
        tree: Tree = {}
        origins = []
        for subfolder in subfolders or (".",):
            found = next((place / subfolder for place in places if (place / subfolder).exists()), None)
            if found is None:
                raise ValueError(f"{name} has no folder {subfolder}")
            staged = stage(found, ignore=_ignore(ignore), shrink=minify, compiler=compiler, root=root)
            _overlay(tree, staged)
            origins.append(found)
        report = self._push(Goal(root, tree, _keep(keep, root), False, in_place, progress_update))
        for origin in origins:
            self._came_from(root, origin)
        return report

    def _came_from(self, root: str, path: Path) -> None:
        path = Path(os.path.abspath(path))  # the host's working directory may change
        self._place(f"{root}{path.name}" if path.is_file() else root, path)

    def _push(self, goal: Goal) -> Report:
        place = f"{goal.root} {sorted(goal.tree)}" if goal.only else goal.root
        silent = replace(goal, progress=None)
        try:
            report: Report = self._bring(
                place,
                lambda: push(goal, self.ability, self._mark),
                lambda: push(silent, self.ability, self._mark),
            )
        except FileSystemFullError as error:
            if not goal.in_place and (goal.only or goal.keep is not None):  # `fs cp` cannot
                error.hint += _IN_PLACE
            raise
        return report

    def _compiler(self, binary: Union[None, bool, PathLike]) -> Optional[Compiler]:
        """What makes files of the version that the board imports."""
        if not binary:
            return None
        path = "" if binary is True else os.fspath(binary)
        if path not in self._compilers:
            self._compilers[path] = self._find_compiler(path)
        return self._compilers[path]

    def _find_compiler(self, path: str) -> Compiler:
        """``path``: of the program; empty for the package's."""
        said: int = self._perform(value(_MPY))
        if not said:
            raise FeatureUnavailableError(
                "the board does not say which compiled files it imports", hint="sync the sources instead"
            )
        wanted = (said & 0xFF, said >> 8 & 3)
        compiler: Compiler = _mpy_cross(path or None, self._arch, wanted)
        return compiler


def _folders_of(package: Union[ModuleType, str]) -> Tuple[str, List[Path]]:
    """A package's name and where it is; one by name is not imported."""
    if isinstance(package, str):
        specification = importlib.util.find_spec(package)
        if specification is None:
            raise ModuleNotFoundError(f"there is no package {package}", name=package)
        name, folders = package, specification.submodule_search_locations
    else:
        name, folders = package.__name__, getattr(package, "__path__", None)
    if not folders:
        raise ValueError(f"{name} is a module without a folder of its own")
    return name, [Path(folder) for folder in folders]


def _root(dst: str) -> str:
    path = board_path(str(dst))
    return path if path.endswith("/") else f"{path}/"


def _keep(keep: Union[Names, bool], root: str) -> Keep:
    if keep is None:
        return frozenset(_KEPT_AT_ROOT if root == "/" else ())
    if isinstance(keep, bool):
        return None if keep else frozenset()
    names = [keep] if isinstance(keep, str) else keep
    return frozenset(name.strip("/") for name in names if name.strip("/"))


def _ignore(ignore: Names) -> List[str]:
    if ignore is None:
        return list(DEFAULT_IGNORE)
    return [ignore] if isinstance(ignore, str) else list(ignore)


def _overlay(below: Tree, above: Tree) -> None:
    """Put one tree over another: what stands in its way goes."""
    for name in above:
        bare = name.rstrip("/")
        if name.endswith("/"):
            below.pop(bare, None)
        else:
            for other in [other for other in below if other.startswith(f"{bare}/")]:
                del below[other]
    below.update(above)
