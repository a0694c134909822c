"""`belay install` of both Belays over one paced link: ten packages of three files, 60 files as the project's
folder, main.py. First to an empty board, then again unchanged; what the board holds is verified.

The figures ``alone`` leave out connecting and the final reset: what installing an empty project costs.
"""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from benches import tools
from benches.data import make
from benches.link import open_link

from belay import Device

MAIN = b"import app\n"
EARLIER = tools.PROGRAM.with_name("earlier.py")


def write_project(root, files):
    make.write(files, root / "app")
    make.write(make.libraries(), root / "sources")
    sources = "\n".join(f'{name} = "./sources/{name}"' for name in make.LIBRARIES)
    settings = f'[tool.belay]\nname = "app"\n[tool.belay.dependencies]\n{sources}\n'.encode()
    return make.write({"main.py": MAIN, "pyproject.toml": settings}, root)


@pytest.mark.timeout(300)
def bench_install(benchmark, either_belay, packages, tmp_path):
    root = write_project(tmp_path / "project", packages)
    nothing = make.write({"pyproject.toml": b"[tool.belay]\n"}, tmp_path / "nothing")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    python = tools.program_of(either_belay)
    command = [python, *([EARLIER] if either_belay == tools.EARLIER else []), python.parent / "belay"]

    def belay(folder, *words, link=None):
        began = time.perf_counter()
        subprocess.run([*command, *words], cwd=folder, env=environment, check=True, timeout=100)
        return {"seconds": time.perf_counter() - began, **(vars(link.take()) if link else {})}

    def measure():
        with open_link() as link:
            bare = belay(nothing, "install", link.port, link=link)
            first, unchanged = [
                belay(root, "install", link.port, "--main", "main.py", link=link) for _ in range(2)
            ]
            with Device(link.port, startup="") as device:
                there = {entry.path for entry in device.fs.tree() if not entry.is_folder}
                assert device.fs.read("/main.py") == MAIN
        assert len(there) == len(make.libraries()) + make.PACKAGE_FILES + 1
        for figures in (first, unchanged):
            figures["alone"] = {name: figures[name] - bare[name] for name in bare if name != "seconds"}
        return {"install, first": first, "install, unchanged": unchanged}

    belay(root, "update")
    tools.keep_fastest(benchmark, either_belay, measure)
