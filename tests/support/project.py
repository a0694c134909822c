"""A project in a temporary folder whose packages come from a web server on loopback."""

from __future__ import annotations

import contextlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.webhost import WebHost

from belay.cli import main
from belay.packages import commit, update
from belay.packages.cache import Cache
from belay.project import config


@dataclass
class Result:
    """What a command line did."""

    status: int
    out: str
    err: str


class Project:
    """The project; ``root`` is its folder."""

    def __init__(self, root: Path, host: WebHost, cache: Path) -> None:
        self.root, self.host, self.cache = root, host, Cache(cache)
        self.pauses_s: list[float] = []
        root.mkdir()
        self.write("")

    def write(self, dependencies: str, more: str = "") -> None:
        """Write `pyproject.toml` with these lines under ``[tool.belay.dependencies]``."""
        text = f"[tool.belay]\n{more}\n[tool.belay.dependencies]\n{dependencies}\n"
        (self.root / "pyproject.toml").write_text(text, "utf-8")

    def update(self, *names: str, environment: dict | None = None, **options: bool) -> list[str]:
        """Update through the library, without real pauses; one line a change."""

        async def pause(pause_s: float) -> None:
            self.pauses_s.append(pause_s)

        given = {"BELAY_MIRRORS": json.dumps(self.host.mirrors()), "NETRC": os.devnull, **(environment or {})}
        settings = config.load(self.root, given).settings
        how = update.Options(self.cache, environment=given, pause=pause, **options)
        return [
            f"{change.group}/{change.name} {change.what}" for change in update.update(settings, names, how)
        ]

    def tree(self) -> dict[str, bytes]:
        """Every file of the project."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }

    def installed(self) -> dict[str, str]:
        """``GROUP/TARGET`` -> text."""
        start = ".belay/dependencies/"
        return {
            path[len(start) :]: text.decode() for path, text in self.tree().items() if path.startswith(start)
        }

    def lock(self) -> dict:
        """`.belay/lock.json`."""
        return json.loads((self.root / ".belay/lock.json").read_text())

    def belay(self, *words: str) -> Result:
        """Run a command line in the project's folder."""
        out, err = io.StringIO(), io.StringIO()
        before = Path.cwd()
        os.chdir(self.root)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = main.run(words)
        finally:
            os.chdir(before)
        return Result(status, out.getvalue(), err.getvalue())

    def refused(self, error: type[Exception], match: str, *names: str, **options: object) -> None:
        """An update fails so, and nothing in the project changes."""
        before = self.tree()
        with pytest.raises(error, match=match):
            self.update(*names, **options)  # type: ignore[arg-type]
        assert self.tree() == before
        assert not (self.root / commit.STAGING).exists()


@pytest.fixture
def webhost():
    """A server without routes."""
    with WebHost() as host:
        yield host


@pytest.fixture
def project(tmp_path, webhost, monkeypatch):
    """An empty project; the command line finds the server and a cache of its own."""
    monkeypatch.setenv("BELAY_MIRRORS", json.dumps(webhost.mirrors()))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NETRC", os.devnull)
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "MICROPYPATH", "BELAY_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    return Project(tmp_path / "project", webhost, tmp_path / "cache" / "belay")
