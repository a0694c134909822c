"""Changes a project's files all at once, or not at all.

1. New content is built whole in ``.belay-update/N``, beside what it will replace.
2. ``.belay-update/journal.json`` names the targets. Renaming it into place is the commit point: before it a
   death leaves the project as it was, after it :func:`recover` finishes the work.
3. Each target is exchanged with its new content: in one step where the system can exchange two folders
   (Linux, macOS), else in two renames. The journal knows the inode of what it puts, so that repeating is
   safe at any point, whatever became of the target since.
4. ``.belay-update`` goes, with the old content in it.

Every command takes the project for itself (:func:`exclusive`), and recovers first.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator, List, Sequence, Tuple

from ..exceptions import PackageError
from .paths import safe_target

STAGING = ".belay-update"
_JOURNAL = "journal.json"


@contextlib.contextmanager
def exclusive(root: Path) -> Iterator[None]:
    """Take the project in ``root`` for this process; finish what a dead one left.

    What was staged and not committed is removed when the body raises.

    Raises:
        PackageError: another process has it.
    """
    with contextlib.ExitStack() as stack:
        if not _take(root, stack):
            raise PackageError(
                f"another belay command is changing the packages of {root}", hint="wait until it has finished"
            )
        _finish(root)
        try:
            yield
        except BaseException:
            if not (root / STAGING / _JOURNAL).exists():
                discard(root)
            raise


def recover(root: Path) -> None:
    """Finish what a dead process left, unless a living one is at it."""
    if (root / STAGING).is_dir():
        with contextlib.suppress(PackageError), exclusive(root):
            pass


def replace_all(root: Path, targets: Sequence[str]) -> None:
    """Put ``.belay-update/0``, ``1``, … in the places of ``targets`` (relative to ``root``), all or none."""
    staging = root / STAGING
    entries = [
        {"target": target, "inode": os.lstat(staging / str(number)).st_ino}
        for number, target in enumerate(targets)
    ]
    draft = staging / "journal.new"
    draft.write_text(json.dumps(entries), "utf-8")
    os.replace(draft, staging / _JOURNAL)
    try:
        _finish(root)
    except KeyboardInterrupt:
        _finish(root)
        raise
    except OSError:
        if all(_waits(staged, inode) for staged, _, inode in _journal(root)):
            discard(root)  # nothing has moved yet: not committed after all
        raise


def discard(root: Path) -> None:
    """Remove staged content that was not committed."""
    shutil.rmtree(root / STAGING, ignore_errors=True)


def _finish(root: Path) -> None:
    staging = root / STAGING
    if staging.is_symlink() or not staging.is_dir():
        return
    for staged, target, inode in _journal(root):
        refuse_links(root, target)
        _put(staged, target, inode)
    discard(root)


def _journal(root: Path) -> List[Tuple[Path, Path, int]]:
    """What is committed and may not be finished. A journal that we did not write moves nothing outside."""
    staging = root / STAGING
    try:
        entries: Any = json.loads((staging / _JOURNAL).read_text("utf-8"))
        return [
            (staging / str(number), root / safe_target(entry["target"], _JOURNAL), int(entry["inode"]))
            for number, entry in enumerate(entries)
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise PackageError(f"{staging} is damaged", hint=f"delete {staging} and run belay update") from None


def _put(staged: Path, target: Path, inode: int) -> None:
    if not _waits(staged, inode):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists() or not staged.is_dir():
        os.replace(staged, target)
    elif not _exchange(staged, target):
        aside = staged.with_name(f"{staged.name}.old")
        os.rename(target, aside)
        os.rename(staged, target)


def _waits(staged: Path, inode: int) -> bool:
    """True while the new content is still to be put; after an exchange the old content is in its place."""
    return os.path.lexists(staged) and os.lstat(staged).st_ino == inode


def refuse_links(root: Path, path: Path) -> None:
    """A folder of the project that is a link elsewhere is not written through.

    Raises:
        PackageError: ``path``, or a folder between ``root`` and it, is a symbolic link.
    """
    for part in (path, *path.parents):
        if part == root:
            return
        if part.is_symlink():
            raise PackageError(f"{part} is a symbolic link", hint="replace it by a folder of its own")


def _exchange(one: Path, other: Path) -> bool:
    """Swap two paths of one filesystem in one step; False where the system cannot."""
    library = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        assert library is not None
        return bool(library.renamex_np(os.fsencode(one), os.fsencode(other), 2) == 0)  # RENAME_SWAP
    if hasattr(library, "renameat2"):
        assert library is not None
        here = -100  # AT_FDCWD
        return bool(library.renameat2(here, os.fsencode(one), here, os.fsencode(other), 2) == 0)  # EXCHANGE
    return False


if sys.platform == "win32":
    import msvcrt

    def _take(root: Path, stack: contextlib.ExitStack) -> bool:
        # A folder cannot be locked here: a file that stands for it is.
        name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
        path = os.path.join(tempfile.gettempdir(), f"belay-{name}.lock")
        handle = os.open(path, os.O_RDWR | os.O_CREAT)
        stack.callback(os.close, handle)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(root: Path, stack: contextlib.ExitStack) -> bool:
        # The folder itself: nothing is left behind, and it ends with the process however that ends.
        handle = os.open(root, os.O_RDONLY)
        stack.callback(os.close, handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a network filesystem without locks: as good as alone
            return True
        return True
