"""The twin of "the same program": two texts, one abstract syntax tree.

`difference` compares with the Python that runs the tests, `differences` with any other of this machine: this
file is then run as a program by that one, from 3.8 on. It imports nothing of ours.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, Optional, Tuple, Union

Text = Union[str, bytes]
OLDEST, NEWEST = (3, 8), (3, 14)


def interpreters() -> Dict[str, str]:
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


INTERPRETERS = {} if __name__ == "__main__" else interpreters()


def differences(executable: str, files: Mapping[Path, Path]) -> Dict[Path, Optional[str]]:
    """What differs, as this interpreter reads it, between originals (keys) and their minified files.

    Only findings are listed; ``None`` says that the original itself does not parse.
    """
    done = subprocess.run(
        [executable, "-I", __file__],
        input=json.dumps([[str(original), str(minified)] for original, minified in files.items()]),
        capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    return {Path(original): finding for original, finding in json.loads(done.stdout)}


def difference(original: Text, minified: Text) -> Optional[str]:
    """The first place where the trees differ, as text; ``None`` if they are the same.

    Compared are every node's class, line number and plain values, in order. Columns may differ. A statement
    that is one string, bytes or ``0``, and ``pass``, count as the same.

    Raises:
        SyntaxError: ``original`` does not parse.
    """
    expected = _parse(original)
    try:
        found = _parse(minified)
    except SyntaxError as error:
        return f"does not parse: {error}"
    for left, right in _pairs(_flatten(expected), _flatten(found)):
        if left != right:
            return f"{left} became {right}"
    return None


def _parse(text: Text) -> ast.AST:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except ValueError as error:  # null bytes, before 3.12
            raise SyntaxError(str(error)) from None


def _pairs(left: Iterator[object], right: Iterator[object]) -> Iterator[Tuple[object, object]]:
    end = object()
    for item in left:
        yield item, next(right, end)
    yield end, next(right, end)


def _flatten(tree: ast.AST) -> Iterator[object]:
    """All nodes and values in a fixed order, without recursion: some programs are deep."""
    waiting: List[object] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            yield "list", len(item)
            waiting.extend(reversed(item))
        elif not isinstance(item, ast.AST):
            yield type(item).__name__, repr(item)
        elif _is_docstring_or_pass(item):
            yield "docstring or pass", item.lineno  # type: ignore[attr-defined]
        else:
            yield type(item).__name__, getattr(item, "lineno", None)
            waiting.extend(getattr(item, field, None) for field in reversed(item._fields))


def _is_docstring_or_pass(node: ast.AST) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return False
    value = node.value.value
    return isinstance(value, (str, bytes)) or (type(value) is int and value == 0)


def main() -> None:
    findings: List[Tuple[str, Optional[str]]] = []
    for original, minified in json.load(sys.stdin):
        try:
            finding = difference(Path(original).read_bytes(), Path(minified).read_bytes())
        except SyntaxError:
            findings.append((original, None))
        else:
            if finding:
                findings.append((original, finding))
    json.dump(findings, sys.stdout)


if __name__ == "__main__":
    main()
