"""URLs of files and archives, and where a REF ends."""

import pytest

from belay.packages.hosts import Git, archive_url, is_fixed, raw_url

SHA = "a" * 40


@pytest.mark.parametrize(
    ("git", "raw", "archive"),
    [
        (
            Git("github", "o/r", "a b/x.py", "main"),
            "https://raw.githubusercontent.com/o/r/main/a%20b/x.py",
            "https://codeload.github.com/o/r/tar.gz/main",
        ),
        (
            Git("gitlab", "g/s/r", "x.py", "a/b"),
            "https://gitlab.com/g/s/r/-/raw/a/b/x.py",
            "https://gitlab.com/g/s/r/-/archive/a/b/r-a-b.tar.gz",
        ),
        (
            Git("codeberg", "o/r", "x.py", "refs/heads/a/b"),
            "https://codeberg.org/api/v1/repos/o/r/raw/x.py?ref=a%2Fb",
            "https://codeberg.org/api/v1/repos/o/r/archive/a/b.tar.gz",
        ),
    ],
)
def test_urls(git, raw, archive):
    assert (raw_url(git), archive_url(git)) == (raw, archive)


def test_every_way_to_read_ref_and_path_apart():
    splits = Git("github", "o/r", "feature/x/lib/os").splits(folder=True)
    assert [(split.ref, split.path) for split in splits] == [
        ("feature", "x/lib/os"),
        ("feature/x", "lib/os"),
        ("feature/x/lib", "os"),
        ("feature/x/lib/os", ""),
    ]
    assert [split.ref for split in Git("github", "o/r", "main/x.py").splits(folder=False)] == ["main"]
    full = Git("github", "o/r", "refs/heads/a/b/x.py").splits(folder=False)
    assert [split.ref for split in full] == ["refs/heads/a", "refs/heads/a/b"]


@pytest.mark.parametrize("ref", [SHA, "v1.2", "v1.2.3", "1.2.3", "1.2.3-rc1", "refs/tags/anything"])
def test_fixed(ref):
    assert is_fixed(ref)


@pytest.mark.parametrize(
    "ref", [None, "", "HEAD", "main", "1.x", "1.2", SHA[:7], "feature/1.2.3", "refs/heads/1.2.3"]
)
def test_moving(ref):
    assert not is_fixed(ref)


def test_a_sibling_never_leaves_the_repository():
    git = Git("github", "o/r", "lib/package.json", "main")
    assert git.sibling("x/../y.py").path == "lib/y.py"
    assert git.sibling("../../../../etc/passwd").path == "etc/passwd"
