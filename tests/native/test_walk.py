"""Walking and staging a folder; ``git check-ignore`` judges what the patterns leave out."""

import hashlib
import os
import shutil
import subprocess
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belay._native import content_hashes, minify, stage_files, walk_folder
from belay.exceptions import BelayException

GIT = shutil.which("git")
ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent", "LC_ALL": "C"}
TREE = [
    "a", "b.py", "b.pyc", "ab", "a b", "a.txt", "!x", "#y", "[z]", "é.py", "A.TXT",
    "d/a", "d/b.py", "d/ab/a", "d/ab/c.txt", "d/e/f/a", "d/e/f/b.pyc", "a-1", "a_1", "a^", "a\\b",
    "e/a.d/x", "e/a.d/y.py", "f/.hidden", ".hidden", "e/d/a", "g/d/e/a.txt", "x*y", "x?y",
]  # fmt: skip


def git(folder, *arguments, **options):
    return subprocess.run(
        [GIT, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=60, **options
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree")
    for name in TREE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    assert git(folder, "init", "-q").returncode == 0
    return folder


def everything(folder):
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return [path for path in paths if path != ".gitignore" and path.split("/")[0] != ".git"]


def judged(folder, patterns):
    """What git does not ignore."""
    (folder / ".gitignore").write_bytes("".join(f"{pattern}\n" for pattern in patterns).encode())
    paths = everything(folder)
    answer = git(
        folder, "check-ignore", "--no-index", "-z", "--stdin", input="\0".join(paths).encode() + b"\0"
    )
    assert answer.returncode in (0, 1), answer.stderr
    ignored = set(answer.stdout.decode().split("\0"))
    return [path for path in paths if path not in ignored]


def walked(folder, patterns):
    own = [*patterns, "/.git", "/.gitignore"]
    return sorted(path for path, _is_folder in walk_folder(folder, own))


@pytest.mark.skipif(not GIT, reason="needs git")
@pytest.mark.parametrize(
    "patterns",
    [
        [], ["*"], ["*", "!a"], ["a"], ["/a"], ["a/"], ["d/*"], ["d/**"], ["**/a"], ["d/**/a"], ["**/d/a"],
        ["*.py", "!b.py"], ["d", "!d/a"], ["d/*", "!d/e", "d/e/*", "!d/e/f"], ["[ab]"], ["[!a]"], ["[^a]*"],
        ["[a-c]*.py?"], ["[[:upper:]]*"], ["a[[:space:]]b"], ["\\!x", "\\#y"], ["#y"], ["\\[z\\]"],
        ["a\\ b "], ["a b   "], ["a\\\\b"], ["x\\*y"], ["x\\?y"], ["**"], ["/**"], ["**/"], ["***"],
        ["d/***/a"], ["d**a"], ["d/**e/a"], ["é*"], ["?.py"], ["[]a]b"], ["[a"], ["a[!"], ["[]-]"],
        ["a[-_]1"], ["a[_-]1"], ["a[^^]"], ["[\\^a]*"], ["/"], ["//a"], ["d//a"], ["", "  ", "!"],
        ["!*.py"], ["e/*/x"], [".*"], ["a.d"], ["d/e/"], ["[[:nothing:]]*"], ["[[:alpha:]"],
        ["[[:alpha]]*"], ["\\"], ["a\\"], ["*/a"], ["*/*/a"], ["[a-]*"], ["[c-a]*"], ["!a", "a"],
        ["a", "!a"], ["d/", "!d/"], ["*.pyc", "__pycache__"],
    ],
)  # fmt: skip
def test_patterns_leave_out_what_git_ignores(repository, patterns):
    assert walked(repository, patterns) == judged(repository, patterns)


ATOMS = [
    "a", "b", "d", "e", "f", ".py", ".txt", "*", "**", "?", "/", "!", "[ab]", "[!a]", "[a-e]", "[^d]",
    "\\a", "\\*", " ", "[[:alpha:]]", "-", "_", "]", "[", "^", "é", "#", "**/", "/**", "/**/", "\\ ",
    "\\",
]  # fmt: skip


@pytest.mark.skipif(not GIT, reason="needs git")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(ATOMS), min_size=1, max_size=6).map("".join), max_size=4))
def test_any_patterns_leave_out_what_git_ignores(repository, patterns):
    assert walked(repository, patterns) == judged(repository, patterns)


def test_links_count_as_what_they_lead_to(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").write_text("1")
    (tmp_path / "file").symlink_to("real/file")
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "real/around").symlink_to("..")
    os.mkfifo(tmp_path / "pipe")
    assert walk_folder(tmp_path, []) == [
        ("file", False), ("folder", True), ("folder/file", False), ("real", True), ("real/file", False),
    ]  # fmt: skip
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError, match="dangling"):
        walk_folder(tmp_path, [])
    assert len(walk_folder(tmp_path, ["dangling"])) == 5


def test_what_cannot_be_walked(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        walk_folder(tmp_path / "none", [])
    assert caught.value.filename == str(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        walk_folder(tmp_path / "file", [])
    with open(os.fsencode(tmp_path) + b"/\xff", "w"):
        pass
    with pytest.raises(BelayException, match="UTF-8"):
        walk_folder(tmp_path, [])


def test_files_are_read_transformed_and_hashed_in_order(tmp_path):
    contents = {f"f{number}.{'py' if number % 2 else 'txt'}": f"x = {number}  # n\n" for number in range(200)}
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    for shrink in (True, False):
        rows = stage_files([tmp_path / name for name in contents], shrink)
        for (name, text), (content, source_bytes, hashes) in zip(contents.items(), rows, strict=True):
            expected = minify(text) if shrink and name.endswith(".py") else text
            assert content == expected.encode()
            assert source_bytes == len(text)
            assert hashes == content_hashes(content)


def test_what_cannot_be_staged(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = '\xff'")
    with pytest.raises(BelayException, match=r"a\.py is no UTF-8 \(byte 5\)"):
        stage_files([tmp_path / "a.py"], True)
    assert stage_files([tmp_path / "a.py"], False)[0][0] == b"x = '\xff'"
    with pytest.raises(FileNotFoundError) as caught:
        stage_files([tmp_path / "a.py", tmp_path / "none"], False)
    assert caught.value.filename == str(tmp_path / "none")


@given(st.binary(max_size=500))
def test_hashes_are_the_standard_librarys(content):
    fnv = 0x811C9DC5
    for byte in content:
        fnv = (fnv ^ byte) * 0x01000193 & 0xFFFFFFFF
    size = len(content) << 32
    sha256 = int.from_bytes(hashlib.sha256(content).digest()[:8], "little")
    assert content_hashes(content) == (sha256, size | zlib.crc32(content), size | fnv)
