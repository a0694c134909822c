"""Documents of an index and of third parties."""

import json

import pytest

from belay.exceptions import IntegrityError
from belay.packages.hosts import Git
from belay.packages.mip import Hashed, document_url, parse
from belay.packages.source import ANY, Index, Web

INDEX = "https://micropython.org/pi/v2"
GIT = Git("github", "o/r", "lib/package.json", "v1.0")


def document(origin=GIT, **data):
    return parse(json.dumps(data).encode(), origin, INDEX)


def places(origin, *urls):
    return [item.place for item in document(origin, urls=[["x.py", url] for url in urls]).items]


def test_urls_of_an_index():
    assert document_url(INDEX, "py", Index("aioble", ANY)) == f"{INDEX}/package/py/aioble/latest.json"
    assert document_url(INDEX, "6", Index("a b", "1.0")) == f"{INDEX}/package/6/a%20b/1.0.json"
    assert Hashed(INDEX, "abcdef12").url == f"{INDEX}/file/ab/abcdef12"


def test_a_document_of_an_index():
    found = document(
        INDEX, v=1, version="1.0", hashes=[["a/b.py", "abcdef12"]], deps=[["c", "latest"], ["d", "2"]]
    )
    assert found.version == "1.0"
    assert found.items[0].target == "a/b.py"
    assert found.items[0].place == Hashed(INDEX, "abcdef12")
    assert found.needs == (Index("c", ANY), Index("d", "2"))


def test_files_relative_to_a_repository():
    assert places(GIT, "x.py", "../y.py", "github:a/b/z.py@main", "https://files.example/x.py") == [
        Git("github", "o/r", "lib/x.py", "v1.0"),
        Git("github", "o/r", "y.py", "v1.0"),
        Git("github", "a/b", "z.py", "main"),
        Web("https://files.example/x.py"),
    ]


def test_files_relative_to_a_url():
    web = Web("https://files.example/lib/package.json?ref=1")
    assert places(web, "x.py", "../y.py") == [
        Web("https://files.example/lib/x.py"),
        Web("https://files.example/y.py"),
    ]


def test_dependencies_of_a_third_party():
    deps = [
        ["github:a/b", "v2"],
        ["gitlab:a/b/lib", ""],
        ["logging", ""],
        ["https://files.example/package.json", "1"],
    ]
    assert document(deps=deps).needs == (
        Git("github", "a/b", "package.json", "v2"),
        Git("gitlab", "a/b", "lib/package.json", "HEAD"),
        Index("logging", ANY),
        Web("https://files.example/package.json"),
    )


@pytest.mark.parametrize(
    "data",
    [
        {"urls": [["../x.py", "x.py"]]},
        {"urls": [["/x.py", "x.py"]]},
        {"urls": [["C:/x.py", "x.py"]]},
        {"hashes": [["a\\b", "abcdef12"]]},
        {"urls": [["x.py", "file:///etc/passwd"]]},
        {"urls": [["x.py", "http://elsewhere.example/x.py"]]},
        {"urls": [["x.py", "http://127.0.0.1/x.py"]]},
        {"urls": [["x.py", "https://u:hunter2@h.example/x.py"]]},
        {"urls": [["x.py", "mip:logging"]]},
        {"hashes": [["x.py", "../../x"]]},
        {"hashes": [["x.py"]]},
        {"hashes": {"x.py": "abcdef12"}},
        {"deps": [["../x", "1"]]},
        {"deps": [["x", "../1"]]},
        {"deps": [["file:///x", "1"]]},
        {"version": 1},
        {"v": 2},
    ],
)
def test_what_is_refused(data):
    with pytest.raises(IntegrityError) as caught:
        document(**data)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"<!DOCTYPE html><p>"])
def test_no_document(content):
    with pytest.raises(IntegrityError):
        parse(content, INDEX, INDEX)


def test_a_relative_url_does_not_leave_its_host():
    with pytest.raises(IntegrityError, match="leaves its host"):
        places(Web("https://files.example/lib/package.json"), "//elsewhere.example/x.py")
