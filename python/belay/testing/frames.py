"""The board's frames as entries of the host's traceback, so that a test report shows the line that failed.

Python makes a traceback entry from a frame only, so each one is the frame of a little code object that says
that it stands in the right file, function and line.
"""

from __future__ import annotations

import ast
import linecache
import sys
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import List, Optional, Sequence, Tuple

from ..typing import Frame

__all__ = ["with_board_frames"]

_PACKAGE = str(Path(__file__).parent.parent)


def with_board_frames(raised: TracebackType, frames: Sequence[Frame]) -> TracebackType:
    """The traceback without belay's own entries, and with the board's frames behind it."""
    traceback: Optional[TracebackType] = raised
    entries: List[Tuple[FrameType, int, int]] = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_PACKAGE):
            entries.append((traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno))
        traceback = traceback.tb_next
    for frame in frames:
        if frame.file == "<stdin>":
            continue  # Code sent as a string: the message says all that is known.
        made = _make(frame)
        entries.append((made, made.f_lasti, frame.line))
    for entry in reversed(entries):
        traceback = TracebackType(traceback, *entry)
    return traceback or raised


def _make(frame: Frame) -> FrameType:
    # The board's own files have no source here; a host's file of that name is another one.
    file = frame.file if frame.source else f"board:{frame.file}"
    first = _first_line(file, frame.line)
    code = _code(file, linecache.getline(file, frame.line), frame.line - first + 1)
    frames: List[FrameType] = []
    exec(
        code.replace(co_name=frame.function, co_firstlineno=first),
        {"mark": lambda: frames.append(sys._getframe(1)), "__file__": file, "__name__": "board"},
    )
    return frames[0]


def _code(file: str, text: str, line: int) -> CodeType:
    """A call of ``mark`` on a line, as wide as the line's text: nothing of it is underlined then."""
    tree = ast.parse("mark()")
    indentation = len(text) - len(text.lstrip())
    for node in ast.walk(tree):
        if isinstance(node, (ast.stmt, ast.expr)):
            node.lineno = node.end_lineno = line
            node.col_offset, node.end_col_offset = indentation, len(text.rstrip().encode())
    return compile(tree, file, "exec")


def _first_line(file: str, line: int) -> int:
    """Where the innermost function around a line begins, else the line itself."""
    try:
        nodes = ast.walk(ast.parse("".join(linecache.getlines(file))))
    except (SyntaxError, ValueError):
        return line
    functions = [
        min([node.lineno, *(each.lineno for each in node.decorator_list)])
        for node in nodes
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(functions, default=line)
