"""The fenced code blocks of a Markdown page, and the remarks that say what is done with them.

A remark is an HTML comment on the line above the fence: ``<!-- not run: REASON -->``, or
``<!-- run by: tests/… -->`` where a test of its own runs the block.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)```([^\s`]*)[^\n`]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
REMARK = re.compile(r"<!-- (not run|run by): (.+?) -->\s*\Z", re.DOTALL)
FILE = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")


@dataclass(frozen=True)
class Block:
    """One block."""

    page: Path
    line: int
    """Of its first line, counted from 1."""
    language: str
    text: str
    before: str
    """What stands between the block before it and this one."""
    remark: tuple[str, str]
    """``not run`` or ``run by``, and the reason or the test; empty where there is none."""

    @property
    def file(self):
        """The file that it is, by its first line: ``# tests/test_first.py``."""
        found = FILE.match(self.text)
        return found[1] if found and self.language in ("python", "toml") else ""

    @property
    def is_run(self):
        """Whether it is run, and not only looked at."""
        return self.language in ("python", "console") and not self.remark[0] and not self.file

    def __str__(self):
        return f"{self.page.name}:{self.line}"


def blocks_of(page):
    """The blocks of a page, in order."""
    text = page.read_text("utf-8")
    end = 0
    found = []
    for match in FENCE.finditer(text):
        before = text[end : match.start()]
        end = match.end()
        remark = REMARK.search(before)
        found.append(
            Block(
                page,
                text.count("\n", 0, match.start(3)) + 1,
                match[2],
                textwrap.dedent(match[3]),
                before,
                (remark[1], remark[2]) if remark else ("", ""),
            )
        )
    return found
