"""`belay install` without its command line: what a project puts on a board, and what that costs."""

import pytest
from benches.data import make
from tests.conftest import TARGET
from tests.device.test_circuitpython import Board
from tests.support.project import project, webhost
from tests.support.transports import DOWN, UP, CountingTransport, CuttingTransport

from belay import Device
from belay.exceptions import BelayException, ConfigError, ConnectionLost, PackageError
from belay.project import config
from belay.project.install import install, not_started, prepared
from belay.testing import FIRMWARE, FakeBoard
from belay.transport.connect import connect

__all__ = ["project", "webhost"]


def tree(device):
    return {
        entry.path: device.fs.read_text(entry.path) for entry in device.fs.tree("/") if not entry.is_folder
    }


def run(project, device, **options):
    with prepared(config.load(project.root), **options) as installation:
        install(device, installation)
    return installation


@pytest.fixture
def small(project):
    """A project with a package, an optional one, one in development, and a folder of its own."""
    for name in ("a", "b", "c"):
        (project.root / f"{name}.py").write_text(f"{name} = 1\n")
    (project.root / "app").mkdir()
    (project.root / "app/__init__.py").write_text("")
    (project.root / "app/notes.txt").write_text("not for the board")
    (project.root / "main.py").write_text("import app\n")
    project.write(
        'a = "./a.py"\nc = {uri = "./c.py", develop = true}\n'
        '[tool.belay.group.dev]\noptional = true\n[tool.belay.group.dev.dependencies]\nb = "./b.py"',
        'name = "app"\nignore = ["*.txt"]',
    )
    project.update()
    return project


def test_packages_folder_and_main(small, device):
    device.fs.write("/lib/old.py", "old = 1")
    device.fs.write("/app/old.py", "old = 1")
    device.fs.write("/data.txt", "kept")
    run(small, device, main=small.root / "main.py")
    expected = {
        "/lib/a/__init__.py": "a=1\n",
        "/lib/c/__init__.py": "c=1\n",
        "/app/__init__.py": "",
        "/main.py": "import app\n",
        "/data.txt": "kept",
    }
    assert tree(device) == expected
    (small.root / "c.py").write_text("c = 2\n")
    run(small, device, groups=["dev"])
    assert tree(device) == {**expected, "/lib/c/__init__.py": "c=2\n", "/lib/b/__init__.py": "b=1\n"}


def test_a_project_without_packages_leaves_lib_alone(project, device):
    device.fs.write("/lib/mine.py", "mine = 1")
    project.write("")
    assert run(project, device).parts == []
    assert tree(device) == {"/lib/mine.py": "mine = 1"}


def test_any_name_of_the_main_program(small, device):
    (small.root / "start.py").write_text("x = 1\n")
    run(small, device, main=small.root / "start.py")
    assert device.fs.read_text("/main.py") == "x=1\n"


@pytest.mark.parametrize(
    ("change", "options", "error", "match"),
    [
        (lambda root: (root / "app/__init__.py").unlink(), {}, None, ""),
        (lambda root: (root / "app").rename(root / "apple"), {}, ConfigError, "there is no folder"),
        (lambda root: None, {"groups": ["nothing"]}, PackageError, "no group 'nothing'"),
        (lambda root: (root / "main.py").unlink(), {"main": "main.py"}, ConfigError, "there is no file"),
        (
            lambda root: (root / ".belay/dependencies/main/a/__init__.py").unlink()
            or (root / ".belay/dependencies/main/a").rmdir()
            or (root / ".belay/lock.json").unlink(),
            {},
            PackageError,
            "belay update",
        ),
        (
            lambda root: (root / ".belay/dependencies/main/a/__init__.py").unlink(),
            {},
            PackageError,
            "a of group main is not whole",
        ),
        *(
            (
                lambda root, name=name: (root / "pyproject.toml").write_text(
                    f'[tool.belay]\nname = "{name}"'
                ),
                {},
                ConfigError,
                what,
            )
            for name, what in [
                ("lib", "where the packages go"),
                ("Lib", "where the packages go"),
                ("os", "a module of the board's own"),
                ("Asyncio", "a module of the board's own"),
            ]
        ),
    ],
)
def test_what_the_host_lacks_is_said_before_a_board_is_touched(small, change, options, error, match):
    change(small.root)
    if "main" in options:
        options = {**options, "main": small.root / options["main"]}
    found = config.load(small.root)
    if error is None:
        with prepared(found, **options) as installation:
            assert [part.label for part in installation.parts] == ["/lib", "/app"]
        return
    with pytest.raises(error) as caught, prepared(found, **options):
        pass
    assert match in str(caught.value)


@pytest.mark.parametrize("name", ["main.py", "c.py"])
def test_what_cannot_be_sent_is_named_as_the_host_knows_it(small, device, name):
    """Both are copied first: the copy's name would say nothing."""
    (small.root / name).write_bytes(b"x = '\xff'")
    with pytest.raises(BelayException) as caught:
        run(small, device, main=small.root / "main.py")
    assert caught.value.message.startswith(f"{small.root / name} is no UTF-8")


def test_a_board_without_a_main_program_is_told(device):
    assert "no main.py" in not_started(device, stored=False)
    device.fs.write("/main.py", "")
    assert not_started(device, stored=False) == ""


@pytest.mark.parametrize(
    ("stored", "names", "warning"),
    [
        (True, ["code.py", "main.py"], "/code.py, not /main.py"),
        (False, ["code.py", "main.py"], None),
        (True, ["main.py", "lib/"], None),
        (False, ["code.py/"], "no main.py"),
    ],
)
def test_what_circuitpython_starts(stored, names, warning):
    class Listing(Board):
        def __call__(self, program):
            if "listdir" in program:
                return self.value([(name, None if name.endswith("/") else 1) for name in names])
            return super().__call__(program)

    fake = FakeBoard(Listing((10, 0, 3)), firmware=FIRMWARE["circuitpython 10"])
    with Device(fake, startup="", timeout=5) as device:
        said = not_started(device, stored=stored)
    assert warning in said if warning else said == ""


def test_what_differs_from_the_lock_is_told(small):
    with prepared(config.load(small.root)) as installation:
        assert installation.differing == []
    (small.root / ".belay/dependencies/main/a/__init__.py").write_text("edited = 1")
    with prepared(config.load(small.root)) as installation:
        assert installation.differing == ["main/a/__init__.py"]


@pytest.mark.parametrize("direction", [UP, DOWN])
@pytest.mark.parametrize("deaths", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_unplugged_in_each_phase(small, monkeypatch, tmp_path, direction, deaths):
    """Whatever the moment: which phase it was is said, each file is whole, and another install completes."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    def install_over(transport):
        with Device(transport, startup="") as device:
            run(small, device, main=small.root / "main.py")
            return tree(device)

    old = install_over(connect("sim:unplugged"))
    for name in ("c.py", "app/__init__.py", "main.py"):
        (small.root / name).write_text(f"# {name}\nx = 'new'\n" * 40)
    line = CountingTransport(connect("sim:whole"))
    with Device(line, startup="") as device:
        first = getattr(line.take(), f"bytes_{direction}")
        run(small, device, main=small.root / "main.py")
        last = first + getattr(line.take(), f"bytes_{direction}")
        new = tree(device)
    steps = set()
    for count in [*range(first + 5, last, (last - first) // deaths), last - 20]:
        with pytest.raises(ConnectionLost) as caught:
            install_over(CuttingTransport(connect("sim:unplugged"), direction, count))
        steps.add(caught.value.step)
        with Device("sim:unplugged", startup="") as device:
            found = tree(device)
            assert all(found[name] in (old.get(name), new.get(name)) for name in found)
            assert set(old) <= set(found)
        assert install_over(connect("sim:unplugged")) == new
        with Device("sim:unplugged", startup="") as device:
            for name, text in old.items():
                device.fs.write(name, text)
    assert steps == {f"installing {place}" for place in ("/lib", "/app", "/main.py")}


@pytest.fixture
def large(packages, project):
    """The 60 files of the budget as the project's folder, and ten packages of a few files each."""
    make.write(packages, project.root / "app")
    make.write(make.libraries(), project.root / "sources")
    project.write("\n".join(f'{name} = "./sources/{name}"' for name in make.LIBRARIES), 'name = "app"')
    project.update()
    (project.root / "main.py").write_text("import app\n")
    return project


def test_what_an_install_costs_on_the_wire(large):
    line = CountingTransport(connect(TARGET))
    with Device(line, startup="") as device:
        line.take()
        run(large, device, main=large.root / "main.py")
        first = line.take()
        run(large, device, main=large.root / "main.py")
        again = line.take()
        sources = sum(path.stat().st_size for path in large.root.rglob("*.py") if ".belay" not in path.parts)
        print("first", sources, first, "unchanged", again)
        assert len(tree(device)) == 60 + 30 + 1
    assert first.exchanges <= 12
    assert first.bytes_up <= 0.28 * sources
    assert again.exchanges <= 6
    assert again.bytes_up <= 3 * 1500
