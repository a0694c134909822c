"""Target paths that are taken, and all that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belay.exceptions import IntegrityError
from belay.packages.paths import is_taken, overlap, safe_target


@pytest.mark.parametrize("path", ["x.py", "a/b/c.py", "a b/ü.py", "..x/y", "x..py", ".hidden"])
def test_safe(path):
    assert safe_target(path, "test") == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "a//b",
        "./x",
        "a/.",
        "a/",
        "C:/x",
        "C:x",
        "a\\b",
        "..\\x",
        "\\\\host\\x",
        "x:stream",
        "a\x00b",
        "a\nb",
        "x.",
        "x ",
        "a./b",
        "a\x7f",
    ],
)
def test_refused(path):
    with pytest.raises(IntegrityError):
        safe_target(path, "test")


@given(st.text(st.sampled_from("ab./\\: \0"), max_size=12))
def test_what_is_taken_stays_below_its_folder(text):
    try:
        path = safe_target(text, "test")
    except IntegrityError:
        return
    import ntpath
    import posixpath

    for module, root in ((posixpath, "/root"), (ntpath, "C:\\root")):
        joined = module.normpath(module.join(root, path))
        assert joined.startswith(root + module.sep)
        assert joined == root + module.sep + path.replace("/", module.sep)


def test_not_taken():
    assert not any(map(is_taken, ["x.pyc", "a/__pycache__/x.py", ".git/config", "a/.DS_Store"]))
    assert is_taken("git/x.py")


def test_overlap():
    assert overlap(["a/b", "a/c", "ab"]) is None
    assert overlap(["a", "a/b"]) == "a"
    assert overlap(["a/b/c", "a"]) == "a"
    assert overlap(["X.py", "x.py"]) == "x.py"
