"""What the documentation makes of the code: the command line's reference, and the tables of the raw REPL."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import typer

from belay.cli.main import COMMANDS, build

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_extensions"


def extension(name):
    spec = spec_from_file_location(f"docs_{name}", EXTENSIONS / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def states():
    return extension("states")


def test_every_command_has_a_section_with_its_options():
    page = extension("commands").markdown()
    sections = dict(re.findall(r"^#+ (belay .*)\n([\s\S]*?)(?=^#|\Z)", page, re.MULTILINE))
    assert {f"belay {name}" for name in COMMANDS} <= set(sections)
    group = typer.main.get_command(build([])).commands["fs"]
    for name, command in group.commands.items():
        text = sections[f"belay fs {name}"]
        assert command.help.split("\n")[0] in text.replace("&gt;", ">")
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or f"`{parameter.opts[0]}" in text
    assert "\n$ belay sync /dev/ttyUSB0 board/\n" in sections["belay sync"]
    assert "`-h`, `--help`" in sections["belay sync"]


def test_every_transition_is_drawn_or_said(states):
    rows = states.table("state.rs", "TRANSITIONS")
    drawing = states.diagram()
    shown = re.findall(r'data-edge="(\w+) (\w+)".*?>([\w /]+)</text>', drawing)
    drawn = {(origin, by, to) for origin, to, label in shown for by in label.split(" / ")}
    said = set()
    for by, origins, to in re.findall(r"^- `(\w+)`: from (.*) to \*(\w+)\*", drawing, re.MULTILINE):
        everywhere = set(states.PLACES) - {to}
        names = everywhere if origins == "every other state" else set(re.findall(r"\w+", origins))
        said |= {(origin, by, to) for origin in names}
    assert drawn | said == set(rows)
    assert len(drawn) + len(said) == len(rows) > 20


def test_every_state_and_input_is_explained(states):
    text = states.markdown() + states.entry()
    for file, name in (("state.rs", "State"), ("state.rs", "Input"), ("entry.rs", "Finding")):
        source = (states.REPL / file).read_text("utf-8")
        variants = re.findall(
            r"^    (\w+),$", source.partition(f"enum {name} {{")[2].partition("\n}")[0], re.MULTILINE
        )
        assert len(variants) > 5
        for variant in variants:
            assert re.search(rf"^\| [*`]{variant}[*`] \| \S", text, re.MULTILINE), variant


def test_a_row_that_cannot_be_read_is_noticed(states, tmp_path, monkeypatch):
    source = (states.REPL / "state.rs").read_text("utf-8")
    (tmp_path / "state.rs").write_text(
        source.replace("(S::Sent, I::Ok, S::Running),", "(\n S::Sent,\n I::Ok,\n S::Running,\n),")
    )
    monkeypatch.setattr(states, "REPL", tmp_path)
    with pytest.raises(ValueError, match="cannot be read"):
        states.table("state.rs", "TRANSITIONS")
