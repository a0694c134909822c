"""`belay add`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Dict, Optional, Tuple, Union

import typer

from ..exceptions import ConfigError
from . import changes, completion, console, options, progress
from .help import App


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command()(add)


def add(
    name_or_uri: str = typer.Argument(
        ..., metavar="NAME_OR_URI", help="Package of the index, path or URL.", show_default=False
    ),
    uri: Optional[str] = typer.Argument(
        None, metavar="[URI]", help="Where NAME is, or its version.", show_default=False
    ),
    group: str = typer.Option(
        "main",
        "--group",
        "-g",
        metavar="GROUP",
        help="Group that gets it, made where it is missing; else main.",
        show_default=False,
        autocompletion=completion.groups,
    ),
    develop: bool = typer.Option(False, "--develop", help="Use a local package where it is."),
    quiet: bool = options.QUIET,
    debug: bool = options.DEBUG,
) -> None:
    """Download a dependency and write it into pyproject.toml.

    Examples:
        belay add logging
        belay add pins ../pins.py --develop
    """
    from ..packages import tree
    from ..packages import update as verbs
    from ..packages.cache import Cache, default_root
    from ..project import config, edit, folders

    before = config.load()
    name, text = _read(options.filled(name_or_uri, "NAME_OR_URI"), uri, before.root)
    if name == before.name:
        raise ConfigError(
            f"{name} is the project itself: its folder would hide a package of this name",
            hint="belay add ANOTHER_NAME URI",
        )
    value: Union[str, Dict[str, Any]] = {"uri": text, "develop": True} if develop else text
    content = before.path.read_bytes()
    edited = edit.add_dependency(content.decode("utf-8"), group, name, value)
    after = config.parse(edited, before.path, os.environ)
    if develop:
        folders.develop_files(after)
    with progress.downloading() as watch:
        how = verbs.Options(Cache(default_root()), watch=watch)
        change = tree.Edit(before.path.name, content, edited.encode("utf-8"))
        done = verbs.update(after.settings, [name], how, edits=[change])
    changes.show(done)
    if develop:
        console.note(f"{group}/{name}: used in place")
    if group not in (each.name for each in before.settings.groups):
        console.note(
            f"group {group} is new: belay install brings it to every board, "
            f"unless [tool.belay.group.{group}] says optional = true"
        )


def _read(name_or_uri: str, uri: Optional[str], root: Path) -> Tuple[str, str]:
    """The name and the text to write, from what was given; a local path becomes relative to the project."""
    from ..packages.source import Local, looks_like_index_name, parse_place, suggest_name

    if uri is None and looks_like_index_name(name_or_uri):
        name = name_or_uri.replace("-", "_").replace(".", "_")
        return name, "*" if name == name_or_uri else f"mip:{name_or_uri}"
    text = name_or_uri if uri is None else uri
    name = suggest_name(text) if uri is None else name_or_uri
    if not name:
        raise ConfigError(f"{name_or_uri!r} suggests no package name", hint="belay add NAME URI")
    try:
        is_local = isinstance(parse_place(name, text)[1], Local)
    except ConfigError:  # told when the edited file is read, with its key
        is_local = False
    if is_local and Path.cwd() != root:
        text = os.path.relpath(text, root).replace(os.sep, "/")
    return name, text
