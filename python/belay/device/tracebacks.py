"""The board's tracebacks in terms of the host's files."""

from __future__ import annotations

import linecache
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Sequence, Tuple

from ..exceptions import PyboardException
from ..typing import Frame
from .source import FunctionSource

__all__ = ["Location", "SourceMap"]

_FRAME = re.compile(r'  File "(?P<file>[^"]*)", line (?P<line>\d+)(?:, in (?P<function>.*))?')
_ERRNO = re.compile(r"\[Errno (\d+)\]|\((\d+),|(\d+)$")
_SENT = "<stdin>"
"""What every board calls the code that was sent."""


@dataclass(frozen=True)
class Location:
    """Where a piece of sent text comes from: its line 1 + ``shift`` is ``line`` of ``file``."""

    file: str
    line: int
    shift: int = 0
    lines: int = 1

    def host_line(self, line: int) -> Optional[int]:
        """The host's line, or ``None`` where the board's lies outside."""
        offset = line - 1 - self.shift
        return self.line + offset if 0 <= offset < self.lines else None


class SourceMap:
    """Which functions were sent, and where they come from."""

    def __init__(self) -> None:
        self.functions: Dict[str, Location] = {}
        """Those that were sent, by name."""
        self._places: Dict[Tuple[str, Path], None] = {}
        self._inner: Dict[str, List[Location]] = {}

    def add(self, source: FunctionSource, location: Location) -> None:
        """Remember a function; a later one of the same name replaces it."""
        self.functions[source.name] = location
        self.add_inner(source.inner_names - {source.name}, location)

    def add_inner(self, names: Iterable[str], location: Location) -> None:
        """Remember names that frames of a piece of sent text may have."""
        for name in names:
            known = self._inner.setdefault(name, [])
            if location not in known:
                known.append(location)

    def place(self, board: str, host: Path) -> None:
        """Remember that a file or a folder of the board comes from one of the host, line by line.

        Nothing is read: what the host's folder holds is asked when a traceback names a file below ``board``,
        an absolute path. Of several places that have it, the one that was told last counts.
        """
        key = (board.rstrip("/"), host)
        self._places.pop(key, None)
        self._places[key] = None

    def exception(
        self, text: str, module: Sequence[Location] = (), *, exited: bool = False
    ) -> PyboardException:
        """The board's error text as an exception.

        Args:
            text: as the board sent it.
            module: where the program's top level comes from.
            exited: the program ended the interpreter, which has restarted.
        """
        lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
        shown, frames = [], []
        matches = [_FRAME.match(line) for line in lines]
        # The message follows the frames; it may have several lines.
        error = max((at for at, match in enumerate(matches) if match), default=len(lines) - 2) + 1
        type_name, _, message = "\n".join(lines[error:]).partition(": ")
        # What does not compile is in the text that was sent, whatever function it is in.
        runs = not type_name.startswith(("SyntaxError", "IndentationError"))
        calls = sum(match is not None and not _is_ours(match) for match in matches)
        for line, match in zip(lines, matches):
            if match is None:
                shown.append(line)
            elif not _is_ours(match) and (calls == 1 or module or not _is_top_level(match)):
                # The top level of a program that calls a function is ours.
                frame = self._frame(match, module, runs)
                frames.append(frame)
                shown.append(_describe(frame, match["function"] is not None))
        if not text:
            # Every other exception has a text.
            type_name, message = "SystemExit", ""
            what = "the board's interpreter, which has restarted" if exited else "itself"
            shown = [f"SystemExit: the program ended {what}"]
        errno = _ERRNO.match(message) if type_name == "OSError" else None
        return PyboardException(
            "\n".join(shown),
            type_name=type_name,
            message=message,
            errno=int(next(filter(None, errno.groups()))) if errno else None,
            frames=frames,
            raw=text,
        )

    def _frame(self, match: re.Match[str], module: Sequence[Location], runs: bool) -> Frame:
        file, line, function = match["file"], int(match["line"]), match["function"] or "<module>"
        if file == _SENT:
            location = self._locate(function, line, module, runs)
            host_file, host_line = (location.file, location.host_line(line)) if location else ("", None)
        else:
            # A path is as `sys.path` has it: relative, where that has an empty entry.
            host_file, host_line = self._origin(f"/{file.lstrip('/')}"), line
        if not host_file or host_line is None:
            return Frame(file, line, function, "")
        return Frame(host_file, host_line, function, linecache.getline(host_file, host_line).strip())

    def _origin(self, file: str) -> str:
        """The host's file behind one of the board; empty where there is none."""
        for board, host in reversed(list(self._places)):
            if file == board or file.startswith(f"{board}/"):
                found = host / file[len(board) + 1 :]
                if found.is_file():
                    return str(found)
        return ""

    def _locate(self, function: str, line: int, module: Sequence[Location], runs: bool) -> Optional[Location]:
        if function == "<module>" or (module and not runs):
            return next((each for each in module if each.host_line(line) is not None), None)
        if function in self.functions:
            return self.functions[function]
        around = [each for each in self._inner.get(function, ()) if each.host_line(line) is not None]
        return around[0] if len(around) == 1 else None


def _is_ours(match: re.Match[str]) -> bool:
    return (match["function"] or "").startswith("__belay")


def _is_top_level(match: re.Match[str]) -> bool:
    return match["file"] == _SENT and match["function"] == "<module>"


def _describe(frame: Frame, has_function: bool) -> str:
    text = f'  File "{frame.file}", line {frame.line}' + (f", in {frame.function}" if has_function else "")
    return f"{text}\n    {frame.source}" if frame.source else text
