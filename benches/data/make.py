"""The files that tests and benchmarks move: device-style code, a tree of tiny files, random bytes.

``python benches/data/make.py`` writes them to ``benches/data/cache``. Everything is fixed: the same bytes on
every machine. The code is cut from ten source distributions that are downloaded once and kept in the user's
cache; who needs it offline gets `Unavailable`.
"""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Iterator

import platformdirs

SDISTS = {
    "adafruit-circuitpython-ble": "10.1.5",
    "adafruit-circuitpython-display-shapes": "2.10.6",
    "adafruit-circuitpython-hid": "6.1.10",
    "adafruit-circuitpython-ht16k33": "4.6.17",
    "adafruit-circuitpython-httpserver": "4.8.2",
    "adafruit-circuitpython-led-animation": "2.12.6",
    "adafruit-circuitpython-minimqtt": "8.1.0",
    "adafruit-circuitpython-register": "1.13.0",
    "adafruit-circuitpython-rsa": "1.2.30",
    "adafruit-circuitpython-seesaw": "1.18.2",
}
LIBRARIES = [f"package{number}" for number in range(10)]
PACKAGE_FILES, PACKAGE_BYTES = 60, 286_000
TINY_FILES, TINY_FOLDERS = 400, 88
RANDOM_BYTES = 256 * 1024
DOWNLOAD_TIMEOUT_S = 100

_failures: list[str] = []


class Unavailable(Exception):
    """The source distributions are not in the cache and could not be downloaded; the text says why."""


def device_code() -> dict[str, str]:
    """Every program of the source distributions, examples included: its path there and its text, sorted.

    Raises:
        Unavailable: a distribution is missing and cannot be had.
    """
    programs = {}
    for archive in _archives():
        with tarfile.open(archive) as tar:
            for member in tar:
                path = member.name.partition("/")[2]
                if path.endswith(".py") and path != "setup.py" and not path.startswith(("docs/", "tests/")):
                    content = tar.extractfile(member)
                    assert content is not None
                    programs[path] = content.read().decode()
    return dict(sorted(programs.items()))


def _archives() -> list[Path]:
    folder = platformdirs.user_cache_path("belay-development") / "sdists"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name.replace('-', '_')}-{version}.tar.gz" for name, version in SDISTS.items()}
    missing = [name for name, path in paths.items() if not path.exists()]
    if missing and _failures:  # tried once
        raise Unavailable(_failures[0])
    if missing:
        _download(missing, folder)
    return list(paths.values())


def _download(names: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as unfinished:
        # Only these as sources: what pip needs to read their metadata may come built.
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-binary", ",".join(names), "--dest", unfinished]
        command += [f"{name}=={SDISTS[name]}" for name in names]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            _failures.append(f"pip download took more than {DOWNLOAD_TIMEOUT_S} s")
            raise Unavailable(_failures[0]) from None
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip().splitlines() or ["no reason given"]
            _failures.append(f"pip download: {reason[-1]}")
            raise Unavailable(_failures[0]) from None
        for path in Path(unfinished).iterdir():
            path.replace(folder / path.name)


def libraries() -> dict[str, bytes]:
    """`LIBRARIES`, of three files each: what a project installs beside `packages`."""
    return {
        f"{name}/{part}.py": f"# {name}\ndef {part}(value):\n    return value * {number}\n".encode() * 20
        for number, name in enumerate(LIBRARIES)
        for part in ("__init__", "first", "second")
    }


def packages() -> dict[str, bytes]:
    """60 modules of those distributions, about 286 kB: path and content.

    Raises:
        Unavailable: see `device_code`.
    """
    modules = {
        path: text.encode() for path, text in device_code().items() if not path.startswith("examples/")
    }
    for seed in itertools.count():
        chosen = random.Random(seed).sample(sorted(modules), PACKAGE_FILES)
        if abs(sum(len(modules[path]) for path in chosen) - PACKAGE_BYTES) < PACKAGE_BYTES // 200:
            return {path: modules[path] for path in sorted(chosen)}
    raise AssertionError


def tiny() -> dict[str, bytes]:
    """400 files of 40 to 120 bytes in 88 folders, about 29 kB: path and content."""
    generator = random.Random("tiny")
    folders = [f"package_{number // 8}/part_{number % 8}" for number in range(TINY_FOLDERS)]
    # Every folder has a file; the others fall where they may.
    places = folders + generator.choices(folders, k=TINY_FILES - TINY_FOLDERS)
    contents = _tiny_contents(generator)
    files = {}
    for number, folder in enumerate(places):
        suffix, content = next(contents)
        files[f"{folder}/file_{number}{suffix}"] = content
    return files


def _tiny_contents(generator: random.Random) -> Iterator[tuple[str, bytes]]:
    while True:
        words = [f"{generator.randrange(16**6):06x}" for _ in range(generator.randint(3, 7))]
        values = {f"n{word[1:]}": generator.randrange(1000, 10_000) for word in words}
        yield ".py", "".join(f"{name} = {value}\n" for name, value in values.items()).encode()
        yield ".json", json.dumps(values).encode()
        yield ".txt", f"{' '.join(words * 2)}\n".encode()


def noise() -> bytes:
    """256 KiB that do not compress."""
    return random.Random("noise").randbytes(RANDOM_BYTES)


def write(files: dict[str, bytes], folder: Path) -> Path:
    """Writes files below a folder, which is made where it is missing."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def main() -> None:
    folder = Path(__file__).parent / "cache"
    write({"random.bin": noise()}, folder)
    write(tiny(), folder / "tiny")
    write(packages(), folder / "packages")
    for name in ("packages", "tiny", "random.bin"):
        sizes = [
            path.stat().st_size for path in [folder / name, *(folder / name).rglob("*")] if path.is_file()
        ]
        print(f"{folder / name}: {len(sizes)} files, {sum(sizes):,} bytes")


if __name__ == "__main__":
    try:
        main()
    except Unavailable as reason:
        sys.exit(f"error: {reason}")
