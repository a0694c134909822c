"""URLs before and after mirrors, and what of a URL may be shown."""

from __future__ import annotations

import json
from typing import Dict, Mapping
from urllib.parse import urlsplit, urlunsplit

from ..exceptions import ConfigError, PackageError

VARIABLE = "BELAY_MIRRORS"


def redact(url: str) -> str:
    """``url`` without user, password, query and fragment: all that a message, lock or cache may hold."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.split("?")[0]
    shown = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return shown + ("?…" if parts.query else "")


def rewrite(url: str, mirrors: Mapping[str, str]) -> str:
    """``url`` with its longest prefix in ``mirrors`` replaced; a prefix ends where a part of the URL does."""
    for prefix in sorted(mirrors, key=len, reverse=True):
        rest = url[len(prefix) :]
        if url.startswith(prefix) and (prefix.endswith("/") or not rest or rest[0] in "/?#"):
            return mirrors[prefix] + rest
    return url


def from_environment(environment: Mapping[str, str]) -> Dict[str, str]:
    """The map in ``BELAY_MIRRORS``; empty where it is not set."""
    text = environment.get(VARIABLE, "")
    if not text:
        return {}
    try:
        mirrors = json.loads(text)
    except ValueError:
        mirrors = None
    if not isinstance(mirrors, dict) or not all(isinstance(value, str) for value in mirrors.values()):
        raise ConfigError(
            f"{VARIABLE} is not a JSON object of URL prefixes",
            hint=f'{VARIABLE}=\'{{"https://raw.githubusercontent.com/": "https://mirror.example/raw/"}}\'',
        )
    return mirrors


def is_loopback(url: str) -> bool:
    """True where the request does not leave this machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())


def check_url(url: str, *, insecure: bool = False) -> None:
    """Refuse whatever may not be requested.

    Raises:
        PackageError: another scheme than https, plain http to another machine without ``insecure``,
            or a password in the URL.
    """
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port is not False
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https"):
        raise PackageError(f"{redact(url)} is not an https URL", hint="only https://… is fetched")
    if "@" in parts.netloc:
        raise PackageError(
            f"{redact(url)} was given with a user or password in it",
            hint="put the password into netrc, where no message, lock or cache sees it",
        )
    if parts.scheme == "http" and not insecure and not is_loopback(url):
        raise PackageError(
            f"{redact(url)} is plain http",
            hint="use https, or {uri = …, insecure = true} if you trust every network in between",
        )
