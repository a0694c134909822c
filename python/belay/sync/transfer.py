"""Sending what a plan says, as one row of blocks that the board takes as it comes.

How much is under way is the line's affair: some blocks where it holds the sender, one where it loses bytes,
and so many bytes of them where the board's ring is all that there is.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any, Iterator, List, Optional, Sequence, Tuple

from .._native import Frame, parse_literal
from ..exceptions import NotBelayResponseError
from ..repl.response import BoardError, Operation, checked
from ..repl.wire import execution
from .ability import Ability
from .asking import MISSING, Damaged, Learnt, ask, cleanup
from .blocks import block, bodies, hidden
from .goal import Goal, Report
from .plan import TEMPORARY, Step
from .programs import program, sealed
from .refusals import refused

__all__ = ["Transfer", "explained"]

_ANY = 1 << 30
"""More bytes than are ever under way."""


class Transfer:
    """One row of blocks."""

    def __init__(
        self,
        goal: Goal,
        ability: Ability,
        mark: bytes,
        report: Report,
        steps: Sequence[Step],
    ) -> None:
        self._root = goal.root
        self._ability = ability
        self._mark = mark
        self._report = report
        self._steps = steps
        self._deleted = _deletions(steps)
        files = ((step.name, goal.tree[step.name]) for step in steps if step.action == "put")
        self._contents = {name: (file.content, file.hashes[ability.kind]) for name, file in files if file}
        self._progress = goal.progress or (lambda **_: None)
        self._total = sum(len(content) for content, _ in self._contents.values())
        self._arrived = 0
        self._sent_before = report.sent_bytes
        self._carried: List[int] = []

    def run(self) -> Operation[Optional[Tuple[Any, Any]]]:
        """Send everything.

        Returns:
            what the board says of its failure, and the path; ``None`` where there was none.
        """
        self._report.files += len(self._contents)
        self._report.file_bytes += self._total
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
                text = f"try:\n __belay_fg({reader},{temporary!r})\nfinally:{cleanup()}"
                return (yield from self._stream(sealed(program(*topics) + text), temporary))
            return (yield from self._literals(sealed(program(*topics)), temporary))
        except BoardError as error:
            if self._carried or error.state_lost or not MISSING.search(error.text):
                raise
            if not self._ability.without_way():
                raise
            raise Learnt from None

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
        if failure is None:
            checked(reply)
        return failure

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
            if failure:
                break
            checked(reply)
        yield from ask(cleanup())
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
        return block(body, kind=ability.kind, bits=ability.bits if ability.inflater else 0, encode=encode)

    def _credit(self, reply: Frame) -> int:
        """Note that blocks have arrived.

        Returns:
            how many more than before.
        """
        before = self._arrived
        said = int(reply.payload) if reply.payload.isdigit() else 0
        # What was printed into a frame, or damaged in it, does not change how many there were.
        self._arrived = said if before < said <= len(self._carried) else before + 1
        completed = sum(self._carried[: self._arrived])
        self._progress(description=self._description(), total=self._total, completed=completed)
        return self._arrived - before

    def _description(self) -> str:
        """How many files come and what goes, and what deflating has saved so far."""
        count = len(self._contents)
        parts = ["1 file" if count == 1 else f"{count} files"] if count or not self._deleted else []
        if self._deleted:
            parts.append(f"{self._deleted} deleted")
        text = ", ".join(parts)
        carried, sent = sum(self._carried), self._report.sent_bytes - self._sent_before
        return f"{text}, {100 - 100 * sent // carried} % saved" if carried > sent else text


def _deletions(steps: Sequence[Step]) -> int:
    """How many files and folders are gone at the end: none that is replaced, and no leftover of ours."""
    made = {step.name for step in steps if step.action in ("make", "put")}
    removed = {step.name for step in steps if step.action in ("remove", "remove folder")}
    return len(removed - made - {TEMPORARY})


def _readiness(reply: Frame, temporary: str) -> int:
    """Two to the power of what a block may hold."""
    row = _row(reply)
    if len(row) != 2 or row[1] != temporary or not isinstance(row[0], int):
        raise Damaged(f"the program arrived as another one: {reply.payload!r}")
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


def explained(failure: Tuple[Any, Any], ability: Ability) -> Exception:
    """What to raise for what the board says."""
    reason, path = failure
    if isinstance(reason, int):
        return refused(reason, str(path))
    if isinstance(reason, str) and re.search("module|import", reason) and ability.inflater:
        ability.without_inflater()
        return Learnt()
    if isinstance(reason, str) and "memory" in reason and ability.bits > 9:
        ability.bits -= 1
        return Learnt()
    return Damaged(str(reason or "a hash differs"))
