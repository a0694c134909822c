"""The texts of dependencies."""

import pytest

from belay.exceptions import ConfigError
from belay.packages.hosts import Git
from belay.packages.source import ANY, Index, Local, Web, parse_dependency, parse_place, suggest_name

GITHUB = "https://github.com/ORG/REPO"


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("*", "index", Index("name", ANY)),
        ("latest", "index", Index("name", ANY)),
        ("1", "index", Index("name", "1")),
        ("1.2.3", "index", Index("name", "1.2.3")),
        ("mip:aioble-core", "index", Index("aioble-core", ANY)),
        ("mip:hmac@3.4.2-3", "index", Index("hmac", "3.4.2-3")),
        ("x.py", "local", Local("x.py")),
        ("x.mpy", "local", Local("x.mpy")),
        ("../lib/os", "local", Local("../lib/os")),
        ("..\\lib\\os", "local", Local("../lib/os")),
        ("../lib/manifest.py", "manifest", Local("../lib/manifest.py")),
        (f"{GITHUB}/blob/main/lib/x.py", "file", Git("github", "ORG/REPO", "main/lib/x.py")),
        (f"{GITHUB}/raw/main/x.py", "file", Git("github", "ORG/REPO", "main/x.py")),
        ("https://raw.githubusercontent.com/O/R/main/x.py", "file", Git("github", "O/R", "main/x.py")),
        (f"{GITHUB}/tree/feature/x/lib", "folder", Git("github", "ORG/REPO", "feature/x/lib")),
        (f"{GITHUB}/blob/main/package.json", "mip", Git("github", "ORG/REPO", "main/package.json")),
        (f"{GITHUB}/blob/main/a/manifest.py", "manifest", Git("github", "ORG/REPO", "main/a/manifest.py")),
        (f"{GITHUB}/blob/main/a%20b.py", "file", Git("github", "ORG/REPO", "main/a b.py")),
        ("https://gitlab.com/g/s/r/-/blob/main/x.py", "file", Git("gitlab", "g/s/r", "main/x.py")),
        ("https://gitlab.com/g/s/t/r/-/tree/main/lib", "folder", Git("gitlab", "g/s/t/r", "main/lib")),
        (
            "https://codeberg.org/o/r/src/branch/main/x.py",
            "file",
            Git("codeberg", "o/r", "refs/heads/main/x.py"),
        ),
        ("https://codeberg.org/o/r/src/tag/v1/lib", "folder", Git("codeberg", "o/r", "refs/tags/v1/lib")),
        ("https://files.example/x.py", "file", Web("https://files.example/x.py")),
        ("https://files.example/package.json", "mip", Web("https://files.example/package.json")),
        ("http://127.0.0.1:8000/x.py", "file", Web("http://127.0.0.1:8000/x.py")),
        ("github:o/r", "mip", Git("github", "o/r", "package.json", "HEAD")),
        ("github:o/r@v1.0", "mip", Git("github", "o/r", "package.json", "v1.0")),
        ("gitlab:o/r/lib@a/b", "mip", Git("gitlab", "o/r", "lib/package.json", "a/b")),
        ("codeberg:o/r/x.py", "file", Git("codeberg", "o/r", "x.py", "HEAD")),
        ("github:o/r/other.json", "mip", Git("github", "o/r", "other.json", "HEAD")),
    ],
)
def test_forms(text, kind, place):
    assert parse_place("name", text) == (kind, place)


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ("pathlib", "no path, URL or version"),
        ("", "no path, URL or version"),
        (5, "not a text"),
        ([], "empty list"),
        ({}, "has no uri, or one that is no text"),
        ({"uri": "x.py", "branch": "main"}, "unknown key 'branch'"),
        ({"uri": "x.py", "develop": 1}, "develop = 1"),
        ({"uri": "https://a.example/x.py", "develop": True}, "not a local"),
        ({"uri": "github:o/r", "rename_to_init": True}, "not one file"),
        ([{"uri": "a.py", "rename_to_init": True}, {"uri": "b.py", "rename_to_init": True}], "more than one"),
        (["1.0", "x.py"], "mixes kinds"),
        ("http://files.example/x.py", "plain http"),
        ("ftp://files.example/x.py", "not an https URL"),
        ("file:///etc/passwd", "not an https URL"),
        ("https://github.com/ORG/REPO", "neither a file nor a folder"),
        ("https://github.com/ORG/REPO/issues/5", "neither a file nor a folder"),
        (f"{GITHUB}/blob/main/../../x.py", "neither a file nor a folder"),
        ("github:org", "names no repository"),
        ("github:org/..", "names no repository"),
        ("mip:../../x", "no package of an index"),
        ("mip:x@../y", "no package of an index"),
    ],
)
def test_what_is_refused(value, match):
    with pytest.raises(ConfigError, match=match) as caught:
        parse_dependency("name", value)
    assert caught.value.hint


def test_a_password_in_a_url_is_refused_and_not_shown():
    with pytest.raises(ConfigError) as caught:
        parse_dependency("name", "https://me:hunter2@files.example/x.py")
    assert "hunter2" not in str(caught.value)


def test_insecure_allows_plain_http():
    source = parse_dependency("x", {"uri": "http://files.example/x.py", "insecure": True}).sources[0]
    assert source.place == Web("http://files.example/x.py", insecure=True)


def test_one_file_becomes_init_only_outside_a_list():
    assert parse_dependency("x", "a.py").sources[0].rename_to_init
    assert parse_dependency("x", {"uri": "a.py"}).sources[0].rename_to_init
    assert not parse_dependency("x", ["a.py"]).sources[0].rename_to_init
    assert not parse_dependency("x", {"uri": "a.py", "rename_to_init": False}).sources[0].rename_to_init


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../micropython-lib/pathlib/pathlib.py", "pathlib"),
        ("https://github.com/o/r/blob/main/os/__init__.py", "os"),
        ("https://github.com/o/r/tree/main/lib/os", "os"),
        ("github:org/micropython-foo@v1", "micropython_foo"),
        ("mip:aioble-core@1.0", "aioble_core"),
        ("https://files.example/7seg.py", ""),
    ],
)
def test_names_suggested_by_a_uri(text, name):
    assert suggest_name(text) == name
