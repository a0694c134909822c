"""`manifest.py`, read and never executed: calls with literal arguments, and nothing else.

Format: MicroPython `docs/reference/manifest.rst`. Known are ``metadata``, ``module``, ``package``,
``require`` and ``include``; what freezes into a firmware (``freeze``, ``c_module``, ...) is refused.
"""

from __future__ import annotations

import ast
import posixpath
from typing import Any, Callable, Dict, List, Optional, Protocol, Sequence, Set

from ..exceptions import ConfigError, IntegrityError
from .mip import Document, Inline, Item
from .paths import is_taken, safe_target
from .source import ANY, Index, parse_index

_KNOWN = "metadata, module, package, require, include"
_ELSE = "name the files as dependencies of their own"


class Tree(Protocol):
    """The files around a manifest; it reaches nothing else. Paths are relative, with forward slashes."""

    def read(self, path: str) -> Optional[bytes]:
        """Content, or ``None``."""

    def list(self, folder: str) -> List[str]:
        """Paths of the files below ``folder``, relative to it; empty where there is none."""


def evaluate(tree: Tree, path: str, origin: str) -> Document:
    """The package that the manifest at ``path`` describes.

    Args:
        origin: where the tree is from, for messages.

    Raises:
        IntegrityError: a statement that is not a known call with literal arguments, or a missing file.
    """
    reader = _Reader(tree, origin)
    reader.run(path)
    return Document(reader.version, tuple(reader.items.values()), tuple(reader.needs))


class _Reader:
    def __init__(self, tree: Tree, origin: str) -> None:
        self._tree, self._origin = tree, origin
        self._seen: Set[str] = set()
        self.version = ""
        self.items: Dict[str, Item] = {}
        self.needs: List[Index] = []

    def run(self, path: str) -> None:
        """Read one manifest, once."""
        if path in self._seen:
            return
        self._seen.add(path)
        try:
            tree = ast.parse(self._read(path, self._origin))
        except (SyntaxError, ValueError, RecursionError) as error:
            raise IntegrityError(f"{path} in {self._origin} is not Python: {error}", hint=_ELSE) from None
        for statement in tree.body:
            self._statement(statement, path)

    def _statement(self, statement: ast.stmt, path: str) -> None:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return
        where = f"line {statement.lineno} of {path} in {self._origin}"
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name):
            raise self._refusal(where)
        call = _CALLS.get(value.func.id)
        if call is None:
            raise self._refusal(f"{where} ({value.func.id})")
        try:
            arguments = [ast.literal_eval(argument) for argument in value.args]
            options = {word.arg: ast.literal_eval(word.value) for word in value.keywords if word.arg}
            if len(options) != len(value.keywords):
                raise ValueError
            call(self, posixpath.dirname(path), where, *arguments, **options)
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise self._refusal(where) from None

    def _refusal(self, where: str) -> IntegrityError:
        return IntegrityError(
            f"{where} is not a call of {_KNOWN} with literal arguments",
            hint=f"a manifest is read, never executed: {_ELSE}",
        )

    def _read(self, path: str, where: str) -> bytes:
        content = self._tree.read(path)
        if content is None:
            raise IntegrityError(f"{where} names {path!r}, which is not in {self._origin}", hint=_ELSE)
        return content

    def _add(self, folder: str, base_path: str, target: str, where: str) -> None:
        source = posixpath.normpath(posixpath.join(folder, base_path, target))
        self.items[target] = Item(safe_target(target, where), Inline(self._read(source, where)))

    def metadata(self, folder: str, where: str, version: str = "", **_: Any) -> None:
        self.version = self.version or str(version)

    def module(self, folder: str, where: str, path: str, base_path: str = ".", opt: Any = None) -> None:
        self._add(folder, base_path, path, where)

    def package(
        self,
        folder: str,
        where: str,
        path: str,
        files: Optional[Sequence[str]] = None,
        base_path: str = ".",
        opt: Any = None,
    ) -> None:
        if files is None:
            found = self._tree.list(posixpath.normpath(posixpath.join(folder, base_path, path)))
            files = [name for name in found if name.endswith(".py") and is_taken(name)]
            if not files:
                raise IntegrityError(
                    f"{where} names the package {path!r}, which is not in {self._origin}", hint=_ELSE
                )
        for name in files:
            self._add(folder, base_path, f"{path}/{name}", where)

    def require(self, folder: str, where: str, name: str, version: Any = None, **_: Any) -> None:
        try:
            self.needs.append(parse_index(f"{name}@{version or ANY}"))
        except ConfigError:
            raise IntegrityError(f"{where} requires {name!r}, which is no package", hint=_ELSE) from None

    def include(self, folder: str, where: str, path: str, **_: Any) -> None:
        if "$(" in path:
            raise IntegrityError(f"{where} includes {path!r}, a folder of a MicroPython build", hint=_ELSE)
        path = posixpath.normpath(posixpath.join(folder, path))
        self.run(path if path.endswith(".py") else f"{path}/manifest.py")


_CALLS: Dict[str, Callable[..., None]] = {
    name: getattr(_Reader, name) for name in ("metadata", "module", "package", "require", "include")
}
