"""The cache: whole files or none, never the wrong one."""

import hashlib

from belay.packages.cache import Cache, Entry, default_root


def put(cache, source, url, body):
    cache.store(source, url, Entry(url, hashlib.sha256(body).hexdigest(), etag="e"), body)


def test_round_trip_and_names(tmp_path):
    cache = Cache(tmp_path / "new" / "cache")
    assert cache.elements() == []
    assert cache.load("git-github-o/r", "u") is None
    put(cache, "git-github-o/r", "u", b"body")
    entry, body = cache.load("git-github-o/r", "u")
    assert (entry.etag, body) == ("e", b"body")
    assert [element.name for element in cache.elements()] == ["git-github-o-r"]
    assert cache.elements()[0].size_bytes > 4


def test_names_that_look_alike_are_two(tmp_path):
    cache = Cache(tmp_path)
    put(cache, "git-github-a/b-c", "u", b"one")
    put(cache, "git-github-a-b/c", "u", b"two")
    assert cache.load("git-github-a/b-c", "u")[1] == b"one"
    assert [element.name for element in cache.elements()] == ["git-github-a-b-c"] * 2


def test_a_new_body_replaces_the_old_one(tmp_path):
    cache = Cache(tmp_path)
    put(cache, "s", "u", b"one")
    put(cache, "s", "u", b"two")
    assert cache.load("s", "u")[1] == b"two"
    assert len(list(tmp_path.rglob("*.body"))) == 1


def test_whatever_is_damaged_is_a_miss(tmp_path):
    cache = Cache(tmp_path)
    for suffix, damage in [
        ("body", b"other"),
        ("json", b"{"),
        ("json", b"[]"),
        ("json", b'{"url": 1}'),
        ("json", b"\xff"),
    ]:
        put(cache, "s", "u", b"body")
        next(tmp_path.rglob(f"*.{suffix}")).write_bytes(damage)
        assert cache.load("s", "u") is None
    put(cache, "s", "u", b"body")
    next(tmp_path.rglob("*.body")).unlink()
    assert cache.load("s", "u") is None


def test_clear_takes_what_begins_so_and_nothing_that_is_not_ours(tmp_path):
    cache = Cache(tmp_path)
    put(cache, "git-github-o/r", "u", b"1")
    put(cache, "index-x", "u", b"1")
    (tmp_path / "git-notes").mkdir()
    (tmp_path / "file").write_text("")
    assert [element.name for element in cache.clear("git")] == ["git-github-o-r"]
    assert [element.name for element in cache.clear("")] == ["index-x"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "git-notes"]


def test_the_folder_has_no_author_or_opinion(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_root().name == "belay"
    assert default_root().parent == tmp_path
