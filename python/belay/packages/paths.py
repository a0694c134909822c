"""Which target paths a package may write.

Targets come from archives, indexes and other people's `package.json`. One is taken only if it is the same
harmless relative path on every system; anything else is refused, never repaired.
"""

from __future__ import annotations

import os
from typing import Dict, Iterable, Optional

from ..exceptions import IntegrityError

NEVER_TAKEN = ("__pycache__", ".DS_Store", ".pytest_cache", ".git")
# learn.microsoft.com "Naming Files, Paths, and Namespaces"; opening one on Windows opens a device.
_WINDOWS_DEVICES = {"CON", "PRN", "AUX", "NUL"} | {f"{n}{d}" for n in ("COM", "LPT") for d in "123456789"}


def safe_target(text: str, origin: str) -> str:
    """``text`` itself, if it is a relative path with forward slashes that stays where it is put.

    Args:
        text: a target path such as ``"aioble/core.py"``.
        origin: who names it, for the message.

    Raises:
        IntegrityError: absolute, ``..``, a drive, a backslash, a control character, an empty part.
    """
    reason = _fault(text)
    if reason:
        raise IntegrityError(
            f"{origin} names the target path {text!r}, which {reason}",
            hint="nothing was changed; report this to the package's author",
        )
    return text


def _fault(text: str) -> Optional[str]:
    parts = text.split("/")
    if not text or text.startswith("/"):
        return "is absolute or empty"
    if ".." in parts:
        return "leaves its package"
    if "\\" in text or ":" in text:
        return "has a backslash or a drive"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        return "has a control character"
    if any(part in ("", ".") or part[-1] in ". " for part in parts):
        return "is not the same path on every system"
    if os.name == "nt" and any(part.split(".")[0].upper() in _WINDOWS_DEVICES for part in parts):
        return "is a device on Windows"
    return None


def is_taken(path: str) -> bool:
    """False for what no package needs on a board: byte code, caches, `.git`."""
    return not path.endswith(".pyc") and not any(part in NEVER_TAKEN for part in path.split("/"))


def overlap(targets: Iterable[str]) -> Optional[str]:
    """The first target that is also a folder of another, or differs from another only in case."""
    folded: Dict[str, str] = {}
    for target in sorted(targets):
        if folded.setdefault(target.casefold(), target) != target:
            return target
    for target in folded:
        head = target
        while "/" in head:
            head = head.rpartition("/")[0]
            if head in folded:
                return folded[head]
    return None
