"""What `run` and `install` take of a project."""

import os

import pytest
from tests.support.project import project, webhost

from belay.exceptions import PackageError
from belay.project import config, folders

__all__ = ["project", "webhost"]


def load(project):
    return config.load(project.root)


def staged(project, tmp_path, *optional):
    found = load(project)
    target = tmp_path / "staged"
    folders.stage(found, folders.chosen_groups(found, optional), target)
    return {path.relative_to(target).as_posix(): path.read_text() for path in target.rglob("*.py")}


def test_the_path_of_a_local_interpreter(project):
    project.write('[tool.belay.group.dev]\noptional = true\n[tool.belay.group.dev.dependencies]\na = "*"')
    root = str(project.root)
    ours = [root, f"{root}/.belay/dependencies/main", f"{root}/.belay/dependencies/dev"]
    path = folders.micropython_path(load(project), {})
    assert path.split(os.pathsep) == [*ours, ".frozen"]
    path = folders.micropython_path(load(project), {"MICROPYPATH": os.pathsep.join(["/a", "/b"])})
    assert path.split(os.pathsep) == [*ours, "/a", "/b", ".frozen"]
    path = folders.micropython_path(load(project), {"MICROPYPATH": os.pathsep.join([".frozen", "/a"])})
    assert path.split(os.pathsep) == [*ours, ".frozen", "/a"]


def test_staging_takes_groups_and_develop_packages(project, tmp_path):
    for name in ("a", "b", "c"):
        (project.root / f"{name}.py").write_text(name)
    (project.root / "d").mkdir()
    (project.root / "d/x.py").write_text("d")
    project.write(
        'a = "./a.py"\nc = {uri = "./c.py", develop = true}\nd = {uri = "./d", develop = true}\n'
        '[tool.belay.group.dev]\noptional = true\n[tool.belay.group.dev.dependencies]\nb = "./b.py"'
    )
    project.update()
    (project.root / "c.py").write_text("edited")
    main = {"a/__init__.py": "a", "c/__init__.py": "edited", "d/x.py": "d"}
    assert staged(project, tmp_path) == main
    assert staged(project, tmp_path, "dev") == {**main, "b/__init__.py": "b"}
    with pytest.raises(PackageError, match="no group 'nothing'"):
        staged(project, tmp_path, "nothing")


def test_staging_before_the_first_update(project, tmp_path):
    project.write('a = "*"')
    with pytest.raises(PackageError, match="a of group main was not downloaded") as caught:
        staged(project, tmp_path)
    assert "belay update" in caught.value.hint


def test_two_groups_with_different_files(project, tmp_path):
    for name in ("one", "two"):
        (project.root / f"{name}.py").write_text(name)
    project.write('a = "./one.py"\n[tool.belay.group.dev.dependencies]\na = "./two.py"')
    project.update()
    with pytest.raises(PackageError, match=r"different files for a/__init__\.py"):
        staged(project, tmp_path)


def test_what_differs_from_the_lock(project):
    (project.root / "a").mkdir()
    for name in ("x", "y", "z"):
        (project.root / f"a/{name}.py").write_text(name)
    project.write('a = "./a"')
    project.update()
    found = load(project)
    groups = folders.chosen_groups(found, ())
    assert folders.differences(found, groups) == []
    folder = folders.group_folder(found, "main") / "a"
    (folder / "x.py").write_text("edited")
    (folder / "y.py").unlink()
    assert folders.differences(found, groups) == ["main/a/x.py", "main/a/y.py"]
    assert folders.differences(found, []) == []
