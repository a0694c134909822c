"""A dependency added to `pyproject.toml`; comments, order and line ends stay as they are."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Union

import tomlkit
from tomlkit.exceptions import TOMLKitError

from ..exceptions import ConfigError
from ..packages.settings import MAIN


def add_dependency(text: str, group: str, name: str, value: Union[str, Dict[str, Any]]) -> str:
    """``text`` with one more entry at the end of a group's table, which is made where it is missing.

    Raises:
        ConfigError: the name is there already, or the file is written in a way that cannot be edited.
    """
    try:
        document = tomlkit.parse(text)
        path = ["tool", "belay", "dependencies"]
        if group != MAIN:
            path = ["tool", "belay", "group", group, "dependencies"]
        table: Any = document
        for depth, key in enumerate(path):
            if key not in table:
                table[key] = tomlkit.table(is_super_table=depth + 1 < len(path))
            table = table[key]
        if name in table:
            raise ConfigError(
                f"{name} is in group {group} already", hint="edit pyproject.toml, or run belay update"
            )
        if isinstance(value, dict):
            inline = tomlkit.inline_table()
            inline.update(value)
            table[name] = inline
        else:
            table[name] = value
        return _checked(_spaced(tomlkit.dumps(document), path), path, name)
    except (TOMLKitError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"pyproject.toml cannot be edited: {error}", hint="add the line by hand") from None


def _spaced(text: str, path: List[str]) -> str:
    """``text`` with an empty line behind a table of one entry, which tomlkit leaves out of a new one."""
    return re.sub(rf"(\[{'.'.join(path)}\]\r?\n[^\[\n][^\n]*?(\r?\n))(?=\[)", r"\1\2", text)


def _checked(text: str, path: List[str], name: str) -> str:
    """``text``, if the entry really is where it should be: dotted keys lead tomlkit astray."""
    table: Any = tomlkit.parse(text)
    for key in [*path, name]:
        table = table[key]
    return text
