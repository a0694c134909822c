"""What a target was meant to be that is no port: a scheme, mistyped or without its colon."""

from __future__ import annotations

from difflib import get_close_matches

from .connect import SCHEMES

__all__ = ["suggested"]

_LIKENESS = 0.66
"""Of ``difflib``: one letter of three may be wrong."""


def suggested(target: str) -> str:
    """A hint, ``did you mean sim:NAME?``; empty where nothing is alike."""
    words = {scheme.rstrip(":/"): scheme for scheme in SCHEMES}
    head, _, rest = target.partition(":")
    alike = get_close_matches(head.lower(), words, 1, _LIKENESS) if len(head) > 2 or head in words else ()
    meant = [words[word] + rest.lstrip("/") for word in alike]
    return f"did you mean {meant[0]}?" if meant and meant[0] != target else ""
