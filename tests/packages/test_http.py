"""The client: retries, pauses, limits, redirects, conditional requests, secrets."""

import asyncio
import base64
import os
from email.utils import formatdate

import pytest

from belay.exceptions import IntegrityError, PackageError, PackageNotFoundError
from belay.packages.cache import Cache
from belay.packages.credentials import Credentials
from belay.packages.http import Client, Request
from belay.packages.limits import Limits

URL = "https://files.example/x.py"


@pytest.fixture
def fetch(webhost, tmp_path):
    """Fetches URLs with one new client; ``fetch.pauses`` are the pauses it would have made."""

    def run(*urls, offline=False, environment=None, limits=None, source="test", **request):
        async def pause(pause_s):
            run.pauses.append(pause_s)

        async def main():
            credentials = Credentials({"NETRC": os.devnull, **(environment or {})})
            bounds = limits or Limits()
            arguments = (Cache(tmp_path), credentials, webhost.mirrors(), bounds)
            async with Client(*arguments, offline=offline, pause=pause) as client:
                wanted = [Request(url, source, bounds.file_bytes, **request) for url in urls]
                return await asyncio.gather(*map(client.fetch, wanted))

        return asyncio.run(main())

    run.pauses = []
    return run


def test_a_url_is_requested_once_however_often_it_is_wanted(fetch, webhost):
    webhost.put("/files/x.py", "x = 1")
    assert fetch(URL, URL, URL) == [b"x = 1"] * 3
    assert webhost.paths() == ["/files/x.py"]


def test_at_most_eight_in_flight(fetch, webhost):
    webhost.latency_s = 0.02
    urls = [f"https://files.example/{number}" for number in range(40)]
    for number in range(40):
        webhost.put(f"/files/{number}", str(number))
    assert fetch(*urls) == [str(number).encode() for number in range(40)]
    assert webhost.most_in_flight == 8


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_failures_that_pass_are_retried_with_growing_pauses(fetch, webhost, status):
    webhost.put("/files/x.py", "x = 1", failures=[status] * 3)
    assert fetch(URL) == [b"x = 1"]
    assert len(webhost.requests) == 4
    assert fetch.pauses == sorted(set(fetch.pauses))
    assert len(fetch.pauses) == 3


def test_failures_that_stay_end_after_four_tries(fetch, webhost):
    webhost.put("/files/x.py", "x = 1", failures=[503] * 10)
    with pytest.raises(PackageError, match=r"files\.example/x\.py answered 503 \(tried 4 times\)"):
        fetch(URL)
    assert len(webhost.requests) == 4


@pytest.mark.parametrize("text", ["7", "date"])
def test_retry_after_is_heeded(fetch, webhost, text):
    headers = {"Retry-After": "7" if text == "7" else formatdate(usegmt=True)}
    webhost.put("/files/x.py", "x = 1", failures=[429], failure_headers=headers)
    assert fetch(URL) == [b"x = 1"]
    assert fetch.pauses == ([7.0] if text == "7" else [0.5])  # the date is now: our own pause is longer


@pytest.mark.parametrize("wait", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT", "9" * 400])
def test_a_server_that_wants_an_hour_is_not_waited_for(fetch, webhost, wait):
    webhost.put("/files/x.py", "x = 1", failures=[429], failure_headers={"Retry-After": wait})
    with pytest.raises(PackageError, match="answered 429") as caught:
        fetch(URL)
    assert "try again in" in caught.value.hint
    assert fetch.pauses == []


@pytest.mark.parametrize(
    ("status", "error"), [(404, PackageNotFoundError), (410, PackageNotFoundError), (403, PackageError)]
)
def test_other_refusals_are_not_retried(fetch, webhost, status, error):
    webhost.put("/files/x.py", "x = 1", failures=[status])
    with pytest.raises(error):
        fetch(URL)
    assert len(webhost.requests) == 1


def test_a_truncated_download_is_retried_and_then_refused(fetch, webhost):
    answer = webhost.put("/files/x.py", "x = 1" * 1000, cut_at=100)
    with pytest.raises(PackageError, match="broke off"):
        fetch(URL)
    assert len(webhost.requests) == 4
    answer.cut_at = None
    assert fetch(URL) == [b"x = 1" * 1000]


def test_nobody_there(fetch, webhost):
    webhost.mirrors = lambda: {"https://files.example/": "http://127.0.0.1:9/"}
    with pytest.raises(PackageError, match="could not be reached"):
        fetch(URL)
    assert len(fetch.pauses) == 3


def test_a_slow_server_has_a_deadline(fetch, webhost):
    webhost.put("/files/x.py", "x", latency_s=0.3)
    with pytest.raises(PackageError, match="did not answer in time"):
        fetch(URL, limits=Limits(read_s=0.02))
    with pytest.raises(PackageError, match="took too long"):
        fetch(URL, limits=Limits(total_s=0.02))


def test_too_large(fetch, webhost):
    webhost.put("/files/x.py", b"x" * 2000)
    with pytest.raises(IntegrityError, match="larger than"):
        fetch(URL, limits=Limits(file_bytes=1999))
    assert len(fetch(URL, limits=Limits(file_bytes=2000))[0]) == 2000


def test_too_large_without_a_length(fetch, webhost):
    """A body that ends with the connection is counted as it comes."""
    webhost.put("/files/x.py", b"x" * 100_000, headers={"Content-Length": "100000"})
    with pytest.raises(IntegrityError, match="larger than"):
        fetch(URL, limits=Limits(file_bytes=1999))


def test_a_compressed_body_is_not_unpacked(fetch, webhost):
    webhost.put("/files/x.py", b"bomb", headers={"Content-Encoding": "gzip"})
    with pytest.raises(IntegrityError, match="sent compressed"):
        fetch(URL)


def test_redirects_are_followed(fetch, webhost):
    webhost.put("/files/x.py", status=302, headers={"Location": "y.py"})
    webhost.put("/files/y.py", status=301, headers={"Location": "https://files.example/z.py"})
    webhost.put("/files/z.py", "z = 1")
    assert fetch(URL) == [b"z = 1"]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "https://elsewhere.example/x.py", "ftp://127.0.0.1/x", "javascript:x"]
)
def test_a_redirect_to_another_scheme_is_refused(fetch, webhost, target):
    webhost.put("/files/x.py", status=302, headers={"Location": target})
    with pytest.raises(IntegrityError, match=r"another scheme|redirects to none"):
        fetch(URL)


@pytest.mark.parametrize("target", ["http://elsewhere.example/x.py", "http://[/"])
def test_a_redirect_to_plain_http_elsewhere_is_refused(fetch, webhost, target):
    webhost.put("/files/x.py", status=302, headers={"Location": target})
    with pytest.raises(PackageError):
        fetch(URL)
    assert len(webhost.requests) == 1


def test_a_circle_of_redirects_ends(fetch, webhost):
    webhost.put("/files/x.py", status=302, headers={"Location": "x.py"})
    with pytest.raises(PackageError, match="redirects more than 5 times"):
        fetch(URL)


def test_what_may_change_is_revalidated_and_what_is_fixed_is_not(fetch, webhost):
    answer = webhost.put("/files/x.py", "x = 1")
    fetch(URL)
    assert fetch(URL) == [b"x = 1"]
    assert webhost.requests[1][1]["If-None-Match"]
    answer.body = b"x = 2"
    assert fetch(URL, fixed=True) == [b"x = 2"]
    webhost.requests.clear()
    assert fetch(URL, fixed=True) == [b"x = 2"]
    assert webhost.requests == []


def test_offline_is_the_cache_alone(fetch, webhost):
    webhost.put("/files/x.py", "x = 1")
    with pytest.raises(PackageError, match="not in the cache"):
        fetch(URL, offline=True)
    fetch(URL)
    webhost.requests.clear()
    assert fetch(URL, offline=True) == [b"x = 1"]
    assert webhost.requests == []


def test_two_sources_never_share_an_entry(fetch, webhost):
    webhost.put("/files/x.py", "x = 1")
    fetch(URL, source="git-github-a/b-c")
    with pytest.raises(PackageError, match="not in the cache"):
        fetch(URL, source="git-github-a-b/c", offline=True)


def test_tokens_do_not_reach_mirrors_messages_or_the_cache(fetch, webhost, tmp_path):
    url = "https://raw.githubusercontent.com/o/r/main/x.py"
    secrets = {"GITHUB_TOKEN": "ghp_hunter2", "GITLAB_TOKEN": "hunter2"}
    webhost.put("/raw/o/r/main/x.py?token=hunter2", "x = 1")
    fetch(f"{url}?token=hunter2", environment=secrets)
    with pytest.raises(PackageError) as caught:
        fetch(f"{url}?other=hunter2", environment=secrets)
    assert "hunter2" not in str(caught.value)
    assert not any("hunter2" in str(headers) for _, headers in webhost.requests)
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(stored) == 2
    assert not any(b"hunter2" in path.read_bytes() for path in stored)


def test_a_redirect_to_another_host_takes_no_token_along(fetch, webhost, tmp_path):
    """``localhost`` and ``127.0.0.1`` are two hosts here; netrc knows the first."""
    (tmp_path / "netrc").write_text("machine localhost login me password s3cret\n")
    port = webhost.url.rpartition(":")[2]
    webhost.put("/a", status=302, headers={"Location": f"{webhost.url}/b"})
    webhost.put("/b", "b = 1")
    assert fetch(f"http://localhost:{port}/a", environment={"NETRC": str(tmp_path / "netrc")}) == [b"b = 1"]
    basic = base64.b64encode(b"me:s3cret").decode()
    (_, first), (_, second) = webhost.requests
    assert first["Authorization"] == f"Basic {basic}"
    assert "Authorization" not in second


def test_a_cache_that_cannot_be_written_is_no_error(fetch, webhost, tmp_path, monkeypatch):
    webhost.put("/files/x.py", "x = 1")
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(Cache, "_folder", lambda self, source: tmp_path / "file" / "below")
    assert fetch(URL) == [b"x = 1"]
