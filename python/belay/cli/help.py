"""How help looks: commands in groups, a line for each argument, and examples that nobody has wrapped.

Typer draws such panels with rich, whose import alone takes 50 ms.
"""

from __future__ import annotations

import shutil
from typing import Any, ClassVar, Collection, List, Mapping, Optional, Tuple

import typer
from typer.core import TyperCommand, TyperGroup


class _Help:
    """What `Command` and `Group` share.

    The end of a docstring, from ``Examples:`` on, ends the help. An argument whose help has several lines
    stands for several words: each line has the word, two spaces, and its description.
    """

    help: Optional[str]

    def collect_usage_pieces(self, ctx: Any) -> List[str]:
        """The words of the usage line; some versions of Typer put what is required in braces."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]  # type: ignore[misc]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """The docstring without its examples."""
        for paragraph in self._parts()[0].strip().split("\n\n"):
            with formatter.indentation():
                formatter.write_paragraph()
                formatter.write_text(" ".join(paragraph.split()))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments and options."""
        _write(formatter, self.rows(ctx))

    def rows(self, ctx: Any) -> Mapping[str, List[Tuple[str, str]]]:
        """Title -> how each of them is written, and what it is."""
        rows: Mapping[str, List[Tuple[str, str]]] = {"Arguments": [], "Options": []}
        for each in self.get_params(ctx):  # type: ignore[attr-defined]
            if each.param_type_name == "option":
                rows["Options"].append(each.get_help_record(ctx))
            elif "\n" in (each.help or ""):
                rows["Arguments"] += map(_pair, each.help.splitlines())
            else:
                rows["Arguments"].append((each.make_metavar(ctx), each.help or ""))
        return rows

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The examples, a line each."""
        examples = self._parts()[1].split("\n")
        with formatter.section("Examples"):
            for line in filter(None, map(str.strip, examples)):
                formatter.write(f"  {line}\n")

    def _parts(self) -> Tuple[str, str]:
        text, _, examples = (self.help or "").partition("\nExamples:\n")
        return text, examples


class Command(_Help, TyperCommand):
    """One command."""


class Group(_Help, TyperGroup):
    """Commands under one name, listed before the options."""

    panels: ClassVar[Mapping[str, Collection[str]]] = {}
    """Title -> names of its commands; empty: all under one title."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Commands, then options."""
        panels = self.panels or {"Commands": self.commands}
        width = max(map(len, self.commands))
        rows = {
            title: [(name.ljust(width), self.commands[name].get_short_help_str(80)) for name in names]
            for title, names in panels.items()
        }
        _write(formatter, rows)
        super().format_options(ctx, formatter)


def _pair(line: str) -> Tuple[str, str]:
    word, _, what = line.partition("  ")
    return word, what


def _write(formatter: Any, sections: Mapping[str, List[Tuple[str, str]]]) -> None:
    for title, rows in sections.items():
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


class App(typer.Typer):
    """A Typer application whose help is ours."""

    def __init__(self, *, cls: Any = Group, **keywords: Any) -> None:
        super().__init__(
            cls=cls,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            subcommand_metavar="COMMAND [ARGUMENT]...",
            context_settings={
                "help_option_names": ["-h", "--help"],
                # Typer's own least is 50.
                "terminal_width": max(20, min(80, shutil.get_terminal_size().columns) - 2),
            },
            **keywords,
        )

    def command(self, name: Any = None, *, cls: Any = Command, **keywords: Any) -> Any:
        """Register a command; see Typer."""
        return super().command(name, cls=cls, **keywords)
