"""Making a folder of the board what the host wants it to be: compare, plan, transfer.

One program answers with the sums of what is there; where they differ, one lists those parts, and one takes
all that changed in one stream. Whatever goes wrong on the way (a byte lost or changed, a board that falls
silent) ends in comparing again: what has arrived is not sent twice.
"""

from __future__ import annotations

from typing import List, Set

from ..exceptions import (
    FileSystemError,
    FileSystemFullError,
    NotBelayResponseError,
    PyboardError,
    TimeoutExpired,
)
from ..repl.response import BoardError, Operation
from .ability import Ability
from .asking import Damaged, Learnt, ask, cleanup
from .compare import find_present, folds_names, hashes_of
from .goal import Goal, Report
from .plan import Step, case_twins, plan
from .transfer import Transfer, explained

__all__ = ["push"]

_ATTEMPTS = 3
"""So often a damaged transfer is tried."""
_MOVED = (2, 17, 39)
"""Something that was there is not, or the other way round: the board writes files too. Worth another look."""


def push(goal: Goal, ability: Ability, mark: bytes) -> Operation[Report]:
    """Carry out a goal.

    Args:
        goal: what the folder is to be.
        ability: what the board can do; corrected on the way.
        mark: the connection's.

    Raises:
        FileSystemError: the board's filesystem refused. Each file is whole, old or new.
        PyboardError: the transfer was damaged each time.
        TimeoutExpired: the board fell silent each time.
        BoardError: a program of ours raised.
    """
    report = Report()
    first_remove: Set[str] = set()
    attempts = 0
    while True:
        try:
            last = attempts == _ATTEMPTS - 1
            yield from _attempt(goal, ability, mark, report, first_remove, last)
            return report
        except (Damaged, TimeoutExpired, NotBelayResponseError, BoardError) as error:
            if not (isinstance(error, Damaged) and error.free):
                attempts += 1
                ability.without_trust()
            if attempts < _ATTEMPTS and not (isinstance(error, BoardError) and error.state_lost):
                continue
            if isinstance(error, Damaged):
                raise PyboardError(
                    f"what was sent arrived damaged {attempts} times: {error}",
                    hint="check the cable; files on the board are whole, old or new",
                ) from None
            raise
        except FileSystemError:
            yield from ask(cleanup())
            raise


def _attempt(
    goal: Goal, ability: Ability, mark: bytes, report: Report, first_remove: Set[str], last: bool
) -> Operation[None]:
    present = yield from find_present(goal, ability, last)
    wanted = hashes_of(goal, ability.kind)
    folds_case = False
    if present is not None and case_twins(wanted, present):
        folds_case = yield from folds_names(goal.root)
    steps: List[Step] = []
    if present is not None:
        steps = plan(
            wanted, present, goal.keep,
            folds_case=folds_case, first_remove=first_remove, removals_first=goal.in_place,
        )  # fmt: skip
    if not steps:
        yield from ask(cleanup())
        return
    failure = yield from Transfer(goal, ability, mark, report, steps).run()
    if failure is not None:
        error = explained(failure, ability)
        name = str(failure[1])[len(goal.root) :]
        if isinstance(error, FileSystemFullError) and goal.in_place and name not in first_remove:
            first_remove.add(name)
            raise Learnt
        if isinstance(error, FileSystemError) and error.errno in _MOVED and not last:
            raise Damaged(error.message)
        raise error
