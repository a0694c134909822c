"""The documents that describe packages: an index's JSON and a third party's `package.json`.

Format: micropython-lib `tools/build.py` and MicroPython `docs/reference/packages.rst`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, List, Tuple, Union
from urllib.parse import quote, urljoin, urlsplit

from ..exceptions import ConfigError, IntegrityError
from . import hosts, mirror
from .hosts import Git
from .paths import safe_target
from .source import ANY, Index, Place, Web, parse_index, parse_place

_HASH = re.compile(r"[0-9a-f]{8,64}")
_REPORT = "nothing was changed; report this to the package's author"


@dataclass(frozen=True)
class Hashed:
    """A file of an index, named by the start of its sha256."""

    index: str
    hash: str

    @property
    def url(self) -> str:
        """Immutable: the name says the content."""
        return f"{self.index}/file/{self.hash[:2]}/{self.hash}"


@dataclass(frozen=True)
class Inline:
    """A file that came with the document itself (a manifest in an archive)."""

    content: bytes


@dataclass(frozen=True)
class Item:
    """One file of a package: where it goes, where it is."""

    target: str
    place: Union[Hashed, Web, Git, Inline]


@dataclass(frozen=True)
class Document:
    """What a package consists of and what it needs.

    Attributes:
        version: what the document says of itself; may be empty.
        needs: the packages it depends on.
    """

    version: str
    items: Tuple[Item, ...]
    needs: Tuple[Place, ...]


def document_url(index: str, flavour: str, package: Index) -> str:
    """URL of the JSON of one package in one index."""
    version = package.version or "latest"
    return f"{index}/package/{flavour}/{quote(package.name)}/{quote(version)}.json"


def parse(content: bytes, origin: Union[Web, Git, str], index: str) -> Document:
    """Read a document.

    Args:
        origin: where a `package.json` was; relative URLs start there. For an index's own JSON, its URL.
        index: the index that its ``hashes`` refer to.

    Raises:
        IntegrityError: not JSON, not of this format, or a target that may not be written.
    """
    shown = _shown(origin)
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        kind = "an HTML page" if content.lstrip()[:1] == b"<" else "no JSON"
        raise IntegrityError(f"{shown} is {kind}, not a package", hint="check the address") from None
    if not isinstance(data, dict) or data.get("v", 1) != 1:
        raise IntegrityError(f"{shown} is not a package of format 1", hint="check the address")
    items = [
        Item(safe_target(target, shown), Hashed(index, _hash(digest, shown)))
        for target, digest in _pairs(data, "hashes", shown)
    ]
    for target, url in _pairs(data, "urls", shown):
        items.append(Item(safe_target(target, shown), _link(url, origin, shown)))
    needs = tuple(_need(name, version, origin, shown) for name, version in _pairs(data, "deps", shown))
    version = data.get("version") or ""
    if not isinstance(version, str):
        raise IntegrityError(f"{shown} has a version that is no text", hint=_REPORT)
    return Document(version, tuple(items), needs)


def _pairs(data: Any, key: str, shown: str) -> List[Tuple[str, str]]:
    pairs = data.get(key) or []
    if not isinstance(pairs, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        for pair in pairs
    ):
        raise IntegrityError(f"{shown} has {key!r} that are not a list of pairs of texts", hint=_REPORT)
    return [(first, second) for first, second in pairs]


def _hash(text: str, shown: str) -> str:
    if not _HASH.fullmatch(text):
        raise IntegrityError(f"{shown} has {text!r} where the start of a sha256 was expected", hint=_REPORT)
    return text


def _link(url: str, origin: Union[Web, Git, str], shown: str) -> Union[Web, Git]:
    """One file of ``urls``: relative to the document, absolute, or in short form."""
    base = origin.url if isinstance(origin, Web) else origin
    if re.match(r"[a-z]+:", url):
        place = _place(url, base, shown)
        if not isinstance(place, (Web, Git)):
            raise IntegrityError(
                f"{shown} has the file {mirror.redact(url)}, which is not a file", hint=_REPORT
            )
        return place
    if isinstance(base, Git):
        return base.sibling(url)
    joined = urljoin(base, url)
    if urlsplit(joined)[:2] != urlsplit(base)[:2]:
        raise IntegrityError(
            f"{shown} has the file {mirror.redact(url)}, which leaves its host", hint=_REPORT
        )
    return Web(joined, insecure=isinstance(origin, Web) and origin.insecure)


def _place(text: str, base: Union[Git, str], shown: str) -> Place:
    downgraded = text.startswith("http:") and not (isinstance(base, str) and base.startswith("http:"))
    try:
        if downgraded:
            raise ConfigError("is plain http")
        return parse_place("", text)[1]
    except ConfigError as error:
        raise IntegrityError(
            f"{shown} names {mirror.redact(text)}, which {error.message}", hint=_REPORT
        ) from None


def _need(name: str, version: str, origin: Union[Web, Git, str], shown: str) -> Place:
    if ":" not in name:
        try:
            return parse_index(f"{name}@{version}")
        except ConfigError:
            raise IntegrityError(
                f"{shown} needs {name!r} {version!r}, which is no package", hint=_REPORT
            ) from None
    if version not in (ANY, "latest", "*") and "://" not in name:
        name = f"{name}@{version}"
    return _place(name, origin if isinstance(origin, Git) else _text(origin), shown)


def _text(origin: Union[Web, str]) -> str:
    return origin.url if isinstance(origin, Web) else origin


def _shown(origin: Union[Web, Git, str]) -> str:
    return mirror.redact(hosts.raw_url(origin) if isinstance(origin, Git) else _text(origin))
