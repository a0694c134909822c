"""`minify` on the standard library of every Python of this machine: same tree, same lines, and stable.

The trees are compared by the very interpreter that the library belongs to. `make test` takes a sample of each
library, `make test-all` the whole.
"""

from __future__ import annotations

import io
import random
import subprocess
import tokenize
from pathlib import Path

import pytest
from tests.oracles.syntax_tree import INTERPRETERS, differences

from belay import minify

SAMPLE = 40
# Files that are there to be hard to read, in all versions that have them.
HARD = {
    "test_fstring.py",
    "test_grammar.py",
    "test_patma.py",
    "test_string_literals.py",
    "test_type_params.py",
}


def library(executable: str) -> list[Path]:
    """All programs of an interpreter's standard library, its tests included."""
    command = [executable, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"]
    folder = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    return sorted(path for path in Path(folder).rglob("*.py") if "site-packages" not in path.parts)


def judge(executable: str, paths: list[Path], folder: Path) -> None:
    """Minifies files and asserts all that must hold of the results, which are written to a folder."""
    files = {}
    refused = {}
    for number, path in enumerate(paths):
        content = path.read_bytes()
        try:
            text = content.decode(tokenize.detect_encoding(io.BytesIO(content).readline)[0])
        except (SyntaxError, UnicodeDecodeError):
            continue  # no interpreter can read it either
        try:
            result = minify(text)
        except SyntaxError as fault:
            refused[path] = f"refused: {fault}"
            result = ""
        else:
            assert minify(result) == result, path
            assert result.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n"), path
        files[path] = folder / f"{number}.py"
        files[path].write_text(result, encoding="utf-8", newline="\n")
    findings = differences(executable, files)
    programs = [path for path in files if findings.get(path, "") is not None]
    assert len(programs) > len(paths) * 0.95, "nearly all that was compared must be programs"
    wrong = {path: refused.get(path, found) for path, found in findings.items() if found}
    assert not wrong


@pytest.mark.parametrize("version", INTERPRETERS)
def test_sample(version, tmp_path):
    paths = library(INTERPRETERS[version])
    hard = [path for path in paths if path.name in HARD]
    judge(INTERPRETERS[version], hard + random.Random(version).sample(paths, SAMPLE), tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("version", INTERPRETERS)
def test_whole(version, tmp_path):
    paths = library(INTERPRETERS[version])
    assert len(paths) > 500
    judge(INTERPRETERS[version], paths, tmp_path)
