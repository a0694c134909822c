"""`belay cache`."""

from __future__ import annotations

import typer

from . import completion, console, options
from .help import App

_HELP = """Show or clear what is kept of earlier downloads.

Examples:
    belay cache info
    belay cache clear git-github --yes
"""


def register(app: App) -> None:
    """Add the command to ``app``."""
    cache = App(name="cache", help=_HELP)
    cache.command()(info)
    cache.command("list")(list_elements)
    cache.command()(clear)
    app.add_typer(cache)


def info(debug: bool = options.DEBUG) -> None:
    """Print where the cache is, and how large.

    Examples:
        belay cache info
    """
    from ..packages.cache import Cache, default_root

    cache = Cache(default_root())
    elements = cache.elements()
    print(f"Location: {cache.root}")
    print(f"Elements: {len(elements)}")
    print(f"Total Size: {_size(sum(element.size_bytes for element in elements))}")


def list_elements(debug: bool = options.DEBUG) -> None:
    """Print the name of each element.

    Examples:
        belay cache list
    """
    from ..packages.cache import Cache, default_root

    for element in Cache(default_root()).elements():
        print(element.name)


def clear(
    prefix: str = typer.Argument(
        "",
        metavar="[PREFIX]",
        help="Delete elements whose name begins so.",
        show_default=False,
        autocompletion=completion.elements,
    ),
    everything: bool = typer.Option(False, "--all", help="Delete all elements."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
    quiet: bool = options.QUIET,
    debug: bool = options.DEBUG,
) -> None:
    """Delete elements of the cache.

    Examples:
        belay cache clear git-github-micropython
        belay cache clear --all --yes
    """
    from ..packages.cache import Cache, default_root

    if not prefix and not everything:
        raise typer.BadParameter("give a PREFIX, or --all")
    cache = Cache(default_root())
    names = [element.name for element in cache.elements() if everything or element.name.startswith(prefix)]
    if not names:
        console.note("nothing to clear")
        return
    if not yes:
        print("\n".join(names))
        if not typer.confirm(f"Delete {len(names)} element{'s' if len(names) > 1 else ''}?"):
            return
    gone = cache.clear("" if everything else prefix)
    console.note(f"deleted {len(gone)} element{'s' if len(gone) > 1 else ''}")


def _size(size_bytes: int) -> str:
    for unit, divisor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= divisor:
            return f"{size_bytes / divisor:.2f}{unit}"
    return f"{size_bytes}B"
