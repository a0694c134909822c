"""Finding out what a folder of the board has, as far as it differs from what is wanted."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, Mapping, Optional

from ..repl.response import BoardError, Operation
from ..repl.wire import execution
from .ability import Ability
from .asking import MISSING, ask, expect
from .goal import Goal
from .manifest import FNV, PARTS, part_of, sums
from .plan import TEMPORARY
from .programs import program, sealed
from .refusals import with_refusals

__all__ = ["find_present", "folds_names", "hashes_of"]


def find_present(goal: Goal, ability: Ability, last: bool) -> Operation[Optional[Dict[str, int]]]:
    """What the board has; ``None`` where it is as wanted.

    Args:
        last: believe a list that does not fit the sums: something on the board may be writing files.
    """
    root = goal.root
    if goal.only:
        names = [*goal.tree, TEMPORARY]
        found = yield from _guessing(
            lambda: sealed(
                _comparing(goal, ability, quiet=True) + program("files") + f"__belay_fq({root!r},{names!r})"
            ),
            ability,
        )
        expect(isinstance(found, list) and len(found) == len(names), found)
        if root != "/" and found == [None] * len(names):
            yield from _making_root(root)
        pairs = zip(names, found)
        present = {f"{name}/" if it == -1 else name: max(it, 0) for name, it in pairs if it is not None}
        return None if present == hashes_of(goal, ability.kind) else present
    found = yield from _guessing(lambda: sealed(_comparing(goal, ability)), ability)
    expect(isinstance(found, list) and len(found) == PARTS, found)
    wanted = hashes_of(goal, ability.kind)
    expected = sums(wanted, ability.kind)
    slow = ability.kind == FNV
    wrong = [part for part in range(PARTS) if slow or found[part] != expected[part]]
    if not wrong and (wanted or root == "/"):
        return None
    if not any(found) and root != "/":
        yield from _making_root(root)
    if not any(found) and not slow:
        return {}
    rows = yield from ask(f"{program('list')}__belay_fl({root!r},{wrong!r},{int(slow)})")
    expect(isinstance(rows, list) and all(map(_is_row, rows)), rows)
    if not slow and not last:
        listed = sums(dict(rows), ability.kind)
        expect(all(listed[part] == found[part] for part in wrong), rows)
    present = {name: wanted[name] for name in wanted if part_of(name, ability.kind) not in wrong}
    present.update(rows)
    if slow:
        yield from _hashes(root, wanted, present)
    return present


def _is_row(row: object) -> bool:
    """A name and a number."""
    return isinstance(row, tuple) and [type(item) for item in row] == [str, int] and bool(row[0].strip("/"))


def hashes_of(goal: Goal, kind: int) -> Dict[str, int]:
    return {name: file.hashes[kind] if file else 0 for name, file in goal.tree.items()}


def _comparing(goal: Goal, ability: Ability, *, quiet: bool = False) -> str:
    """The program that sums up what is there; ``quiet``: only what later programs need of it."""
    topic, scan = ability.scan
    topics = [ability.hash, *([topic] if topic else []), "compare"]
    slow = quiet or ability.kind == FNV
    tail = ",1" if slow else ""
    answer = "__belay([0]*6)\n" if slow and not quiet else ""
    names = "".join(f"{name!r}," for name in sorted(_left_out(goal)))
    call = f"__belay_fk=__belay_fk({goal.root!r},({names}),{scan}{tail})"
    # A hash that is not there has to be missed even where nothing is hashed.
    return f"{program(*topics)}__belay_fh(())\n{call}\n{answer}"


def _left_out(goal: Goal) -> Iterator[str]:
    """What is kept and of no concern: the folder has nothing of that name."""
    for name in goal.keep or ():
        if not any(f"{other}/".startswith(f"{name}/") for other in goal.tree):
            yield name


def _guessing(text: Callable[[], str], ability: Ability) -> Operation[Any]:
    """Ask; what the board does not have is replaced by something else."""
    while True:
        try:
            return (yield from ask(text()))
        except BoardError as error:
            if error.state_lost or not MISSING.search(error.text):
                raise
            if not (ability.without_scan() if "ilistdir" in error.text else ability.without_hash()):
                raise


def _hashes(root: str, wanted: Mapping[str, int], present: Dict[str, int]) -> Operation[None]:
    """Sizes become hashes where they are what is wanted; elsewhere they differ anyway."""
    alike = [
        name for name, size in present.items() if name in wanted and size and size >> 32 == wanted[name] >> 32
    ]
    alike += [name for name, size in present.items() if not size and wanted.get(name)]
    if alike:
        hashes = yield from ask(f"{program('files')}__belay_fq({root!r},{alike!r})")
        expect(isinstance(hashes, list) and len(hashes) == len(alike), hashes)
        present.update(zip(alike, hashes))


def _making_root(root: str) -> Operation[None]:
    yield from with_refusals(root, ask(execution(f"{program('folders')}__belay_ff({root!r})")))


def folds_names(root: str) -> Operation[bool]:
    path = root + TEMPORARY
    result: bool = yield from ask(f"{program('twins')}__belay_ft({path!r},{path.upper()!r})")
    return result
