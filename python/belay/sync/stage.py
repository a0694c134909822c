"""The host's side of a sync: a folder's files as the board is to have them. Nothing here touches a board."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Mapping, Optional, Protocol, Sequence, Tuple

from .._native import content_hashes, stage_files, walk_folder
from .plan import TEMPORARY

__all__ = ["DEFAULT_IGNORE", "Compiler", "File", "Tree", "stage", "staged"]

DEFAULT_IGNORE = ("*.pyc", "__pycache__", ".DS_Store", ".pytest_cache")
_STAY_SOURCE = ("main.py", "boot.py", "code.py")
"""The board looks for them by these names, at its root."""


@dataclass(frozen=True)
class File:
    """A file as the board is to have it."""

    content: bytes
    source_bytes: int
    """Of the file on the host."""
    hashes: Tuple[int, int, int]
    """``content_hashes`` of ``content``."""


Tree = Dict[str, Optional[File]]
"""By name, relative, with ``/``. Folders end with a slash and have ``None``."""


class Compiler(Protocol):
    """Compiles Python files."""

    def compile(self, files: Mapping[str, Path]) -> Sequence[bytes]:
        """The ``.mpy`` of each, which tracebacks call by its key."""


def stage(
    source: Path, *, ignore: Sequence[str], shrink: bool, compiler: Optional[Compiler], root: str
) -> Tree:
    """A folder, or one file.

    Args:
        source: what to stage.
        ignore: patterns as in ``.gitignore``, relative to the folder.
        shrink: minify Python files.
        compiler: compile them instead.
        root: the folder of the board that it goes to, with a slash at its end. In ``/``, ``main.py`` and
            a few others must stay what they are.

    Raises:
        ValueError: there is no such folder or file.
        OSError: something cannot be read.
        BelayException: a file cannot be transformed.
    """
    if source.is_file():
        found = [(source.name, False)]
        source = source.parent
    elif source.is_dir():
        found = walk_folder(source, list(ignore))
    else:
        raise ValueError(f"there is no folder or file {source}")
    tree: Tree = {f"{name}/": None for name, is_folder in found if is_folder}
    names = [name for name, is_folder in found if not is_folder and name != TEMPORARY]
    compiled = [name for name in names if compiler and _is_compiled(name, root == "/")]
    if compiler:
        files = {f"{root}{name}": source / name for name in compiled}
        for name, file, content in zip(compiled, files.values(), compiler.compile(files)):
            tree[f"{name[:-3]}.mpy"] = staged(content, os.stat(file).st_size)
    rest = [name for name in names if name not in set(compiled)]
    for name, row in zip(rest, stage_files([source / name for name in rest], shrink)):
        tree[name] = File(*row)
    return tree


def staged(content: bytes, source_bytes: Optional[int] = None) -> File:
    """Content that is made already."""
    size = len(content) if source_bytes is None else source_bytes
    return File(content, size, content_hashes(content))


def _is_compiled(name: str, at_root: bool) -> bool:
    return name.endswith(".py") and not (at_root and name in _STAY_SOURCE)
