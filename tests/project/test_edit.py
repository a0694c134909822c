"""A dependency added to `pyproject.toml`: everything else stays, byte for byte."""

import pytest

from belay.exceptions import ConfigError
from belay.project.edit import add_dependency

FULL = """# head
[tool.belay] # belay
name = "my"   # aligned

[tool.belay.dependencies]
b = "*"  # second letter
a = "*"
# the end

[tool.other]
x = [1,
     2]
"""


def test_comments_and_order_stay():
    edited = add_dependency(FULL, "main", "c", "../c.py")
    assert edited.replace('c = "../c.py"\n', "", 1) == FULL
    assert edited.index('a = "*"') < edited.index('c = "../c.py"') < edited.index("[tool.other]")


@pytest.mark.parametrize(
    ("before", "group", "after"),
    [
        ("", "main", '[tool.belay.dependencies]\nx = "*"\n'),
        (
            "[tool.belay]\nname = 'a'\n",
            "main",
            "[tool.belay]\nname = 'a'\n\n[tool.belay.dependencies]\nx = \"*\"\n",
        ),
        ("[tool.belay]\n", "dev", '[tool.belay]\n[tool.belay.group.dev.dependencies]\nx = "*"\n'),
        ("[tool.belay.group.dev]\noptional = true\n", "dev", None),
        ("[tool.belay]\ndependencies = {a = '1'}\n", "main", None),
        ("[tool.belay.group.dev.dependencies]\na = '1'\n[tool.belay]\nname = 'a'\n", "main", None),
        ("[tool.belay]\r\nname = 'a'\r\n", "main", None),
    ],
)
def test_tables_are_made_where_they_are_missing(before, group, after, tmp_path):
    from belay.project import config

    edited = add_dependency(before, group, "x", "*")
    if after is not None:
        assert edited == after
    groups = {g.name: g for g in config.parse(edited, tmp_path / "pyproject.toml", {}).settings.groups}
    assert "x" in [dependency.name for dependency in groups[group].dependencies]
    for line in before.splitlines():
        if "{" not in line:
            assert line in edited


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_empty_line_stays_between_tables(end):
    lines = ["[tool.belay]", "name = 'a'", "", "[tool.pytest.ini_options]", "x = 1"]
    table = ["[tool.belay.group.test.dependencies]", 'x = "*"', ""]
    edited = add_dependency(end.join(lines), "test", "x", "*")
    assert edited.rstrip().splitlines() == [*lines[:3], *table, *lines[3:]]
    table.insert(2, 'y = "*"')
    edited = add_dependency(edited, "test", "y", "*")
    assert edited.rstrip().splitlines() == [*lines[:3], *table, *lines[3:]]


def test_develop_is_an_inline_table():
    edited = add_dependency("", "main", "x", {"uri": "../x", "develop": True})
    assert 'x = {uri = "../x", develop = true}' in edited


def test_a_name_that_is_there():
    with pytest.raises(ConfigError, match="a is in group main already"):
        add_dependency(FULL, "main", "a", "*")


@pytest.mark.parametrize(
    "text",
    ["[", "tool = 1", "[tool]\nbelay.name = 'a'\n", "[tool]\nbelay = 1", "[tool.belay]\ndependencies = []"],
)
def test_what_cannot_be_edited(text):
    with pytest.raises(ConfigError):
        add_dependency(text, "main", "a", "*")
