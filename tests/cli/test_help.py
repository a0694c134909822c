"""`--help` of every command: it fits 80 columns, is in order, and has examples that work."""

import shlex

import pytest
import typer.main

from belay.cli import main, run_executable

ROOT = typer.main.get_command(main.build([]))


def commands(group=ROOT, path=()):
    """Every command and group, as the words after `belay`."""
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


def command_at(path):
    command = ROOT
    for name in path:
        command = command.commands[name]
    return command


ALL = [pytest.param(path, id=" ".join(path) or "belay") for path in commands()]
COMMON = ("--password", "--timeout", "--quiet", "--debug", "--help")


@pytest.fixture
def help_of(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")

    def run(path):
        assert main.run([*path, "--help"]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return run


def examples(text):
    return [line.strip() for line in text.partition("\nExamples:\n")[2].splitlines()]


@pytest.mark.parametrize("path", ALL)
def test_help_fits_a_terminal(help_of, path):
    text = help_of(path)
    assert text.isascii()
    assert max(map(len, text.splitlines())) < 80
    commands_ = text.partition("\nOptions:\n")[0].partition("\n\n")[2]
    assert "..." not in commands_.replace("]...", "").replace("PATH...", "")  # nothing was cut
    assert text.startswith(f"Usage: belay {' '.join(path)}".rstrip() + " ")
    assert "{" not in text
    assert "<" not in text
    assert "default:" not in text  # said in words: some versions of Typer take rich to write that
    assert examples(text)
    assert all(line.startswith(f"belay {' '.join(path)}".rstrip()) for line in examples(text))


@pytest.mark.parametrize("path", ALL)
def test_every_parameter_says_what_it_is(path):
    for parameter in command_at(path).params:
        assert parameter.help
        assert parameter.help[0].isupper() or "  " in parameter.help


@pytest.mark.parametrize("path", ALL)
def test_common_options_come_last_and_in_one_order(help_of, path):
    lines = help_of(path).partition("\nOptions:\n")[2].partition("\n\n")[0].splitlines()
    names = [next(word for word in line.split() if word[:2] == "--") for line in lines if "  -" in line[:4]]
    common = [name for name in names if name in COMMON]
    assert common == [name for name in COMMON if name in names]
    assert names[-len(common) :] == common


@pytest.mark.parametrize("path", ALL)
def test_examples_are_accepted(help_of, path, monkeypatch):
    monkeypatch.setattr(run_executable, "is_program", lambda word: word == "micropython")
    for line in examples(help_of(path)):
        words = shlex.split(line)[1:]
        command = ROOT
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not hasattr(command, "commands")
        command.make_context("belay", words)


def test_every_command_is_in_the_help_of_its_group(help_of):
    listed = [line.split()[0] for line in help_of(()).splitlines() if line[:2] == "  " and line[2] != " "]
    assert set(main.COMMANDS) <= set(listed)
    assert set(ROOT.commands) == set(main.COMMANDS)


@pytest.mark.parametrize("path", [(), ("info",), ("fs",)])
def test_narrow_terminals_wrap(help_of, monkeypatch, path):
    monkeypatch.setenv("COLUMNS", "40")
    lines = help_of(path).partition("\nExamples")[0].splitlines()
    assert max(map(len, lines)) < 40
