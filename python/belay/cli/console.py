"""What every command writes besides its result: errors, hints and notes, all on stderr."""

from __future__ import annotations

import sys
import traceback

from ..exceptions import BelayException, PyboardException

debug = False
"""Set by ``--debug``: errors show the host's traceback."""
quiet = False
"""Set by ``--quiet``: no notes and no progress."""


def note(text: str) -> None:
    """One line for the person at the terminal; nothing with ``--quiet``."""
    if not quiet:
        print(text, file=sys.stderr)


def report(error: BelayException) -> None:
    """An ``error:`` line and, where there is one, a ``hint:`` line; a board's traceback goes before them."""
    if debug:
        traceback.print_exception(type(error), error, error.__traceback__)
    if isinstance(error, PyboardException):
        print(error.text, file=sys.stderr)
        print(f"error: the board's program raised {error.type_name or 'an exception'}", file=sys.stderr)
        return
    step = f" (while {error.step})" if error.step else ""
    print(f"error: {_one_line(error.message) or type(error).__name__}{step}", file=sys.stderr)
    if error.hint:
        print(f"hint: {_one_line(error.hint)}", file=sys.stderr)


def report_usage(message: str, command: str) -> None:
    """A command line that does not fit ``command``."""
    print(f"error: {_one_line(message)}", file=sys.stderr)
    print(f"hint: {command} --help", file=sys.stderr)


def report_fault(error: Exception) -> None:
    """An error that is none of belay's: of the system, of an argument, or a fault of ours."""
    if debug:
        traceback.print_exception(type(error), error, error.__traceback__)
    text, hint = str(error), "--debug shows where it was raised"
    if isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    elif isinstance(error, UnicodeEncodeError):  # words that are none in the locale's encoding
        text = f"{error.object[error.start : error.end]!r} is no text"
        hint = "set a locale of UTF-8, such as LC_ALL=C.UTF-8"
    elif not isinstance(error, ValueError):
        text = f"{type(error).__name__}: {text}"
        hint = "this is a fault of belay's: please report it, with what --debug shows"
    print(f"error: {_one_line(text)}", file=sys.stderr)
    print(f"hint: {hint}", file=sys.stderr)


def _one_line(text: str) -> str:
    return " ".join(text.split())
