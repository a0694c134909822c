"""Tokens go to their own host, and nowhere else."""

import base64

import pytest

from belay.exceptions import PackageError
from belay.packages.credentials import Credentials


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "netrc").write_text("machine codeberg.org login me password s3cret\n")
    return {"GITHUB_TOKEN": "ghp_a", "GITLAB_TOKEN": "glpat_b", "NETRC": str(tmp_path / "netrc")}


@pytest.mark.parametrize("host", ["github.com", "raw.githubusercontent.com", "codeload.github.com"])
def test_github(environment, host):
    assert Credentials(environment).headers(f"https://{host}/o/r") == {"Authorization": "Bearer ghp_a"}


def test_gitlab_and_netrc(environment):
    credentials = Credentials(environment)
    assert credentials.headers("https://gitlab.com/x") == {"PRIVATE-TOKEN": "glpat_b"}
    basic = base64.b64encode(b"me:s3cret").decode()
    assert credentials.headers("https://codeberg.org/x") == {"Authorization": f"Basic {basic}"}


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example/github.com/x",
        "https://github.com.evil.example/x",
        "https://evil-github.com/x",
        "http://github.com/x",
        "http://codeberg.org/x",
        "http://127.0.0.1:80/raw/x",
        "https://gist.github.io/x",
    ],
)
def test_nobody_else(environment, url):
    assert Credentials(environment).headers(url) == {}


def test_a_token_that_cannot_be_a_header_is_not_shown():
    with pytest.raises(PackageError, match="GITHUB_TOKEN") as caught:
        Credentials({"GITHUB_TOKEN": "hunter2\r\nX-Evil: 1"})
    assert "hunter2" not in str(caught.value)


def test_a_broken_netrc_is_as_good_as_none(tmp_path):
    (tmp_path / "netrc").write_text("machine\nnonsense hunter2\n")
    assert Credentials({"NETRC": str(tmp_path / "netrc")}).headers("https://codeberg.org/x") == {}
