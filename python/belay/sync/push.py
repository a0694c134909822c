"""Making a folder of the board what the host wants it to be: compare, plan, transfer.

One program answers with the sums of what is there; where they differ, one lists those parts, and one takes
all that changed in one stream. Whatever goes wrong on the way (a byte lost or changed, a board that falls
silent) ends in comparing again: what has arrived is not sent twice.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from .._native import Frame, Outcome, parse_literal
from ..exceptions import (
    FileSystemError,
    FileSystemFullError,
    NotBelayResponseError,
    PyboardError,
    ReadOnlyFileSystemError,
    TimeoutExpired,
)
from ..repl.response import BoardError, Operation, checked, value_of
from ..repl.wire import execution
from .ability import Ability
from .blocks import block as packed
from .blocks import bodies, hidden
from .manifest import FNV, PARTS, part_of, sums
from .plan import TEMPORARY, Keep, Step, case_twins, plan
from .programs import program, sealed
from .stage import Tree

__all__ = ["Goal", "Progress", "Report", "ask", "push", "refused"]

_ATTEMPTS = 3
"""So often a damaged transfer is tried."""
_GLOBALS = "hskqlgizftpw"
"""The last letters of the names that our programs leave on the board while a sync is under way."""
_ANY = 1 << 30
"""More bytes than are ever under way."""
_MISSING = re.compile("ImportError|AttributeError|NotImplementedError|NameError.*binascii")
_NO_SPACE, _READ_ONLY = 28, 30
_MOVED = (2, 17, 39)
"""Something that was there is not, or the other way round: the board writes files too. Worth another look."""
# MicroPython's numbers (py/mperrno.h), the same on all ports.
_REASONS = {
    2: "there is no such file or folder",
    5: "input or output failed",
    13: "access is denied",
    17: "there is one already",
    20: "it is no folder",
    21: "it is a folder",
    22: "the name or the operation is invalid",
    36: "the name is too long",
    39: "the folder is not empty",
}

Progress = Callable[..., Any]
"""Called as ``rich.progress.Progress.update`` is, without the task."""


@dataclass(frozen=True)
class Goal:
    """What a folder of the board is to be."""

    root: str
    """The folder, with a slash at the end."""
    tree: Tree
    keep: Keep
    only: bool = False
    """Nothing else in the folder is looked at."""
    in_place: bool = False
    progress: Optional[Progress] = None


@dataclass
class Report:
    """What a sync has done."""

    files: int = 0
    file_bytes: int = 0
    sent_bytes: int = 0
    """As blocks, deflated."""


class _Damaged(Exception):
    """Something was lost or changed on the way, or the board has learnt better: compare again."""

    free = False
    """It does not count as an attempt."""


class _Learnt(_Damaged):
    free = True


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
        except (_Damaged, TimeoutExpired, NotBelayResponseError, BoardError) as error:
            if not (isinstance(error, _Damaged) and error.free):
                attempts += 1
                ability.without_trust()
            if attempts < _ATTEMPTS and not (isinstance(error, BoardError) and error.state_lost):
                continue
            if isinstance(error, _Damaged):
                raise PyboardError(
                    f"what was sent arrived damaged {attempts} times: {error}",
                    hint="check the cable; files on the board are whole, old or new",
                ) from None
            raise
        except FileSystemError:
            yield from ask(_cleanup())
            raise


def ask(text: str) -> Operation[Any]:
    """Run a program that answers with a value, and may say that it is still busy.

    Raises:
        BoardError: it raised.
        NotBelayResponseError: its value cannot be understood.
    """
    reply = yield text
    while isinstance(reply, Frame):
        reply = yield b""
    checked(reply)
    return value_of(reply) if reply.tag == "v" else None


def _attempt(
    goal: Goal, ability: Ability, mark: bytes, report: Report, first_remove: Set[str], last: bool
) -> Operation[None]:
    present = yield from _present(goal, ability, last)
    wanted = _wanted(goal, ability.kind)
    folds_case = False
    if present is not None and case_twins(wanted, present):
        folds_case = yield from _folds_case(goal.root)
    steps: List[Step] = []
    if present is not None:
        steps = plan(
            wanted, present, goal.keep,
            folds_case=folds_case, first_remove=first_remove, removals_first=goal.in_place,
        )  # fmt: skip
    if not steps:
        yield from ask(_cleanup())
        return
    puts = [step.name for step in steps if step.action == "put"]
    files = {name: goal.tree[name] for name in puts}
    report.files += len(puts)
    total = sum(len(file.content) for file in files.values() if file)
    report.file_bytes += total
    contents = {name: (file.content, file.hashes[ability.kind]) for name, file in files.items() if file}
    transfer = _Transfer(goal, ability, mark, report, steps, contents, total)
    failure = yield from transfer.run()
    if failure is not None:
        error = _failure(failure, ability)
        name = str(failure[1])[len(goal.root) :]
        if isinstance(error, FileSystemFullError) and goal.in_place and name not in first_remove:
            first_remove.add(name)
            raise _Learnt
        if isinstance(error, FileSystemError) and error.errno in _MOVED and not last:
            raise _Damaged(error.message)
        raise error


def _present(goal: Goal, ability: Ability, last: bool) -> Operation[Optional[Dict[str, int]]]:
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
        _expect(isinstance(found, list) and len(found) == len(names), found)
        if root != "/" and found == [None] * len(names):
            yield from _making_root(root)
        pairs = zip(names, found)
        present = {f"{name}/" if it == -1 else name: max(it, 0) for name, it in pairs if it is not None}
        return None if present == _wanted(goal, ability.kind) else present
    found = yield from _guessing(lambda: sealed(_comparing(goal, ability)), ability)
    _expect(isinstance(found, list) and len(found) == PARTS, found)
    wanted = _wanted(goal, ability.kind)
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
    _expect(isinstance(rows, list) and all(map(_is_row, rows)), rows)
    if not slow and not last:
        listed = sums(dict(rows), ability.kind)
        _expect(all(listed[part] == found[part] for part in wrong), rows)
    present = {name: wanted[name] for name in wanted if part_of(name, ability.kind) not in wrong}
    present.update(rows)
    if slow:
        yield from _hashes(root, wanted, present)
    return present


def _expect(is_so: bool, answer: object) -> None:
    """A program that was changed on its way may answer anything."""
    if not is_so:
        raise _Damaged(f"a program arrived as another one, which answered {answer!r:.100}")


def _is_row(row: object) -> bool:
    """A name and a number."""
    return isinstance(row, tuple) and [type(item) for item in row] == [str, int] and bool(row[0].strip("/"))


def _wanted(goal: Goal, kind: int) -> Dict[str, int]:
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
            if error.state_lost or not _MISSING.search(error.text):
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
        _expect(isinstance(hashes, list) and len(hashes) == len(alike), hashes)
        present.update(zip(alike, hashes))


def _making_root(root: str) -> Operation[None]:
    try:
        yield from ask(execution(f"{program('folders')}__belay_ff({root!r})"))
    except BoardError as error:
        number = re.search(r"OSError: (?:\[Errno (\d+)\]|(\d+))", error.text)
        if number is None:
            raise
        raise refused(int(number[1] or number[2]), root) from None


def _folds_case(root: str) -> Operation[bool]:
    path = root + TEMPORARY
    result: bool = yield from ask(f"{program('twins')}__belay_ft({path!r},{path.upper()!r})")
    return result


def _cleanup() -> str:
    """A program that takes back all that ours have left."""
    return execution(f"[globals().pop('__belay_f'+n,0)for n in'{_GLOBALS}']")


class _Transfer:
    """One row of blocks."""

    def __init__(
        self,
        goal: Goal,
        ability: Ability,
        mark: bytes,
        report: Report,
        steps: Sequence[Step],
        contents: Mapping[str, Tuple[bytes, int]],
        total: int,
    ) -> None:
        self._root = goal.root
        self._ability = ability
        self._mark = mark
        self._report = report
        self._steps = steps
        self._contents = contents
        self._progress = goal.progress or (lambda **_: None)
        self._total = total
        self._arrived = 0
        self._sent_before = report.sent_bytes
        self._carried: List[int] = []

    def run(self) -> Operation[Optional[Tuple[Any, Any]]]:
        """Send everything.

        Returns:
            what the board says of its failure, and the path; ``None`` where there was none.
        """
        self._progress(description=self._description(), total=self._total, completed=0)
        topic, reader = self._ability.reader
        topics = [topic, "receive"]
        if self._ability.inflater:
            topics.append(self._ability.inflater)
        temporary = self._root + TEMPORARY
        try:
            if reader:
                if self._ability.unread_bytes:
                    topics.append("paced")
                    reader = f"__belay_fw({reader},{self._ability.unread_bytes},__belay_fk[2])"
                text = f"try:\n __belay_fg({reader},{temporary!r})\nfinally:{_cleanup()}"
                return (yield from self._stream(sealed(program(*topics) + text), temporary))
            return (yield from self._literals(sealed(program(*topics)), temporary))
        except BoardError as error:
            if self._carried or error.state_lost or not _MISSING.search(error.text):
                raise
            if not self._ability.without_way():
                raise
            raise _Learnt from None

    def _stream(self, text: str, temporary: str) -> Operation[Optional[Tuple[Any, Any]]]:
        blocks: Iterator[bytes] = iter(())
        failure: Optional[Tuple[Any, Any]] = None
        unread = self._ability.unread_bytes or _ANY
        ready, room, under_way = b"", 0, 0
        reply = yield text
        while isinstance(reply, Frame):
            if reply.tag == "R":
                blocks = self._blocks(_readiness(reply, temporary))
                ready, room, under_way = b"", unread, 0
            elif reply.tag == "C":
                under_way -= self._credit(reply)
            elif reply.tag == "W":
                room += unread
            elif reply.tag == "E":
                failure, ready, blocks = _described(reply), self._mark, iter(())
                room = len(ready)
            while under_way < self._ability.window and len(ready) < room:
                block = next(blocks, b"")
                if not block:
                    break
                ready += block
                under_way += 1
            answer, ready = ready[:room], ready[room:]
            room -= len(answer)
            reply = yield answer
        return self._finished(reply, failure)

    def _literals(self, text: str, temporary: str) -> Operation[Optional[Tuple[Any, Any]]]:
        """Each block as a program of its own."""
        yield from ask(execution(text.rstrip("\n")))
        failure: Optional[Tuple[Any, Any]] = None
        end = self._encoded(b"")
        for data in self._blocks(9):
            if data == end:
                break
            stream = data + end + self._mark
            reply = yield execution(f"__belay_fg(__import__('io').BytesIO({stream!r}).read,{temporary!r})")
            while isinstance(reply, Frame):
                if reply.tag == "C":
                    self._credit(reply)
                elif reply.tag == "E":
                    failure = _described(reply)
                reply = yield b""
            self._finished(reply, failure)
            if failure:
                break
        yield from ask(_cleanup())
        return failure

    def _blocks(self, bits: int) -> Iterator[bytes]:
        """All blocks as they go over the line, and the end."""
        self._ability.bits = min(self._ability.bits, bits)
        limit = 1 << self._ability.bits
        remind = self._ability.way == "literal"
        for body, carried in bodies(self._root, self._steps, self._contents, limit, remind=remind):
            data = self._encoded(body)
            self._carried.append(carried)
            self._report.sent_bytes += len(data)
            yield data
        yield self._encoded(b"")

    def _encoded(self, body: bytes) -> bytes:
        ability = self._ability
        encode = b64encode if ability.way == "text" else hidden
        return packed(body, kind=ability.kind, bits=ability.bits if ability.inflater else 0, encode=encode)

    def _credit(self, reply: Frame) -> int:
        """Note that blocks have arrived.

        Returns:
            how many more than before.
        """
        before = self._arrived
        # What was printed into a frame does not change how many there were.
        self._arrived = before + 1 if reply.garbled else int(reply.payload)
        completed = sum(self._carried[: self._arrived])
        self._progress(description=self._description(), total=self._total, completed=completed)
        return self._arrived - before

    def _finished(self, reply: Outcome, failure: Optional[Tuple[Any, Any]]) -> Optional[Tuple[Any, Any]]:
        if failure is None:
            checked(reply)
        return failure

    def _description(self) -> str:
        """How many files, and what deflating has saved so far."""
        count = len(self._contents)
        text = "1 file" if count == 1 else f"{count} files"
        carried, sent = sum(self._carried), self._report.sent_bytes - self._sent_before
        return f"{text}, {100 - 100 * sent // carried} % saved" if carried > sent else text


def _readiness(reply: Frame, temporary: str) -> int:
    """Two to the power of what a block may hold."""
    row = _row(reply)
    if len(row) != 2 or row[1] != temporary or not isinstance(row[0], int):
        raise _Damaged(f"the program arrived as another one: {reply.payload!r}")
    return row[0]


def _described(reply: Frame) -> Tuple[Any, Any]:
    row = _row(reply)
    return (row[0], row[1]) if len(row) == 2 else ((), "")


def _row(reply: Frame) -> Tuple[Any, ...]:
    try:
        row = () if reply.garbled else parse_literal(reply.payload)
    except NotBelayResponseError:
        row = ()
    return row if isinstance(row, tuple) else ()


def _failure(failure: Tuple[Any, Any], ability: Ability) -> Exception:
    """What to raise for what the board says."""
    reason, path = failure
    if isinstance(reason, int):
        return refused(reason, str(path))
    if isinstance(reason, str) and re.search("module|import", reason) and ability.inflater:
        ability.without_inflater()
        return _Learnt()
    if isinstance(reason, str) and "memory" in reason and ability.bits > 9:
        ability.bits -= 1
        return _Learnt()
    return _Damaged(str(reason or "a hash differs"))


def refused(number: int, path: str) -> FileSystemError:
    """What the filesystem's error number means."""
    if number == _NO_SPACE:
        return FileSystemFullError(
            f"the board's filesystem is full: no room for {path}",
            hint="remove files from the board, or work in place (in_place=True, --in-place): old versions "
            "then go before the new ones are there",
            path=path,
            errno=number,
        )
    if number == _READ_ONLY:
        return ReadOnlyFileSystemError(
            f"the board may not write to its filesystem: {path}",
            hint="on CircuitPython, call storage.remount('/', readonly=False) in boot.py, or eject and "
            "disable its USB drive there",
            path=path,
            errno=number,
        )
    reason = _REASONS.get(number, f"errno {number}")
    return FileSystemError(
        f"the board's filesystem refused {path or 'an operation'}: {reason}", path=path, errno=number
    )
