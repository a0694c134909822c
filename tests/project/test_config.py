"""`pyproject.toml`: what is understood, and errors that name file, key and expectation."""

import pytest

from belay.exceptions import BelayException, ConfigError
from belay.packages import commit
from belay.packages.settings import INDEX
from belay.project import config

WHOLE = """
[project]
name = "something-else"
[tool.other]
x = 1
[tool.belay]
name = "my_project"
ignore = ["*.txt"]
dependencies_path = "./vendor/"
mpy_version = "6"
package_indices = ["https://index.example/v2"]
mirrors = { "https://a.example/" = "https://b.example/" }
[tool.belay.dependencies]
a = "*"
[tool.belay.group.dev]
optional = true
[tool.belay.group.dev.dependencies]
b = "../b.py"
[tool.belay.group.extra.dependencies]
"""


def parse(text, tmp_path, environment=()):
    return config.parse(text, tmp_path / "pyproject.toml", dict(environment))


def test_everything(tmp_path):
    found = parse(WHOLE, tmp_path, {"BELAY_MIRRORS": '{"https://c.example/": "https://d.example/"}'}.items())
    settings = found.settings
    assert (found.name, found.ignore, found.root) == ("my_project", ("*.txt",), tmp_path)
    assert settings.dependencies_folder == tmp_path / "vendor"
    assert (settings.flavour, settings.indices) == ("6", ("https://index.example/v2",))
    assert settings.mirrors == {
        "https://a.example/": "https://b.example/",
        "https://c.example/": "https://d.example/",
    }
    groups = [(group.name, group.optional, [d.name for d in group.dependencies]) for group in settings.groups]
    assert groups == [("main", False, ["a"]), ("dev", True, ["b"]), ("extra", False, [])]


@pytest.mark.parametrize("text", ["", "[project]", "[tool.belay]"])
def test_nothing(tmp_path, text):
    found = parse(text, tmp_path)
    assert (found.name, found.ignore) == ("", None)
    assert found.settings.dependencies_path == ".belay/dependencies"
    assert (found.settings.flavour, found.settings.indices) == ("py", (INDEX,))
    assert [group.name for group in found.settings.groups] == ["main"]


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("tool = 1", "tool:", "a table"),
        ("[tool]\nbelay = []", "tool.belay:", "a table"),
        ("[tool.belay]\nnames = 'x'", "tool.belay.names", "one of name, ignore"),
        ("[tool.belay]\nname = 5", "tool.belay.name", "a text"),
        ("[tool.belay]\nname = ''", "tool.belay.name", "a text"),
        ("[tool.belay]\nname = 'my-project'", "tool.belay.name", "identifier"),
        ("[tool.belay]\nignore = '*.txt'", "tool.belay.ignore", "a list of texts"),
        ("[tool.belay]\nignore = [1]", "tool.belay.ignore", "a list of texts"),
        ("[tool.belay]\nmpy_version = 6.1", "tool.belay.mpy_version", '"py" or a number'),
        ("[tool.belay]\nmpy_version = '../6'", "tool.belay.mpy_version", '"py" or a number'),
        ("[tool.belay]\nmpy_version = true", "tool.belay.mpy_version", '"py" or a number'),
        ("[tool.belay]\npackage_indices = ['http://a.example']", "tool.belay.package_indices", "https"),
        ("[tool.belay]\nmirrors = ['x']", "tool.belay.mirrors", "a table"),
        ("[tool.belay.mirrors]\n'https://x' = 1", "tool.belay.mirrors.https://x", "a text"),
        ("[tool.belay.dependencies]\nmy-lib = '*'", "tool.belay.dependencies.my-lib", "identifier"),
        ("[tool.belay.dependencies]\nx = 'pathlib'", "tool.belay.dependencies.x", "write a path"),
        ("[tool.belay.dependencies]\nx = {}", "tool.belay.dependencies.x", "write a path"),
        ("[tool.belay.group.main]", "tool.belay.group.main", "tool.belay.dependencies"),
        ("[tool.belay.group.my-group]", "tool.belay.group.my-group", "identifier"),
        ("[tool.belay.group]\ndev = 1", "tool.belay.group.dev", "a table"),
        ("[tool.belay.group.dev]\noptional = 'yes'", "tool.belay.group.dev.optional", "true or false"),
        ("[tool.belay.group.dev]\nneeded = true", "tool.belay.group.dev.needed", "optional, dependencies"),
        ("[tool.belay.group.dev.dependencies]\nx = 1", "tool.belay.group.dev.dependencies.x", "write a path"),
    ],
)
def test_errors_name_file_key_and_expectation(tmp_path, text, key, expected):
    with pytest.raises(ConfigError) as caught:
        parse(text, tmp_path)
    assert str(tmp_path / "pyproject.toml") in caught.value.message
    assert key in caught.value.message
    assert expected in caught.value.hint


@pytest.mark.parametrize(
    "path", ["", ".", "..", "../x", "/tmp", "C:/x", ".belay", "a/../..", ".git/x", "my", "my/x"]
)
def test_the_dependencies_have_a_folder_of_their_own(tmp_path, path):
    with pytest.raises(ConfigError, match=r"tool\.belay\.dependencies_path"):
        parse(f"[tool.belay]\nname = 'my'\ndependencies_path = '{path}'", tmp_path)


@pytest.mark.parametrize(
    "content", [b"[", b"x = 1\nx = 2", b"\xff", b"\xef\xbb\xbf[tool]", b"a = " + b"[" * 5000]
)
def test_no_toml(tmp_path, content):
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"pyproject\.toml is not"):
        config.load(tmp_path)


def test_it_is_searched_upward(tmp_path):
    (tmp_path / "pyproject.toml").write_text(WHOLE)
    deep = tmp_path / "a/b"
    deep.mkdir(parents=True)
    assert config.load(deep).root == tmp_path


def test_none_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "FILE", "no-such-pyproject.toml")
    with pytest.raises(ConfigError, match=str(tmp_path)) as caught:
        config.load(tmp_path)
    assert "belay new" in caught.value.hint


def test_loading_finishes_what_a_dead_update_left(tmp_path):
    (tmp_path / "pyproject.toml").write_text("old")
    staging = tmp_path / commit.STAGING
    staging.mkdir()
    (staging / "0").write_text(WHOLE)
    inode = (staging / "0").stat().st_ino
    (staging / "journal.json").write_text(f'[{{"target": "pyproject.toml", "inode": {inode}}}]')
    assert config.load(tmp_path).name == "my_project"
    assert not staging.exists()


def test_it_is_always_our_error(tmp_path):
    """Every value of every type in every place is understood or refused."""
    values = ["1", "1.5", "true", "''", "'x'", "[]", "{}", "[1]", "{a = 1}", "1979-05-27", "'../x.py'", "'*'"]
    keys = [
        "name",
        "ignore",
        "dependencies_path",
        "mpy_version",
        "package_indices",
        "mirrors",
        "dependencies",
    ]
    keys += ["group", "dependencies.x", "group.dev", "group.dev.optional", "group.dev.dependencies"]
    for key in keys:
        for value in values:
            try:
                parse(f"[tool.belay]\n{key} = {value}", tmp_path)
            except BelayException as error:
                assert key.split(".")[0] in error.message  # noqa: PT017 (not every value is refused)
