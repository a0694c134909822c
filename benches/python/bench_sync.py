"""Whole syncs beside other tools, each run as a program over one paced link (1 ms, 800 kB/s); see
benches/link.py.

Each tool first brings the tree to an empty board, then again unchanged, then with one file changed; what the
board holds at the end is verified. ``extra_info`` has bytes and turnarounds. Start-up of each program is in
its time.
"""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from benches import peers
from benches.data import make
from benches.link import open_link

from belay import Device

RUN_TIMEOUT_S = 110
EARLIER = "import sys; from belay import Device; d = Device(sys.argv[1]); d.sync(sys.argv[2]); d.close()"
TOOLS = {
    "belay": lambda: [sys.executable, "-m", "belay", "sync", "{port}", "{folder}", "--quiet"],
    "belay 0.30.1": lambda: [peers.environment("belay") / "python", "-c", EARLIER, "{port}", "{folder}"],
    "mpremote": lambda: [
        peers.environment("mpremote") / "mpremote", "connect", "{port}", "fs", "cp", "-r", "{folder}/.", ":/",
    ],
    "mpytool": lambda: [peers.environment("mpytool") / "mpytool", "-p", "{port}", "cp", "{folder}/", ":/"],
}  # fmt: skip
TREES = {
    "60 Python files": make.packages,
    "400 tiny files": make.tiny,
    "256 KiB of noise": lambda: {"noise.bin": make.noise()},
}


def run(tool, link, folder):
    """Seconds, and what passed."""
    words = {"port": link.port, "folder": folder}
    command = [
        str(word).format(**words) if str(word).startswith("{") else str(word) for word in TOOLS[tool]()
    ]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_TIMEOUT_S, cwd=folder.parent)
    seconds = time.perf_counter() - began
    assert done.returncode == 0, done.stderr[-1000:]
    return {"seconds": round(seconds, 2), **vars(link.take())}


@pytest.mark.timeout(400)
@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("tool", TOOLS)
def bench_sync(benchmark, tool, tree, tmp_path):
    try:
        files = TREES[tree]()
        TOOLS[tool]()
    except (make.Unavailable, peers.Unavailable) as reason:
        pytest.skip(str(reason))
    folder = make.write(files, tmp_path / "tree")
    changed = sorted(files)[len(files) // 2]
    with open_link() as link:
        first = benchmark.pedantic(run, (tool, link, folder), rounds=1)
        unchanged = run(tool, link, folder)
        (folder / changed).write_bytes(files[changed] + b"\nlast = 1\n")
        one = run(tool, link, folder)
        with Device(link.port, startup="") as device:
            names = {entry.path[1:] for entry in device.fs.tree() if not entry.is_folder}
            assert names >= set(files)
            assert b"last" in device.fs.read(f"/{changed}")
    benchmark.group = tree
    benchmark.extra_info.update({"first": first, "unchanged": unchanged, "one changed": one})
    print(f"\n{tree:18}{tool:14}", *(f"{key}: {value}" for key, value in benchmark.extra_info.items()))
