"""The text of a dependency -> where it is.

How a plain value is read: ``*``, ``latest``, digits and dots: the package index; a scheme or known prefix:
that; contains ``/`` or ``\\`` or ends in ``.py``/``.mpy``: a local path; else an error that shows the forms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, List, Mapping, Tuple, Union
from urllib.parse import unquote, urlsplit

from ..exceptions import ConfigError, PackageError
from . import hosts, mirror
from .hosts import Git

ANY = ""
"""The version of a demand that any version meets."""

FORMS = (
    'write a path ("../lib/x.py"), a URL ("https://github.com/ORG/REPO/blob/REF/PATH.py", '
    '"https://github.com/ORG/REPO/tree/REF/PATH"), a version of the index ("*", "1.2.3", "mip:NAME@VERSION") '
    'or "github:ORG/REPO/PATH@REF"'
)
_INDEX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_GIT_PREFIX = re.compile(r"(github|gitlab|codeberg):")


@dataclass(frozen=True)
class Local:
    """A file or folder of this machine, as written: relative to the project."""

    path: str


@dataclass(frozen=True)
class Web:
    """One file at a URL of no host that we know better."""

    url: str
    insecure: bool = False

    @property
    def name(self) -> str:
        """The last part of the URL's path."""
        return unquote(urlsplit(self.url).path.rpartition("/")[2])


@dataclass(frozen=True)
class Index:
    """A package of the index; ``version`` is :data:`ANY` or one version."""

    name: str
    version: str


Place = Union[Local, Web, Git, Index]


@dataclass(frozen=True)
class Source:
    """One of the things a dependency is made of.

    Attributes:
        text: as the user wrote it.
        kind: ``"file"``, ``"folder"``, ``"local"`` (either), ``"index"``, ``"mip"`` or ``"manifest"``.
        develop: used in place at each install, never copied.
        rename_to_init: the one file becomes the package's ``__init__``.
    """

    text: str
    kind: str
    place: Place
    develop: bool = False
    rename_to_init: bool = False

    @property
    def label(self) -> str:
        """``text`` as a message or the lock may show it."""
        return mirror.redact(self.text) if "://" in self.text else self.text

    @property
    def in_group(self) -> bool:
        """Targets are relative to the group's folder instead of the package's."""
        return self.kind in ("index", "mip", "manifest")


@dataclass(frozen=True)
class Dependency:
    """A name of the configuration and what it stands for."""

    name: str
    sources: Tuple[Source, ...]

    @property
    def develop(self) -> bool:
        """True if any part of it is used in place."""
        return any(source.develop for source in self.sources)


def parse_dependency(name: str, value: Any) -> Dependency:
    """Read one entry of a ``dependencies`` table.

    Raises:
        ConfigError: whose message says what is wrong and, as hint, what was expected.
    """
    if isinstance(value, list):
        if not value:
            raise ConfigError("is an empty list", hint=FORMS)
        sources = tuple(_parse_entry(name, item, in_list=True) for item in value)
    else:
        sources = (_parse_entry(name, value, in_list=False),)
    if sum(source.rename_to_init for source in sources) > 1:
        raise ConfigError("has more than one rename_to_init", hint="a package has one __init__ file")
    if len({source.in_group for source in sources}) > 1 or len({source.develop for source in sources}) > 1:
        raise ConfigError(
            "mixes kinds in one list", hint="give indexed packages and develop packages names of their own"
        )
    return Dependency(name, sources)


def _parse_entry(name: str, value: Any, *, in_list: bool) -> Source:
    if isinstance(value, str):
        value = {"uri": value}
    if not isinstance(value, dict):
        raise ConfigError(f"is {value!r}, not a text, a table or a list of those", hint=FORMS)
    unknown = set(value) - {"uri", "develop", "rename_to_init", "insecure"}
    if unknown:
        keys = "uri, develop, rename_to_init, insecure"
        raise ConfigError(f"has the unknown key {sorted(unknown)[0]!r}", hint=f"the keys are {keys}")
    if not isinstance(value.get("uri"), str):
        raise ConfigError("has no uri, or one that is no text", hint=FORMS)
    for key in ("develop", "rename_to_init", "insecure"):
        if not isinstance(value.get(key, False), bool):
            raise ConfigError(f"has {key} = {value[key]!r}", hint=f"{key} is true or false")
    return _detail(name, value, in_list)


def _detail(name: str, value: Mapping[str, Any], in_list: bool) -> Source:
    kind, place = parse_place(name, value["uri"], insecure=value.get("insecure", False))
    develop = value.get("develop", False)
    if develop and kind != "local":
        raise ConfigError("has develop = true, but is not a local file or folder", hint="remove develop")
    rename = value.get("rename_to_init", not in_list and kind in ("file", "local"))
    if rename and kind not in ("file", "local"):
        raise ConfigError("has rename_to_init = true, but is not one file", hint="remove rename_to_init")
    return Source(value["uri"], kind, place, develop, rename)


def parse_place(name: str, text: str, *, insecure: bool = False) -> Tuple[str, Place]:
    """The kind and place of ``text``.

    Args:
        name: the package's name, which a bare version refers to.
        insecure: plain http is allowed.

    Raises:
        ConfigError: it is none of the forms.
    """
    if text in ("*", "latest"):
        return "index", Index(name, ANY)
    if re.fullmatch(r"\d[\d.]*", text):
        return "index", Index(name, text)
    if text.startswith("mip:"):
        return "index", parse_index(text[len("mip:") :])
    if _GIT_PREFIX.match(text):
        return _short_form(text)
    if "://" in text:
        return _url(text, insecure)
    if "/" in text or "\\" in text or text.endswith((".py", ".mpy")):
        path = text.replace("\\", "/")
        return "manifest" if path.rpartition("/")[2] == "manifest.py" else "local", Local(path)
    raise ConfigError(f"is {text!r}, which is no path, URL or version", hint=FORMS)


def parse_index(text: str) -> Index:
    """``NAME[@VERSION]``."""
    name, _, version = text.partition("@")
    version = ANY if version in ("*", "latest") else version
    if not _INDEX_NAME.fullmatch(name) or (version and not _VERSION.fullmatch(version)):
        raise ConfigError(f"is {text!r}, which is no package of an index", hint="write mip:NAME@VERSION")
    return Index(name, version)


def _short_form(text: str) -> Tuple[str, Place]:
    """``github:ORG/REPO[/PATH][@REF]``."""
    host, _, rest = text.partition(":")
    path, _, ref = rest.partition("@")
    parts = path.strip("/").split("/")
    if len(parts) < 2 or any(part in ("", ".", "..") for part in (*parts, *ref.split("/")[1:])):
        raise ConfigError(f"is {text!r}, which names no repository", hint=f"write {host}:ORG/REPO/PATH@REF")
    git = Git(host, "/".join(parts[:2]), "/".join(parts[2:]), ref or "HEAD")
    if git.path.endswith((".py", ".mpy")):
        return _kind_of_file(git.path), git
    if not git.path.endswith(".json"):
        git = replace(git, path=f"{git.path}/package.json".lstrip("/"))
    return "mip", git


def _url(text: str, insecure: bool) -> Tuple[str, Place]:
    try:
        mirror.check_url(text, insecure=insecure)
    except PackageError as error:
        raise ConfigError(f"has a URL that is refused: {error.message}", hint=error.hint) from None
    parts = urlsplit(text)
    host = (parts.hostname or "").replace("www.github.com", "github.com")
    if host in hosts.WEB_HOSTS and not parts.path.startswith("/api/") and "/-/archive/" not in parts.path:
        found = hosts.recognise(host, unquote(parts.path).lstrip("/"))
        if found is None:
            raise ConfigError(
                f"has the URL {mirror.redact(text)}, which is neither a file nor a folder of a repository",
                hint="copy the address of the page that shows the file (…/blob/REF/PATH) or folder "
                "(…/tree/REF/PATH)",
            )
        kind, git = found
        return (_kind_of_file(git.name) if kind == "file" else kind), git
    web = Web(text, insecure)
    return _kind_of_file(web.name), web


def _kind_of_file(path: str) -> str:
    name = path.rpartition("/")[2]
    return {"package.json": "mip", "manifest.py": "manifest"}.get(name, "file")


def looks_like_index_name(text: str) -> bool:
    """True for the plain name of a package of the index."""
    return bool(_INDEX_NAME.fullmatch(text)) and not text.endswith((".py", ".mpy"))


def suggest_name(text: str) -> str:
    """A package name out of a URI: the file's stem, or the last folder or repository; ``""`` if none."""
    path = re.sub(r"^\w+:(//[^/]*)?", "", text).partition("?")[0].partition("@")[0]
    parts: List[str] = [part for part in unquote(path).replace("\\", "/").split("/") if part]
    while parts and parts[-1] in ("__init__.py", "__init__.mpy", "manifest.py", "package.json"):
        parts.pop()
    stem = re.sub(r"\.m?py$", "", parts[-1]) if parts else ""
    stem = re.sub(r"\W", "_", stem)
    return stem if stem.isidentifier() else ""
