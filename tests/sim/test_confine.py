"""Code on the board tries to get at the host."""

from __future__ import annotations

from typing import Callable

import pytest
from tests.support.line import Line

from belay.sim import launcher
from belay.sim.supervisor.confine import landlock_abi

WAYS = {
    "open": "open('/etc/passwd')",
    "parent": "import os\nos.chdir('..')\nopen('../../../../etc/passwd')",
    "VfsPosix": "import vfs\nprint(vfs.VfsPosix('/').open('etc/passwd', 'r').read())",
    "second mount": "import vfs\nvfs.mount(vfs.VfsPosix('/'), '/h')\nprint(open('/h/etc/passwd').read())",
    "uos": "import uos\nuos.mount(uos.VfsPosix('/'), '/host')\nprint(open('/host/etc/passwd').read())",
    "old names": "import os\nos.mount(os.VfsPosix('/'), '/host')\nprint(open('/host/etc/passwd').read())",
    "proc": "import vfs\nprint(vfs.VfsPosix('/proc').open('self/environ', 'r').read())",
    "list": "import vfs\nprint(list(vfs.VfsPosix('/').ilistdir('/')))",
    "umount": "import vfs\nvfs.umount('/')\nprint(open('/etc/passwd').read())",
    "import": "import sys\nsys.path.append('/usr/lib/python3')\nimport antigravity",
    "descriptor": "print([open(n, 'rb').read(1) for n in range(8, 64)])",
}


@pytest.mark.skipif(not landlock_abi(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("way", WAYS)
def test_no_code_reaches_the_host(line: Line, way: str) -> None:
    output, error = line.fail(WAYS[way])
    assert output == ""
    assert "OSError: [Errno " in error or "ImportError" in error


@pytest.mark.skipif(not landlock_abi(), reason="this kernel has no Landlock")
def test_modules_loaded_again_are_no_way(line: Line) -> None:
    output, error = line.fail(
        "import sys\nsys.modules.clear()\nimport vfs\nprint(vfs.VfsPosix('/').open('etc/passwd', 'r').read())"
    )
    assert (output, "EACCES" in error) == ("", True)


@pytest.mark.skipif(not landlock_abi(), reason="this kernel has no Landlock")
def test_nothing_is_executed_and_nothing_written(line: Line, tmp_path: object) -> None:
    line.fail(f"import os\nos.system('echo out > {tmp_path}/out')")
    line.fail(f"import vfs\nvfs.VfsPosix({str(tmp_path)!r}).open('out', 'w')")
    line.fail(f"import vfs\nvfs.VfsPosix({str(tmp_path)!r}).mkdir('/out')")
    assert list(tmp_path.iterdir()) == []  # type: ignore[attr-defined]


@pytest.mark.skipif(landlock_abi() < 4, reason="this kernel's Landlock knows no network")
def test_no_connection_is_made(line: Line) -> None:
    code = "import socket\ns = socket.socket()\ns.connect(socket.getaddrinfo('127.0.0.1', 9)[0][-1])"
    assert "EACCES" in line.fail(code)[1]


def test_the_environment_is_empty(line: Line) -> None:
    assert (
        line.run("import os; print([os.getenv(n) for n in ('PATH', 'HOME', 'BELAY_PASSWORD')])")
        == "[None, None, None]\n"
    )


@pytest.mark.parametrize("way", [way for way in WAYS if way != "descriptor"])
def test_without_landlock_ordinary_code_finds_no_way(
    start: Callable[..., Line], way: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "_warned", False)
    line = start(confine=False).raw()
    start(confine=False)
    assert capfd.readouterr().err.count("no Landlock") == 1
    output, error = line.fail(WAYS[way])
    assert output == ""
    assert error.rstrip().rpartition("\n")[2].startswith(("OSError", "AttributeError", "ImportError"))


def test_without_landlock_os_still_works(start: Callable[..., Line]) -> None:
    line = start(confine=False).raw()
    assert (
        line.run("import os, uos, vfs; print(os is uos, os.listdir('/'), vfs.VfsLfs2)")
        == "True [] <class 'VfsLfs2'>\n"
    )
