"""docs/guides/testing.md, typed as written into a fresh folder: its files, its commands, what they print."""

import re
import shlex
from pathlib import Path

from tests.support.child_pytest import run_pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "testing.md"

INSTALLED_ALREADY = [
    "mkdir lamp && cd lamp",
    "python3 -m venv .venv && . .venv/bin/activate",
    "pip install 'belay[sim]' pytest",
]
"""What the guide has a user do before the first test, and the test does not: it needs the network."""


def blocks():
    """Language and text of each code block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def plain(text):
    """Lines without runs of dashes, equal signs and spaces: these depend on the width of the terminal."""
    return [re.sub(r"[-= ]+", " ", line).strip() for line in text.splitlines()]


def check(command, expected, folder):
    """Run a command of the guide; every line that it is said to print has to come, in that order."""
    program, *arguments = shlex.split(command)
    assert program == "pytest", command
    said, _ = run_pytest(folder, *arguments)
    lines = iter(plain(said))
    for line in plain(expected):
        # The guide leaves out how long it took, and where a test was skipped.
        pattern = re.escape(line).replace(r"\.py:\ ", r"\.py:\d+: ")
        assert any(re.match(pattern, each) for each in lines), f"{command}: {line!r} is not said in\n{said}"


def test_the_guide_works_as_written(tmp_path):
    commands = []
    for language, text in blocks():
        if language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, expected = part.partition("\n")
                commands.append(command)
                if command not in INSTALLED_ALREADY:
                    check(command, expected, tmp_path)
        elif language in ("python", "toml"):
            name = text.removeprefix("# ").partition("\n")[0]
            assert Path(name).suffix in (".py", ".toml"), text
            (tmp_path / name).write_text(text, "utf-8")
    assert commands[:3] == INSTALLED_ALREADY
    assert len(commands) == 8
