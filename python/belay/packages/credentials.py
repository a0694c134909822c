"""Which request may carry which token: each only to its own host, and never over plain http elsewhere."""

from __future__ import annotations

import base64
import netrc
import os
from typing import Dict, Mapping, Optional
from urllib.parse import urlsplit

from ..exceptions import PackageError
from .mirror import is_loopback

_GITHUB_HOSTS = ("github.com", "raw.githubusercontent.com", "codeload.github.com", "api.github.com")


class Credentials:
    """Tokens of one environment, and the user's netrc.

    Args:
        environment: where ``GITHUB_TOKEN``, ``GITLAB_TOKEN`` and ``NETRC`` are looked up.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._tokens: Dict[str, Dict[str, str]] = {}
        github, gitlab = _token(environment, "GITHUB_TOKEN"), _token(environment, "GITLAB_TOKEN")
        for host in _GITHUB_HOSTS if github else ():
            self._tokens[host] = {"Authorization": f"Bearer {github}"}
        if gitlab:
            self._tokens["gitlab.com"] = {"PRIVATE-TOKEN": gitlab}
        self._netrc = _netrc(environment)

    def headers(self, url: str) -> Dict[str, str]:
        """The headers that prove who we are to the host of ``url``, the URL actually requested."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" and not is_loopback(url):
            return {}
        if host in self._tokens:
            return self._tokens[host]
        login = self._netrc.hosts.get(host) if self._netrc else None
        if login is None:
            return {}
        pair = f"{login[0]}:{login[2] or ''}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _token(environment: Mapping[str, str], name: str) -> str:
    token = environment.get(name, "").strip()
    if not all(32 < ord(letter) < 127 for letter in token):
        raise PackageError(f"{name} has characters that no token has", hint=f"set {name} again")
    return token


def _netrc(environment: Mapping[str, str]) -> Optional[netrc.netrc]:
    """The parsed file, or ``None``. One that cannot be parsed is skipped: its text is never shown."""
    names = ("_netrc", ".netrc") if os.name == "nt" else (".netrc",)
    paths = [environment["NETRC"]] if environment.get("NETRC") else [f"~/{name}" for name in names]
    for path in map(os.path.expanduser, paths):
        try:
            return netrc.netrc(path)
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            continue
    return None
