"""The reference of the command line, from the application that `belay` runs."""

import html

import typer

from belay.cli.main import build


def markdown():
    """What is said of all commands, and a section for each, in the order of `belay --help`."""
    root = typer.main.get_command(build([]))
    return "\n".join([prose(root.help), *sections(context_of(root, "belay", None), 2)])


def context_of(command, name, above):
    return type(command).context_class(command, info_name=name, parent=above, **command.context_settings)


def sections(group, level):
    for name in group.command.list_commands(group):
        command = group.command.commands[name]
        if not command.hidden:
            yield from section(context_of(command, name, group), level)


def section(context, level):
    command = context.command
    yield f"{'#' * level} {context.command_path}\n"
    yield f"```text\n{' '.join(command.get_usage(context).split()[1:])}\n```\n"
    yield prose(command.help)
    yield "| | |\n|---|---|"
    for rows in command.rows(context).values():
        yield from (f"| {code(names)} | {cell(text)} |" for names, text in rows)
    yield ""
    if hasattr(command, "commands"):
        yield from sections(context, level + 1)


def prose(text):
    """The help's paragraphs; examples become code blocks."""
    blocks = []
    for paragraph in text.strip().split("\n\n"):
        label, _, examples = paragraph.partition(":")
        if label == "Examples":
            lines = [f"$ {line.strip()}" for line in examples.strip().splitlines()]
            blocks.append("\n".join(["```console", *lines, "```"]))
        else:
            blocks.append(html.escape(paragraph, quote=False))
    return "\n\n".join(blocks) + "\n"


def code(names):
    return ", ".join(f"`{part.strip()}`" for part in names.replace("|", r"\|").split(","))


def cell(text):
    return html.escape(" ".join(text.split()), quote=False).replace("|", r"\|")
