"""Manifests are read, never executed."""

import pytest

from belay.exceptions import IntegrityError
from belay.packages.content import LocalTree, MemoryTree
from belay.packages.manifest import evaluate
from belay.packages.source import ANY, Index


def read(manifest, **files):
    tree = {name.replace("__", "/"): content for name, content in files.items()}
    return evaluate(MemoryTree({**tree, "lib/manifest.py": manifest.encode()}), "lib/manifest.py", "test")


def targets(document):
    return {item.target: item.place.content for item in document.items}


def test_everything_that_is_known():
    tree = {
        "lib/manifest.py": b'"""Doc."""\n# comment\nmetadata(version="1.2", description="x")\n'
        b'module("one.py")\npackage("two", base_path="../other")\npackage("two", ("c.py",), base_path="..")\n'
        b'require("logging")\nrequire("hmac", version="3.4")\ninclude("../more")\n',
        "lib/one.py": b"1",
        "other/two/__init__.py": b"2",
        "other/two/deep/x.py": b"3",
        "other/two/readme.txt": b"no",
        "two/c.py": b"4",
        "more/manifest.py": b'module("five.py", opt=3)\ninclude("../lib/manifest.py")',
        "more/five.py": b"5",
    }
    found = evaluate(MemoryTree(tree), "lib/manifest.py", "test")
    assert targets(found) == {
        "one.py": b"1",
        "two/__init__.py": b"2",
        "two/deep/x.py": b"3",
        "two/c.py": b"4",
        "five.py": b"5",
    }
    assert found.version == "1.2"
    assert found.needs == (Index("logging", ANY), Index("hmac", "3.4"))


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "__import__('os').system('touch /tmp/owned')",
        "module(open('/etc/passwd').read())",
        "module(*['a.py'])",
        "module(**{'path': 'a.py'})",
        "x = 1",
        "if True: module('a.py')",
        "[module('a.py') for _ in ()]",
        "freeze('lib')",
        "c_module('x')",
        "exec('1')",
        "module()",
        "module(5)",
        "module('a.py', nothing=1)",
        "module('../a.py')",
        "module('/etc/passwd')",
        "module('a.py', base_path='/etc')",
        "module('missing.py')",
        "package('missing')",
        "package('..')",
        "require('../x')",
        "include('$(MPY_DIR)/x')",
        "include('missing.py')",
        "include('/etc/manifest.py')",
        "def module(): pass",
        "(",
        "\0",
        "(" * 500 + ")" * 500,
    ],
)
def test_what_is_refused(line):
    with pytest.raises(IntegrityError):
        read(line, lib__a="")


def test_the_message_names_file_line_and_origin():
    with pytest.raises(IntegrityError, match=r"line 2 of lib/manifest.py in test \(freeze\)"):
        read("\nfreeze('x')")


def test_a_local_manifest_reaches_its_repository_and_no_further(tmp_path):
    (tmp_path / "secret.py").write_text("secret")
    repository = tmp_path / "repository"
    (repository / "lib").mkdir(parents=True)
    (repository / "a.py").write_text("a")
    (repository / "lib" / "link.py").symlink_to(tmp_path / "secret.py")
    tree = LocalTree(repository)
    assert tree.read("lib/../a.py") == b"a"
    assert tree.read("../secret.py") is None
    assert tree.read("lib/link.py") is None
    assert tree.read(str(tmp_path / "secret.py")) is None
    assert tree.list("../..") == []
