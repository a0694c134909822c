"""Rewritten URLs, URLs that are refused, URLs as they are shown."""

import pytest

from belay.exceptions import ConfigError, PackageError
from belay.packages.mirror import check_url, from_environment, redact, rewrite


def test_the_longest_prefix_wins_and_ends_at_a_part():
    mirrors = {"https://a.example": "https://one", "https://a.example/x/": "https://two/"}
    assert rewrite("https://a.example/x/y", mirrors) == "https://two/y"
    assert rewrite("https://a.example/z", mirrors) == "https://one/z"
    assert rewrite("https://a.example.evil/z", mirrors) == "https://a.example.evil/z"
    assert rewrite("https://b.example/", mirrors) == "https://b.example/"


def test_nothing_secret_is_shown():
    assert redact("https://me:hunter2@h.example/p?token=hunter2#hunter2") == "https://h.example/p?…"
    assert redact("https://[hunter/x?y") == "https://[hunter/x"


@pytest.mark.parametrize(
    "url", ["https://a.example/x", "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/x"]
)
def test_allowed(url):
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/x",
        "http://127.evil.example/x",
        "http://127.0.0.1.evil.example/x",
        "file:///etc/passwd",
        "ftp://a.example/x",
        "https:///x",
        "https://u:p@a.example/x",
        "//a.example/x",
        "https://a.example:port/x",
    ],
)
def test_refused(url):
    with pytest.raises(PackageError) as caught:
        check_url(url)
    assert caught.value.hint


def test_plain_http_where_it_is_asked_for():
    check_url("http://a.example/x", insecure=True)
    with pytest.raises(PackageError):
        check_url("file:///etc/passwd", insecure=True)


@pytest.mark.parametrize("text", ["{", "[]", '{"https://a/": 5}'])
def test_a_broken_variable_is_named(text):
    with pytest.raises(ConfigError, match="BELAY_MIRRORS"):
        from_environment({"BELAY_MIRRORS": text})
