"""The reference of the command line, from the application that `belay` runs."""

import html
import re

import typer

from belay.cli.main import build


def markdown():
    """A section for each command, in the order of `belay --help`."""
    root = typer.main.get_command(build([]))
    return "\n".join(sections(context_of(root, "belay", None), 2))


def context_of(command, name, above):
    return type(command).context_class(command, info_name=name, parent=above, **command.context_settings)


def sections(group, level):
    for name, command in group.command.commands.items():
        if not command.hidden:
            yield from section(context_of(command, name, group), level)


def section(context, level):
    command = context.command
    yield f"{'#' * level} {context.command_path}\n"
    yield f"```text\n{' '.join(command.get_usage(context).split()[1:])}\n```\n"
    yield prose(command.help or "")
    rows = [record for each in command.get_params(context) if (record := each.get_help_record(context))]
    if rows:
        yield "| | |\n|---|---|"
        yield from (f"| {code(names)} | {cell(text)} |" for names, text in rows)
        yield ""
    if hasattr(command, "commands"):
        yield from sections(context, level + 1)


def prose(text):
    """The help's paragraphs; examples become code blocks."""
    blocks = []
    for paragraph in text.replace("\b\n", "").strip().split("\n\n"):
        label, colon, examples = paragraph.partition(":")
        if colon and label in ("Example", "Examples"):
            lines = [line.strip() for line in re.split(r";\s|\n", examples) if line.strip()]
            blocks.append("```console\n" + "\n".join(f"$ {line}" for line in lines) + "\n```")
        else:
            blocks.append(html.escape(paragraph, quote=False))
    return "\n\n".join(blocks) + "\n"


def code(names):
    return ", ".join(f"`{part.strip()}`" for part in names.replace("|", r"\|").split(","))


def cell(text):
    return html.escape(" ".join(text.split()), quote=False).replace("|", r"\|")
