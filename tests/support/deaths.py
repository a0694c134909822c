"""Runs one command line again and again, and ends it at each of its steps in the file system.

``python deaths.py PROJECT kill|interrupt WORDS...`` forks for each step; the audit hook of the child counts
what Python does to files, and at the step's number it kills the process or raises KeyboardInterrupt. After
each death every part of the project (`.belay`, each other file or folder) must be as before or as after, and
after the next command the project as a whole; prints how many steps were tried and in how many the project
was as after.
"""

import os
import shutil
import signal
import sys
from pathlib import Path

from belay.cli import main
from belay.packages import commit
from belay.project import config

STEPS = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link", "os.chmod", "ctypes.dlsym"}
STEPS |= {"os.scandir", "os.listdir", "shutil.rmtree", "shutil.copymode", "socket.connect"}


def tree(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and commit.STAGING not in path.parts
    }


def of(part, files):
    return {path: content for path, content in files.items() if path.split("/")[0] == part}


def die_at(step, how):
    count = 0

    def hook(event, _):
        nonlocal count
        if event in STEPS:
            count += 1
            if count == step:
                if how == "kill":
                    os.kill(os.getpid(), signal.SIGKILL)
                raise KeyboardInterrupt

    sys.addaudithook(hook)


def run_child(words, step=0, how=""):
    child = os.fork()
    if not child:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if step:
            die_at(step, how)
        status = 99
        try:
            status = main.run(words)
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def restore(saved, root):
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(saved, root, dirs_exist_ok=True)


def run(root, how, words):
    saved = root.with_name("saved")
    shutil.copytree(root, saved)
    before = tree(root)
    assert main.run(words) == 0  # here, so that what is imported is imported
    after = tree(root)
    assert before != after
    as_after = 0
    for step in range(1, 2000):
        restore(saved, root)
        status = run_child(words, step, how)
        found = tree(root)
        for part in {path.split("/")[0] for path in (*before, *after, *found)}:
            assert of(part, found) in (of(part, before), of(part, after)), (
                f"{part} is between, at step {step}"
            )
        config.load(root)  # any next command
        recovered = tree(root)
        assert recovered in (before, after), f"between, after recovery from step {step}"
        assert found == before or recovered == after, f"step {step} was undone"
        assert not (root / commit.STAGING).exists()
        if status == 0:
            assert recovered == after
            print(step, as_after)
            return
        assert status == (-signal.SIGKILL if how == "kill" else 130), f"step {step} ended with {status}"
        as_after += recovered == after
    raise AssertionError("it never ends")


os.chdir(sys.argv[1])
run(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
