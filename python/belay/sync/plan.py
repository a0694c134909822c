"""What has to be done to a folder of the board: a pure decision, no board and no clock.

Rules:

1. Folders are made first, parents before children; then files are put, each beside its old version; removals
   come last, children before parents. Only what stands in the way of something is removed before it.
2. What is kept is not removed, nor is a folder around it. What is wanted wins over what is kept.
3. A leftover of ours is always removed.
4. Where the filesystem folds case, names that differ only by it are one file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import AbstractSet, Dict, FrozenSet, List, Mapping, Optional, Tuple

from ..exceptions import FileSystemError

__all__ = ["TEMPORARY", "Keep", "Step", "case_twins", "plan"]

TEMPORARY = ".belay~"
"""Name of the one temporary file, in the folder that is synced."""

Keep = Optional[FrozenSet[str]]
"""Names, relative to the folder, that stay with all that is below them; ``None``: everything stays."""


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    action: str
    """``"make"`` a folder, ``"put"`` a file, ``"remove"`` a file, ``"remove folder"`` that is empty."""
    name: str
    """Relative to the folder, without a slash at the end."""


def plan(
    wanted: Mapping[str, int],
    present: Mapping[str, int],
    keep: Keep,
    *,
    folds_case: bool = False,
    first_remove: AbstractSet[str] = frozenset(),
    removals_first: bool = False,
) -> List[Step]:
    """Steps that turn ``present`` into ``wanted``, in order.

    Args:
        wanted: names with their contents' hashes; those of folders end with a slash and have 0.
        present: the same of the board, without what is kept and not looked at.
        keep: what is not to be removed.
        folds_case: names that differ only by case are one.
        first_remove: files whose old version has to go before the new one comes.
        removals_first: make room before anything else.

    Raises:
        FileSystemError: two wanted names are one on the board.
    """
    if folds_case:
        present = _as_wanted(wanted, present)
    makes: List[Step] = []
    puts: List[Step] = []
    gone = set()
    for name in sorted(wanted):
        bare = name.rstrip("/")
        if present.get(name) == wanted[name]:
            continue
        steps = makes if name.endswith("/") else puts
        obstacles = [bare] if name.endswith("/") else _tree(bare, present)
        for obstacle in (other for other in obstacles if other in present):
            steps.append(_removal(obstacle))
            gone.add(obstacle)
        if name in first_remove and name in present:
            steps.append(Step("remove", name))
        steps.append(Step("make" if name.endswith("/") else "put", bare))
    extras = sorted(set(present) - set(wanted) - gone, reverse=True)
    removals = [_removal(name) for name in extras if _may_go(name, keep)]
    return removals + makes + puts if removals_first else makes + puts + removals


def case_twins(wanted: Mapping[str, int], present: Mapping[str, int]) -> bool:
    """Whether it matters if the board's filesystem folds case."""
    names = set(wanted) | set(present)
    return len({name.casefold() for name in names}) < len(names)


def _removal(name: str) -> Step:
    return Step("remove folder", name[:-1]) if name.endswith("/") else Step("remove", name)


def _tree(bare: str, present: Mapping[str, int]) -> List[str]:
    """A folder of the board and all that is in it, children first."""
    return sorted((name for name in present if name.startswith(f"{bare}/")), reverse=True)


def _may_go(name: str, keep: Keep) -> bool:
    bare = name.rstrip("/")
    if bare == TEMPORARY:
        return True
    if keep is None:
        return False
    around = name if name.endswith("/") else "/"
    return not any(f"{bare}/".startswith(f"{kept}/") or kept.startswith(around) for kept in keep)


def _as_wanted(wanted: Mapping[str, int], present: Mapping[str, int]) -> Dict[str, int]:
    """The board's names, spelled as the wanted ones."""
    spelling: Dict[str, str] = {}
    for name in wanted:
        other = spelling.setdefault(name.casefold(), name)
        if other != name:
            raise FileSystemError(
                f"the board's filesystem cannot hold both {other} and {name}: it takes them for one",
                hint="rename one of them, or do not send it (ignore=, --ignore)",
                path=name,
            )
    return {_respelled(name, spelling): content for name, content in present.items()}


def _respelled(name: str, spelling: Mapping[str, str]) -> str:
    """A name of the board, with as much of its path as is wanted too spelled as there."""
    whole = spelling.get(name.casefold())
    if whole is not None:
        return whole
    parent, slash, last = _split(name)
    return _respelled(parent, spelling) + last + slash if parent else name


def _split(name: str) -> Tuple[str, str, str]:
    bare = name.rstrip("/")
    parent, slash, last = bare.rpartition("/")
    return parent + slash, name[len(bare) :], last
