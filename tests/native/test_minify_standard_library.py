"""`minify` on the standard library of every Python of this machine: same tree, same lines, and stable.

The trees are compared by the very interpreter that the library belongs to. `make test` takes a sample of each
library, `make test-all` the whole.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest
from tests.oracles import syntax_tree

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
OLDEST, NEWEST = (3, 8), (3, 14)


def interpreters() -> dict[str, str]:
    """Version and executable of every Python that is installed by pyenv, and of the one that runs this."""
    found = {sys.version.split()[0]: sys.executable}
    if shutil.which("pyenv"):
        root = subprocess.run(
            ["pyenv", "root"], capture_output=True, text=True, check=True, timeout=60
        ).stdout
        for folder in Path(root.strip(), "versions").glob("3.*"):
            numbers = folder.name.split(".")
            if all(map(str.isdecimal, numbers)) and OLDEST <= (3, int(numbers[1])) <= NEWEST:
                found.setdefault(folder.name, str(folder / "bin" / "python"))
    return dict(sorted(found.items(), key=lambda item: list(map(int, item[0].split(".")))))


INTERPRETERS = interpreters()


def library(executable: str) -> list[Path]:
    """All programs of an interpreter's standard library, its tests included."""
    command = [executable, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"]
    folder = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    return sorted(path for path in Path(folder).rglob("*.py") if "site-packages" not in path.parts)


def judge(executable: str, paths: list[Path], folder: Path) -> None:
    """Minifies files and asserts all that must hold of the results, which are written to a folder."""
    pairs = []
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
            refused[str(path)] = f"refused: {fault}"
            result = ""
        else:
            assert minify(result) == result, path
            assert result.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n"), path
        small = folder / f"{number}.py"
        small.write_text(result, encoding="utf-8", newline="\n")
        pairs.append(f"{path}\t{small}\n")
    done = subprocess.run(
        [executable, "-I", syntax_tree.__file__],
        input="".join(pairs), capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    findings = dict(json.loads(done.stdout))
    programs = [path for path in map(str, paths) if findings.get(path, "") is not None]
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
