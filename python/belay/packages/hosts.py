"""What GitHub, GitLab and Codeberg call a repository's files and archives."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Tuple
from urllib.parse import quote

COMMIT = re.compile(r"[0-9a-f]{40}")
# A full version number. A branch of that name is said as refs/heads/NAME.
_TAG = re.compile(r"(refs/tags/.+|v?\d+\.\d+\.\d+[\w.+-]*|v\d+\.\d+[\w.+-]*)")
_MOST_REF_PARTS = 5


@dataclass(frozen=True)
class Git:
    """A file or folder in a repository.

    Attributes:
        host: ``"github"``, ``"gitlab"`` or ``"codeberg"``.
        repository: ``"ORG/REPO"``, on GitLab with its sub-groups.
        path: inside the repository; where ``ref`` is ``None``, REF and path in one, as URLs have them.
        ref: branch, tag, commit or ``"HEAD"``.
    """

    host: str
    repository: str
    path: str
    ref: Optional[str] = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def sibling(self, path: str) -> Git:
        """``path``, relative to the folder of this file. May leave the folder, not the repository."""
        parts = self.path.split("/")[:-1]
        for part in path.split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        return replace(self, path="/".join(parts))

    def splits(self, *, folder: bool) -> List[Git]:
        """Every way to read REF and path apart, shortest REF first: a REF may contain ``/``."""
        if self.ref is not None:
            return [self]
        parts = self.path.split("/")
        first = 3 if parts[:2] in (["refs", "heads"], ["refs", "tags"]) else 1
        last = min(len(parts) if folder else len(parts) - 1, first + _MOST_REF_PARTS - 1)
        return [
            replace(self, ref="/".join(parts[:count]), path="/".join(parts[count:]))
            for count in range(first, last + 1)
        ]


def is_fixed(ref: Optional[str]) -> bool:
    """True for a commit or tag, whose content is not fetched twice; False for what may move."""
    return bool(ref and (COMMIT.fullmatch(ref) or _TAG.fullmatch(ref)))


def raw_url(git: Git) -> str:
    """URL of one file; ``git.ref`` is known."""
    ref, path = quote(git.ref or "HEAD"), quote(git.path)
    if git.host == "github":
        return f"https://raw.githubusercontent.com/{git.repository}/{ref}/{path}"
    if git.host == "gitlab":
        return f"https://gitlab.com/{git.repository}/-/raw/{ref}/{path}"
    ref = quote(_short(git.ref or "HEAD"), safe="")
    return f"https://codeberg.org/api/v1/repos/{git.repository}/raw/{path}?ref={ref}"


def archive_url(git: Git) -> str:
    """URL of a tar.gz of the whole repository at ``git.ref``, which is known."""
    ref = git.ref or "HEAD"
    if git.host == "github":
        return f"https://codeload.github.com/{git.repository}/tar.gz/{quote(ref)}"
    if git.host == "gitlab":
        ref = _short(ref)
        name = f"{git.repository.rpartition('/')[2]}-{ref.replace('/', '-')}"
        return f"https://gitlab.com/{git.repository}/-/archive/{quote(ref)}/{quote(name)}.tar.gz"
    return f"https://codeberg.org/api/v1/repos/{git.repository}/archive/{quote(_short(ref))}.tar.gz"


def _short(ref: str) -> str:
    """``refs/heads/x`` -> ``x``, for hosts that want names."""
    return re.sub(r"^refs/(heads|tags)/", "", ref)


def recognise(host: str, path: str) -> Optional[Tuple[str, Git]]:
    """What a web address of one of the hosts means.

    Args:
        host: ``"github.com"``, …
        path: the unquoted path of the URL, without its first slash.

    Returns:
        ``"file"`` or ``"folder"`` and the place; ``None`` if it is neither.
    """
    parts = path.rstrip("/").split("/")
    if any(part in ("", ".", "..") for part in parts):
        return None
    if host == "raw.githubusercontent.com" and len(parts) >= 4:
        return "file", Git("github", "/".join(parts[:2]), "/".join(parts[2:]))
    if host == "github.com" and len(parts) >= 4:
        kind = {"blob": "file", "raw": "file", "tree": "folder"}.get(parts[2])
        return _place("github", parts[:2], kind, parts[3:])
    if host == "gitlab.com" and "-" in parts[2:-2]:
        dash = parts.index("-", 2)
        kind = {"blob": "file", "raw": "file", "tree": "folder"}.get(parts[dash + 1])
        return _place("gitlab", parts[:dash], kind, parts[dash + 2 :])
    if host == "codeberg.org" and len(parts) >= 5 and parts[2] in ("src", "raw"):
        kind = "file" if parts[2] == "raw" or "." in parts[-1] else "folder"
        prefix = {"branch": ["refs", "heads"], "tag": ["refs", "tags"], "commit": []}.get(parts[3])
        return None if prefix is None else _place("codeberg", parts[:2], kind, prefix + parts[4:])
    return None


def _place(
    host: str, repository: List[str], kind: Optional[str], rest: List[str]
) -> Optional[Tuple[str, Git]]:
    if kind is None or (kind == "file" and len(rest) < 2):
        return None
    return kind, Git(host, "/".join(repository), "/".join(rest))


TOKEN_VARIABLES: Dict[str, str] = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN", "codeberg": "netrc"}
WEB_HOSTS = ("github.com", "raw.githubusercontent.com", "gitlab.com", "codeberg.org")
