"""Whole updates against a server that answers as GitHub, GitLab, Codeberg and an index do."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import textwrap

import pytest
from tests.support import webhost as hosts

from belay.exceptions import ConfigError, IntegrityError, PackageError, PackageNotFoundError, ResolutionError
from belay.packages import commit

GITHUB = "https://github.com/micropython/micropython-lib"
CODELOAD = "/codeload/micropython/micropython-lib/tar.gz"
RAW = "/raw/micropython/micropython-lib"


# The seed's examples of chapter 4.5.


def test_a_local_file_and_a_local_folder(project):
    library = project.root.parent / "micropython-lib/python-stdlib"
    (library / "pathlib").mkdir(parents=True)
    (library / "pathlib/pathlib.py").write_text("class Path: pass\n")
    (library / "os/os/sub").mkdir(parents=True)
    (library / "os/os/__init__.py").write_text("# os\n")
    (library / "os/os/sub/x.py").write_text("# x\n")
    project.write(
        'pathlib = "../micropython-lib/python-stdlib/pathlib/pathlib.py"\n'
        'os = "../micropython-lib/python-stdlib/os/os"'
    )
    assert project.update() == ["main/pathlib added", "main/os added"]
    assert project.installed() == {
        "main/pathlib/__init__.py": "class Path: pass\n",
        "main/os/__init__.py": "# os\n",
        "main/os/sub/x.py": "# x\n",
    }


def test_a_file_and_a_folder_of_github(project, webhost):
    webhost.put(f"{RAW}/master/python-stdlib/pathlib/pathlib.py", "class Path: pass\n")
    files = {"python-stdlib/os/os/__init__.py": "# os\n", "python-stdlib/os/manifest.py": "", "README": ""}
    webhost.put(f"{CODELOAD}/master", hosts.archive(files))
    project.write(
        f'pathlib = "{GITHUB}/blob/master/python-stdlib/pathlib/pathlib.py"\n'
        f'os = "{GITHUB}/tree/master/python-stdlib/os/os"'
    )
    project.update()
    assert project.installed() == {
        "main/pathlib/__init__.py": "class Path: pass\n",
        "main/os/__init__.py": "# os\n",
    }
    record = project.lock()["files"]["main/os/__init__.py"]
    assert record["resolved"] == hosts.COMMIT
    assert record["source"] == f"{GITHUB}/tree/master/python-stdlib/os/os"
    assert record["sha256"] == hashlib.sha256(b"# os\n").hexdigest()


def test_a_list_of_files_in_a_group(project, webhost):
    webhost.put(f"{RAW}/master/python-stdlib/unittest/unittest/__init__.py", "# one\n")
    webhost.put(f"{RAW}/master/python-stdlib/unittest-discover/unittest/__main__.py", "# two\n")
    project.write(
        "[tool.belay.group.dev.dependencies]\nunittest = [\n"
        f'    "{GITHUB}/blob/master/python-stdlib/unittest/unittest/__init__.py",\n'
        f'    "{GITHUB}/blob/master/python-stdlib/unittest-discover/unittest/__main__.py",\n]'
    )
    assert project.update() == ["dev/unittest added"]
    assert project.installed() == {
        "dev/unittest/__init__.py": "# one\n",
        "dev/unittest/__main__.py": "# two\n",
    }


def test_develop_is_not_copied(project):
    (project.root / "lib.py").write_text("x = 1")
    project.write('lib = {uri = "./lib.py", develop = true}')
    assert project.update() == []
    assert project.installed() == {}


def test_only_what_is_named_is_updated(project, webhost):
    for name in ("a", "b"):
        webhost.put(f"/files/{name}.py", "old")
    project.write('a = "https://files.example/a.py"\nb = "https://files.example/b.py"')
    project.update()
    for name in ("a", "b"):
        webhost.put(f"/files/{name}.py", "new")
    assert project.update("b") == ["main/b updated"]
    assert project.installed() == {"main/a/__init__.py": "old", "main/b/__init__.py": "new"}
    project.refused(PackageNotFoundError, "no package 'c'", "c")


def test_what_the_configuration_no_longer_names_goes(project, webhost):
    webhost.put("/files/a.py", "a")
    webhost.put_package("x", {"x.py": "x"})
    project.write('a = "https://files.example/a.py"\nx = "*"')
    project.update()
    project.write('a = "https://files.example/a.py"')
    assert project.update() == ["main/a unchanged", "main/x removed"]
    assert project.installed() == {"main/a/__init__.py": "a"}


# Hosts, references, indexed packages.


def test_a_reference_with_slashes(project, webhost):
    webhost.put(f"{CODELOAD}/feature/x", hosts.archive({"lib/os/a.py": "a"}))
    project.write(f'os = "{GITHUB}/tree/feature/x/lib/os"')
    project.update()
    assert project.installed() == {"main/os/a.py": "a"}
    assert webhost.paths() == [f"{CODELOAD}/feature", f"{CODELOAD}/feature/x"]


def test_gitlab_and_codeberg(project, webhost):
    webhost.put("/gitlab/group/sub/repo/-/raw/main/lib/x.py", "x")
    webhost.put("/gitlab/group/sub/repo/-/archive/main/repo-main.tar.gz", hosts.archive({"lib/y/a.py": "y"}))
    webhost.put("/codeberg/api/v1/repos/o/r/raw/lib/z.py?ref=main", "z")
    webhost.put("/codeberg/api/v1/repos/o/r/archive/main.tar.gz", hosts.archive({"w/b.py": "w"}, top="r"))
    project.write(
        'x = "https://gitlab.com/group/sub/repo/-/blob/main/lib/x.py"\n'
        'y = "https://gitlab.com/group/sub/repo/-/tree/main/lib/y"\n'
        'z = "https://codeberg.org/o/r/src/branch/main/lib/z.py"\n'
        'w = "https://codeberg.org/o/r/src/branch/main/w"'
    )
    project.update()
    assert project.installed() == {
        "main/x/__init__.py": "x",
        "main/y/a.py": "y",
        "main/z/__init__.py": "z",
        "main/w/b.py": "w",
    }


def test_an_indexed_package_with_its_dependencies(project, webhost):
    webhost.put_package("aioble", {"aioble/__init__.py": "i"}, deps=[["aioble-core", "latest"]])
    webhost.put_package("aioble-core", {"aioble/core.py": "c"}, version="0.4")
    webhost.put_package("logging", {"logging.py": "l"}, version="0.6")
    project.write('aioble = "1.0"\nlogger = "mip:logging"')
    project.update()
    assert project.installed() == {
        "main/aioble/__init__.py": "i",
        "main/aioble/core.py": "c",
        "main/logging.py": "l",
    }
    files = project.lock()["files"]
    assert files["main/aioble/core.py"]["packages"] == ["aioble"]
    assert files["main/aioble/core.py"]["source"] == "mip:aioble-core"
    assert files["main/aioble/core.py"]["resolved"] == "0.4"
    project.write('logger = "mip:logging"')
    assert project.update() == ["main/logger unchanged", "main/aioble removed"]
    assert project.installed() == {"main/logging.py": "l"}


def test_indices_are_tried_in_order_and_flavours_differ(project, webhost):
    webhost.put(
        "/own/package/6/x/latest.json", json.dumps({"urls": [["x.mpy", "https://files.example/x.mpy"]]})
    )
    webhost.put("/files/x.mpy", b"M\x06\x00\x1f")
    first = f"{webhost.url}/none"
    project.write('x = "*"', f'package_indices = ["{first}", "{webhost.url}/own/"]\nmpy_version = 6')
    project.update()
    assert project.tree()[".belay/dependencies/main/x.mpy"] == b"M\x06\x00\x1f"
    assert webhost.paths()[0] == "/none/package/6/x/latest.json"


def test_a_mip_package_of_a_repository(project, webhost):
    document = {"version": "2", "urls": [["p/a.py", "src/a.py"]], "deps": [["logging", ""]]}
    webhost.put("/raw/o/r/HEAD/package.json", json.dumps(document))
    webhost.put("/raw/o/r/HEAD/src/a.py", "a")
    webhost.put_package("logging", {"logging.py": "l"})
    project.write('p = "github:o/r"')
    project.update()
    assert project.installed() == {"main/p/a.py": "a", "main/logging.py": "l"}


def test_a_manifest_of_a_repository(project, webhost):
    files = {
        "x/manifest.py": 'metadata(version="3")\npackage("x")\nrequire("logging")',
        "x/x/__init__.py": "x",
    }
    webhost.put(f"{CODELOAD}/master", hosts.archive(files))
    webhost.put_package("logging", {"logging.py": "l"})
    project.write(f'x = "{GITHUB}/blob/master/x/manifest.py"')
    project.update()
    assert project.installed() == {"main/x/__init__.py": "x", "main/logging.py": "l"}


def test_packages_may_share_a_file_that_is_the_same(project, webhost):
    """micropython-lib's own: aioble-central and aioble-server both bring aioble/core.py."""
    webhost.put_package("one", {"aioble/core.py": "core", "aioble/one.py": "1"})
    webhost.put_package("two", {"aioble/core.py": "core", "aioble/two.py": "2"})
    project.write('one = "*"\ntwo = "*"')
    project.update()
    assert project.lock()["files"]["main/aioble/core.py"]["packages"] == ["one", "two"]
    project.write('two = "*"')
    project.update()
    assert sorted(project.installed()) == ["main/aioble/core.py", "main/aioble/two.py"]


def test_two_packages_that_write_one_path(project, webhost):
    webhost.put_package("one", {"x.py": "1"})
    webhost.put_package("two", {"x.py": "2"})
    project.write('one = "*"\ntwo = "*"')
    project.refused(ResolutionError, "one .* and two .* write one path")
    webhost.put_package("two", {"x.py/y.py": "2"})
    project.refused(ResolutionError, "one and two write one path")


def test_impossible_versions_and_cycles(project, webhost):
    webhost.put_package("a", {"a.py": "a"}, deps=[["x", "1"], ["b", "latest"]])
    webhost.put_package("b", {"b.py": "b"}, deps=[["x", "2"], ["a", "latest"]])
    for version in ("1", "2"):
        webhost.put_package("x", {"x.py": version}, version=version)
    project.write('a = "*"')
    project.refused(
        ResolutionError, "two demands cannot both hold: a -> mip:a -> mip:x 1; a -> mip:a -> mip:b"
    )
    webhost.put_package("b", {"b.py": "b"}, deps=[["a", "latest"]])
    project.update()
    assert sorted(project.installed()) == ["main/a.py", "main/b.py", "main/x.py"]


# Requests that are not made.


def test_a_folder_of_50_files_is_one_request(project, webhost):
    webhost.put(f"{CODELOAD}/master", hosts.archive({f"lib/f{n}.py": str(n) for n in range(50)}))
    project.write(f'lib = "{GITHUB}/tree/master/lib"')
    project.update()
    assert len(project.installed()) == 50
    assert len(webhost.requests) == 1


def test_two_folders_of_one_repository_are_one_request(project, webhost):
    webhost.put(f"{CODELOAD}/master", hosts.archive({"a/x.py": "a", "b/x.py": "b"}))
    project.write(f'a = "{GITHUB}/tree/master/a"\nb = "{GITHUB}/tree/master/b"')
    project.update()
    assert len(webhost.requests) == 1


def pinned(project, webhost):
    sha = "f" * 40
    webhost.put(f"{RAW}/{sha}/x.py", "x")
    webhost.put(f"{CODELOAD}/v1.2.3", hosts.archive({"lib/y.py": "y"}))
    webhost.put_package("z", {"z.py": "z"}, version="2.0", deps=[["w", "1.0"]])
    webhost.put_package("w", {"w.py": "w"})
    project.write(f'x = "{GITHUB}/blob/{sha}/x.py"\ny = "{GITHUB}/tree/v1.2.3/lib"\nz = "2.0"')
    project.update()
    webhost.requests.clear()


def test_pinned_versions_are_not_requested_again(project, webhost):
    pinned(project, webhost)
    before = project.tree()
    assert project.update() == ["main/x unchanged", "main/y unchanged", "main/z unchanged"]
    assert project.update(locked=True) == ["main/x unchanged", "main/y unchanged", "main/z unchanged"]
    assert webhost.requests == []
    assert project.tree() == before


def test_without_a_request_httpx_is_not_even_imported(project, webhost):
    pinned(project, webhost)
    program = (
        "import sys; from belay.cli.main import run; print(run(['update'])); print('httpx' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project.root, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines()[-2:] == ["0", "False"]


def test_offline_makes_no_request(project, webhost):
    webhost.put(f"{RAW}/master/x.py", "x")
    webhost.put_package("z", {"z.py": "z"})
    project.write(f'x = "{GITHUB}/blob/master/x.py"\nz = "*"')
    project.update()
    webhost.requests.clear()
    subprocess.run(["rm", "-r", project.root / ".belay"], check=True)
    assert project.update(offline=True) == ["main/x added", "main/z added"]
    assert webhost.requests == []
    project.write('y = "https://files.example/y.py"')
    project.refused(PackageError, "not in the cache", offline=True)


def test_a_branch_is_revalidated(project, webhost):
    answer = webhost.put(f"{RAW}/main/x.py", "x = 1")
    project.write(f'x = "{GITHUB}/blob/main/x.py"')
    project.update()
    assert project.update() == ["main/x unchanged"]
    assert webhost.requests[-1][1]["If-None-Match"]
    answer.body = b"x = 2"
    assert project.update() == ["main/x updated"]


# The lock.


def test_locked_restores_exactly_that(project, webhost):
    webhost.put_package("a", {"a.py": "a1"}, version="1", deps=[["b", "latest"]])
    webhost.put_package("b", {"b.py": "b1"}, version="1")
    webhost.put(f"{CODELOAD}/main", hosts.archive({"lib/x.py": "x1"}))
    webhost.put(f"{CODELOAD}/{hosts.COMMIT}", hosts.archive({"lib/x.py": "x1"}))
    project.write(f'a = "*"\nlib = "{GITHUB}/tree/main/lib"')
    project.update()
    before = project.tree()
    webhost.put_package("a", {"a.py": "a2"}, version="2", deps=[["b", "latest"]])
    webhost.put_package("b", {"b.py": "b2"}, version="2")
    webhost.put(f"{CODELOAD}/main", hosts.archive({"lib/x.py": "x2"}, commit="e" * 40))
    subprocess.run(["rm", "-r", project.root / ".belay/dependencies"], check=True)
    assert project.update(locked=True) == ["main/a added", "main/lib added"]
    assert project.tree() == before


def test_locked_refuses_what_differs(project, webhost):
    webhost.put("/files/x.py", "x1")
    project.write('x = "https://files.example/x.py"')
    project.refused(PackageNotFoundError, "there is no .*lock.json", locked=True)
    project.update()
    project.write('x = "https://files.example/x.py"\ny = "https://files.example/x.py"')
    project.refused(IntegrityError, "y of group main is not in the lock", locked=True)
    project.write('x = "https://files.example/x.py"')
    webhost.put("/files/x.py", "x2")
    assert project.update(locked=True) == ["main/x unchanged"]
    (project.root / ".belay/dependencies/main/x/__init__.py").write_text("edited")
    project.refused(IntegrityError, "no longer what the lock says", locked=True)
    project.write('x = "https://files.example/other.py"')
    project.refused(IntegrityError, "not in the lock as pyproject.toml has it", locked=True)
    project.write("")
    project.refused(IntegrityError, "in the lock, but not in pyproject", locked=True)


def test_the_lock_holds_no_secret(project, webhost):
    webhost.put("/files/x.py?token=hunter2", "x")
    project.write('x = "https://files.example/x.py?token=hunter2"')
    project.update(environment={"GITHUB_TOKEN": "ghp_hunter2"})
    assert "hunter2" not in (project.root / ".belay/lock.json").read_text()
    assert project.update(locked=True) == ["main/x unchanged"]


# Hostile and broken: the project is as it was.


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b"<!DOCTYPE html>\n<p>Sign in", "HTML page"),
        (b"\n  <html>", "HTML page"),
        (b"x = '\xe9'", "not UTF-8"),
    ],
)
def test_no_python(project, webhost, body, match):
    webhost.put("/files/a.py", "a")
    webhost.put("/files/x.py", body)
    project.write('a = "https://files.example/a.py"')
    project.update()
    project.write('a = "https://files.example/a.py"\nx = "https://files.example/x.py"')
    project.refused(IntegrityError, match)
    webhost.put(f"{CODELOAD}/main", hosts.archive({"lib/x.py": body}))
    project.write(f'x = "{GITHUB}/tree/main/lib"')
    project.refused(IntegrityError, match)


def test_a_wrong_hash(project, webhost):
    webhost.put_package("x", {"x.py": "x"})
    digest = hashlib.sha256(b"x").hexdigest()[:8]
    webhost.put(f"/pi/file/{digest[:2]}/{digest}", "y")
    project.write('x = "*"')
    project.refused(IntegrityError, "does not have the hash")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_in_an_archive(project, webhost, kind):
    info = tarfile.TarInfo("repo-main/lib/evil.py")
    info.type, info.linkname = kind, "/etc/passwd"
    webhost.put(f"{CODELOAD}/main", hosts.archive({"lib/x.py": "x"}, extra=[(info, None)]))
    project.write(f'lib = "{GITHUB}/tree/main/lib"')
    project.refused(IntegrityError, "link or device 'evil.py'")


def test_links_in_a_local_folder(project):
    (project.root / "lib").mkdir()
    (project.root / "lib/x.py").write_text("x")
    (project.root / "lib/link").symlink_to("/etc")
    project.write('x = "./lib"')
    project.refused(IntegrityError, "link or device 'link'")
    (project.root / "lib/link").unlink()
    os.mkfifo(project.root / "lib/pipe")
    with pytest.raises(IntegrityError, match="link or device 'pipe'"):
        project.update()


@pytest.mark.parametrize("target", ["../x.py", "/etc/x.py", "C:/x.py", "a\\..\\..\\x.py", "a/../../x.py"])
def test_hostile_targets_of_an_index(project, webhost, target):
    webhost.put_package("x", {target: "x"})
    project.write('x = "*"')
    project.refused(IntegrityError, "target path")


def test_a_package_that_is_too_large(project, webhost):
    webhost.put(f"{CODELOAD}/main", hosts.archive({f"lib/{n}": os.urandom(900_000) for n in range(3)}))
    project.write(f'lib = "{GITHUB}/tree/main/lib"')
    small = {"BELAY_PACKAGE_LIMIT": "1"}
    project.refused(IntegrityError, "larger than 1 MiB", environment=small)
    project.refused(ConfigError, "BELAY_PACKAGE_LIMIT", environment={"BELAY_PACKAGE_LIMIT": "many"})
    assert project.update(environment={"BELAY_PACKAGE_LIMIT": "3"}) == ["main/lib added"]


def test_one_failure_of_many_changes_nothing(project, webhost):
    webhost.put("/files/a.py", "a")
    webhost.put_package("b", {"b.py": "b"})
    project.write('a = "https://files.example/a.py"\nb = "*"\nc = "https://files.example/missing.py"')
    project.refused(PackageNotFoundError, "missing.py does not exist")


def test_a_full_disk(project, webhost):
    """Files larger than 20 kB cannot be written here; the cache goes without, the project stays."""
    webhost.put("/files/a.py", "a")
    project.write('a = "https://files.example/a.py"')
    project.update()
    before = project.tree()
    webhost.put("/files/b.py", "b" * 30_000)
    project.write('a = "https://files.example/a.py"\nb = "https://files.example/b.py"')
    before["pyproject.toml"] = project.tree()["pyproject.toml"]
    program = textwrap.dedent("""
        import resource, signal, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        from belay.cli.main import run
        sys.exit(run(["update"]))
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project.root, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]
    assert project.tree() == before


def test_two_at_once(project, webhost):
    webhost.put("/files/a.py", "a")
    project.write('a = "https://files.example/a.py"')
    with commit.exclusive(project.root):
        project.refused(PackageError, "another belay command")
    assert project.update() == ["main/a added"]


def test_a_link_in_place_of_our_folder_is_not_written_through(project, webhost, tmp_path):
    webhost.put("/files/a.py", "a")
    project.write('a = "https://files.example/a.py"')
    (tmp_path / "elsewhere").mkdir()
    (project.root / ".belay").symlink_to(tmp_path / "elsewhere")
    project.refused(PackageError, "symbolic link")
    (project.root / ".belay").unlink()
    (project.root / "vendor").symlink_to(tmp_path / "elsewhere")
    project.write('a = "https://files.example/a.py"', 'dependencies_path = "vendor/deep"')
    project.refused(PackageError, "symbolic link")
    assert list((tmp_path / "elsewhere").iterdir()) == []


# What else is in the folders.


def test_what_the_user_keeps_in_our_folder_stays(project, webhost):
    webhost.put("/files/a.py", "a")
    (project.root / ".belay/notes").mkdir(parents=True)
    (project.root / ".belay/notes/x.txt").write_text("mine")
    project.write('a = "https://files.example/a.py"')
    project.update()
    assert project.tree()[".belay/notes/x.txt"] == b"mine"


def test_a_folder_that_the_user_chose_keeps_what_is_not_ours(project, webhost):
    webhost.put("/files/a.py", "a")
    (project.root / "vendor/main").mkdir(parents=True)
    (project.root / "vendor/main/own.py").write_text("mine")
    (project.root / "vendor/link").symlink_to("main/own.py")
    path = 'dependencies_path = "vendor"'
    project.write('a = "https://files.example/a.py"', path)
    project.update()
    project.write("", path)
    assert project.update() == ["main/a removed"]
    assert project.tree()["vendor/main/own.py"] == b"mine"
    assert (project.root / "vendor/link").is_symlink()
    assert not (project.root / "vendor/main/a").exists()


def test_a_file_of_the_users_own_is_not_overwritten(project, webhost):
    webhost.put("/files/a.py", "a")
    (project.root / "vendor/main/a").mkdir(parents=True)
    (project.root / "vendor/main/a/__init__.py").write_text("mine")
    project.write('a = "https://files.example/a.py"', 'dependencies_path = "vendor"')
    project.refused(PackageError, r"vendor/main/a/__init__\.py was not put there by belay")


def test_strays_go_with_their_package_or_when_locked(project, webhost):
    webhost.put("/files/a.py", "a")
    webhost.put("/files/b.py", "b")
    project.write('a = "https://files.example/a.py"\nb = "https://files.example/b.py"')
    project.update()
    before = project.tree()
    for name in ("a", "b"):
        (project.root / f".belay/dependencies/main/{name}/stray.py").write_text("")
    project.update("a")
    assert "main/a/stray.py" not in project.installed()
    assert "main/b/stray.py" in project.installed()
    project.update(locked=True)
    assert project.tree() == before


def test_without_a_lock_named_folders_stay_and_others_go(project):
    for name in ("a", "b"):
        (project.root / f".belay/dependencies/main/{name}").mkdir(parents=True)
        (project.root / f".belay/dependencies/main/{name}/__init__.py").write_text(name)
    (project.root / "c.py").write_text("c")
    project.write('a = "./a.py"\nc = "./c.py"')
    assert project.update("c") == ["main/c added", "main/b removed"]
    assert sorted(project.installed()) == ["main/a/__init__.py", "main/c/__init__.py"]
