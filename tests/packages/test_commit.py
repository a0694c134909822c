"""All at once or not at all, whenever and however the process dies."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from belay.exceptions import PackageError
from belay.packages import commit

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks")


def filled(project, webhost, more="", source="https://files.example/b.py"):
    """A project with packages a (local), b and c, whose next update changes all three."""
    webhost.put("/files/b.py", "b1")
    (project.root / "a").mkdir()
    for name in ("x.py", "y.py"):
        (project.root / "a" / name).write_text("old")
    (project.root / "c.py").write_text("c")
    lines = f'a = "./a"\nb = "{source}"\n'
    project.write(lines + 'c = "./c.py"', more)
    project.update()
    (project.root / "a/x.py").write_text("new")
    (project.root / "a/y.py").unlink()
    webhost.put("/files/b.py", "b2")
    project.write(lines + 'd = "./c.py"', more)


def die_everywhere(project, how, *words):
    program = [sys.executable, deaths_path(), project.root, how, *words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(program, capture_output=True, text=True, timeout=110, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    steps, as_after = map(int, done.stdout.splitlines()[-1].split())
    assert steps > 30
    assert 0 < as_after < steps - 1


def deaths_path():
    return Path(__file__).parents[1] / "support/deaths.py"


def test_an_update_of_local_packages_dies_at_every_step(project, webhost):
    filled(project, webhost, source="./c.py")
    die_everywhere(project, "kill", "update")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "interrupt"])
def test_an_update_dies_at_every_step(project, webhost, how):
    filled(project, webhost)
    die_everywhere(project, how, "update")


@pytest.mark.parametrize("how", ["kill", "interrupt"])
def test_an_add_dies_at_every_step(project, how):
    """`pyproject.toml` is committed with the rest; the next command finishes what a death left."""
    (project.root / "a.py").write_text("a")
    (project.root / "b.py").write_text("b")
    project.write('a = "./a.py"')
    project.update()
    die_everywhere(project, how, "add", "b", "./b.py")


@pytest.mark.slow
def test_a_folder_elsewhere_dies_at_every_step(project, webhost):
    filled(project, webhost, 'dependencies_path = "vendor"')
    die_everywhere(project, "kill", "update")


def staged(root, *contents):
    (root / commit.STAGING).mkdir()
    for number, content in enumerate(contents):
        path = root / commit.STAGING / str(number)
        if isinstance(content, dict):
            path.mkdir()
            for name, text in content.items():
                (path / name).write_text(text)
        else:
            path.write_text(content)


@pytest.mark.parametrize("exchange", [True, False])
def test_folders_and_files_are_replaced(tmp_path, monkeypatch, exchange):
    if not exchange:  # as on systems that cannot
        monkeypatch.setattr(commit, "_exchange", lambda one, other: False)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/old").write_text("old")
    (tmp_path / "file").write_text("old")
    staged(tmp_path, {"new": "new"}, "new", {"x": "y"})
    commit.replace_all(tmp_path, ["folder", "file", "deep/er"])
    found = {p.relative_to(tmp_path).as_posix(): p.read_text() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"folder/new": "new", "file": "new", "deep/er/x": "y"}


def test_without_exchange_a_death_between_the_two_renames_is_recovered(tmp_path, monkeypatch):
    monkeypatch.setattr(commit, "_exchange", lambda one, other: False)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/old").write_text("old")
    staged(tmp_path, {"new": "new"})
    rename, died = os.rename, []

    def rename_once(source, target):
        if died:
            raise KeyboardInterrupt
        died.append(rename(source, target))

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", rename_once)
        with pytest.raises(KeyboardInterrupt):
            commit.replace_all(tmp_path, ["folder"])
    commit.recover(tmp_path)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["new"]
    assert not (tmp_path / commit.STAGING).exists()


def test_what_cannot_begin_is_not_committed(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(16, "Device or resource busy")

    (tmp_path / "file").write_text("old")
    staged(tmp_path, "new")
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: replace(a, b) if str(b).endswith(".json") else refuse())
    with pytest.raises(OSError, match="busy"):
        commit.replace_all(tmp_path, ["file"])
    assert (tmp_path / "file").read_text() == "old"
    assert not (tmp_path / commit.STAGING).exists()


def test_what_was_put_is_not_taken_back_though_the_target_changed_since(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    staged(tmp_path, {"new": "new"})
    with monkeypatch.context() as patch:
        patch.setattr(commit, "discard", lambda root: None)  # it died before it could clear away
        commit.replace_all(tmp_path, ["folder"])
    (tmp_path / "folder").rename(tmp_path / "moved")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/user").write_text("mine")
    commit.recover(tmp_path)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["user"]
    assert not (tmp_path / commit.STAGING).exists()


@pytest.mark.parametrize("target", ["../outside", "/etc/outside", "a/../../outside"])
def test_a_journal_that_came_with_the_project_moves_nothing_outside(tmp_path, target):
    root = tmp_path / "project"
    root.mkdir()
    staged(root, "evil")
    (root / commit.STAGING / "journal.json").write_text(json.dumps([{"target": target, "inode": 0}]))
    with pytest.raises(PackageError), commit.exclusive(root):
        pass
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("text", ["", "{", "[5]", '[{"target": 1}]', '[{"target": "x", "inode": "y"}]'])
def test_a_damaged_journal_is_an_error_that_says_what_to_do(tmp_path, text):
    staged(tmp_path)
    (tmp_path / commit.STAGING / "journal.json").write_text(text)
    with pytest.raises(PackageError) as caught, commit.exclusive(tmp_path):
        pass
    assert "delete" in caught.value.hint


def test_another_process_has_it(tmp_path):
    program = """
import pathlib, sys
from belay.packages import commit
with commit.exclusive(pathlib.Path(sys.argv[1])):
    print("has it", flush=True)
    input()
"""
    command = [sys.executable, "-c", program, tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"has it\n"
        with pytest.raises(PackageError, match="another belay command"), commit.exclusive(tmp_path):
            pass
        commit.recover(tmp_path)  # does not wait, does not fail
        other.kill()
        other.wait(10)
    with commit.exclusive(tmp_path):
        assert list(tmp_path.iterdir()) == []
