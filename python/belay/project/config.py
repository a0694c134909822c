"""`pyproject.toml` -> what belay is asked to do.

Every error names the file, the key and what was expected there. A key that is not known is an error: a
misspelt one would be silently without effect.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..exceptions import ConfigError, PackageError
from ..packages import commit, mirror
from ..packages.settings import INDEX, MAIN, Group, Settings
from ..packages.source import Dependency, parse_dependency

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "pyproject.toml"
_KEYS = (
    "name",
    "ignore",
    "dependencies_path",
    "mpy_version",
    "package_indices",
    "mirrors",
    "dependencies",
    "group",
)


@dataclass(frozen=True)
class Config:
    """``[tool.belay]`` of one project.

    Attributes:
        path: the file.
        name: the folder beside it that `install` syncs to ``/NAME``; empty for none.
        ignore: wildmatch patterns for that folder; ``None`` where the file does not say.
    """

    path: Path
    settings: Settings
    name: str = ""
    ignore: Optional[Tuple[str, ...]] = None

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.settings.root


def find(start: Path) -> Path:
    """The nearest `pyproject.toml` from ``start`` upward.

    Raises:
        ConfigError: there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder / FILE
    raise ConfigError(
        f"no {FILE} in {start} or a folder above it", hint="run belay new NAME, or change to your project"
    )


def load(start: Optional[Path] = None, environment: Optional[Mapping[str, str]] = None) -> Config:
    """The configuration of the project around ``start`` (the working directory).

    An update that was killed in the middle is finished first.

    Raises:
        ConfigError: no file, not TOML, or an entry that belay does not understand.
    """
    path = find(start or Path.cwd())
    commit.recover(path.parent)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint="see to its permissions") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8", hint="save it as UTF-8") from None
    return parse(text, path, os.environ if environment is None else environment)


def parse(text: str, path: Path, environment: Mapping[str, str]) -> Config:
    """The configuration in ``text``, the content of ``path``."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not TOML: {error}", hint="correct it and try again") from None
    reader = _Reader(path)
    tool = reader.table(data, "tool", "")
    return reader.config(reader.table(tool, "belay", "tool"), environment)


class _Reader:
    """Takes values of the types expected, and says where they are not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def config(self, data: Mapping[str, Any], environment: Mapping[str, str]) -> Config:
        """``[tool.belay]``."""
        where = "tool.belay"
        self.keys(data, _KEYS, where)
        name = self.text(data, "name", where)
        if name and not name.isidentifier():
            raise self.fault(f"{where}.name", f"{name!r} is no package name", "a Python identifier")
        mirrors = self.table(data, "mirrors", where)
        for prefix in mirrors:
            self.text(mirrors, prefix, f"{where}.mirrors")
        settings = Settings(
            root=self._path.parent,
            dependencies_path=self.dependencies_path(data, where, name),
            groups=self.groups(data, where),
            indices=self.indices(data, where),
            flavour=self.flavour(data, where),
            mirrors={**mirrors, **mirror.from_environment(environment)},
        )
        ignore = self.texts(data, "ignore", where) if "ignore" in data else None
        return Config(self._path, settings, name, ignore)

    def groups(self, data: Mapping[str, Any], where: str) -> Tuple[Group, ...]:
        """Main and the others."""
        groups = [Group(MAIN, self.dependencies(data, where))]
        tables = self.table(data, "group", where)
        for name in tables:
            place = f"{where}.group.{name}"
            if name == MAIN:
                raise self.fault(place, "main is taken", f"the dependencies of main in {where}.dependencies")
            self.identifier(name, place, "group")
            table = self.table(tables, name, f"{where}.group")
            self.keys(table, ("optional", "dependencies"), place)
            optional = table.get("optional", False)
            if not isinstance(optional, bool):
                raise self.fault(f"{place}.optional", f"is {optional!r}", "true or false")
            groups.append(Group(name, self.dependencies(table, place), optional))
        return tuple(groups)

    def dependencies(self, data: Mapping[str, Any], where: str) -> Tuple[Dependency, ...]:
        """One table of dependencies."""
        where = f"{where}.dependencies"
        result: List[Dependency] = []
        for name, value in self.table(data, "dependencies", where.rpartition(".")[0]).items():
            self.identifier(name, f"{where}.{name}", "package")
            try:
                result.append(parse_dependency(name, value))
            except ConfigError as error:
                raise ConfigError(f"{self._path}: {where}.{name} {error.message}", hint=error.hint) from None
        return tuple(result)

    def dependencies_path(self, data: Mapping[str, Any], where: str, name: str) -> str:
        """Inside the project, a folder of its own: what is in it is ours to replace."""
        text = self.text(data, "dependencies_path", where) or ".belay/dependencies"
        path = os.path.normpath(text.replace("\\", "/")).replace(os.sep, "/")
        first = path.split("/")[0]
        if os.path.isabs(path) or ":" in path or path in (".", ".belay") or first in ("..", ".git", name):
            expected = "a folder of its own inside the project"
            raise self.fault(f"{where}.dependencies_path", f"is {text!r}", expected)
        return path

    def indices(self, data: Mapping[str, Any], where: str) -> Tuple[str, ...]:
        """Base URLs."""
        indices = self.texts(data, "package_indices", where) if "package_indices" in data else (INDEX,)
        for url in indices:
            try:
                mirror.check_url(url)
            except PackageError as error:
                raise ConfigError(
                    f"{self._path}: {where}.package_indices: {error.message}", hint=error.hint
                ) from None
        return indices

    def flavour(self, data: Mapping[str, Any], where: str) -> str:
        """``"py"`` or a number."""
        value = data.get("mpy_version", "py")
        text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        if text != "py" and not (text.isascii() and text.isdigit()):
            raise self.fault(f"{where}.mpy_version", f"is {value!r}", '"py" or a number such as "6"')
        return text

    def keys(self, data: Mapping[str, Any], known: Tuple[str, ...], where: str) -> None:
        """Refuse other keys than ``known``."""
        for key in data:
            if key not in known:
                raise self.fault(f"{where}.{key}", "is not a key of belay", f"one of {', '.join(known)}")

    def table(self, data: Mapping[str, Any], key: str, where: str) -> Dict[str, Any]:
        """A table, empty where it is missing."""
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(f"{where}.{key}".lstrip("."), f"is {value!r}", "a table")
        return value

    def text(self, data: Mapping[str, Any], key: str, where: str) -> str:
        """A text, empty where it is missing."""
        value = data.get(key, "")
        if not isinstance(value, str) or (key in data and not value):
            raise self.fault(f"{where}.{key}", f"is {value!r}", "a text")
        return value

    def texts(self, data: Mapping[str, Any], key: str, where: str) -> Tuple[str, ...]:
        """A list of texts."""
        value = data[key]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fault(f"{where}.{key}", f"is {value!r}", "a list of texts")
        return tuple(value)

    def identifier(self, name: str, where: str, what: str) -> None:
        """Refuse what cannot be imported."""
        if not name.isidentifier():
            raise self.fault(where, f"{name!r} is no {what} name", "a Python identifier")

    def fault(self, where: str, message: str, expected: str) -> ConfigError:
        """The error of one key."""
        return ConfigError(f"{self._path}: {where}: {message}", hint=f"expected: {expected}")
