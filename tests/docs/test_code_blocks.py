"""Every code block of every page, run as it stands, in a folder of its own and on the simulated board.

A page's ``python`` blocks are one program, in which each keeps the line numbers that it has on the page; a
``text`` block right behind one is what it prints, and behind "becomes" what the minifier makes of it. A block
that begins with ``# FILE.py`` is that file. ``console`` blocks are typed into one shell: each line behind
``$`` has to succeed and to print the lines below it, in that order (``...`` stands for anything). ``toml``
has to be a project that belay understands.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomli
from tests.support.pages import blocks_of

import belay
from belay.cli.main import COMMANDS
from belay.project import config

pytest.importorskip("micropython_run")
ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
]
BLOCKS = {page: blocks for page in PAGES if (blocks := blocks_of(page))}
LANGUAGES = {"console", "json", "python", "sh", "text", "toml", "yaml", "{eval-rst}", "{toctree}"}
NOT_RUN_AT_MOST = 22
"""Raise it only for what no machine without a board, a network or a person can run."""
DEADLINE_S = 100

PORTS = re.compile(r"/dev/tty(?:USB|ACM)\d|\bCOM\d\b|\bPORT\b")
END = "\x1e"
"""Separates what one block or command prints from what the next one does."""


def ids(page):
    return str(page.relative_to(ROOT))


def environment(folder):
    """Of a user who has installed belay, and has this folder only."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("BELAY_", "PYTEST_"))}
    return {
        **ours,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder / ".home"),
        "XDG_DATA_HOME": str(folder / ".home"),
        "XDG_CACHE_HOME": str(folder / ".home"),
        "BELAY_DEVICE": "sim:port",
        "NO_COLOR": "1",
        "COLUMNS": "80",
        # pytest with belay's plugin alone starts in a third of the time.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": "pytest_belay",
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        "PYTHONPATH": "",
    }


def run(command, folder, text=None):
    """What it prints, on both streams, between the separators; and its status at the end."""
    done = subprocess.run(
        command, cwd=folder, env=environment(folder), input=text, encoding="utf-8", timeout=DEADLINE_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return [*done.stdout.split(END), done.returncode]


@pytest.mark.parametrize("page", BLOCKS, ids=ids)
def test_the_blocks_of_a_page(page, tmp_path):
    type_in(BLOCKS[page], tmp_path)
    run_program(BLOCKS[page], tmp_path)


def type_in(blocks, folder):
    """Type the console blocks, and write the files, in order, into one shell."""
    script, expected = [], []
    for block in blocks:
        if block.remark[0]:
            continue
        if block.file:
            script.append(f'mkdir -p "$(dirname {block.file})"; cat > {block.file} <<"EOF"\n{block.text}EOF')
        elif block.language == "console":
            parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
            assert parts[0] == "", f"{block} does not begin with $"
            for part in parts[1:]:
                command, _, output = part.partition("\n")
                command = PORTS.sub("sim:port", command)
                script.append(f"{{ {command}\n}} < /dev/null; printf '{END}%d{END}' $?")
                expected.append((block, command, output))
    if not script:
        return
    *said, _rest, _status = run(["bash"], folder, "\n".join(script))
    for (block, command, output), printed, status in zip(expected, said[::2], said[1::2], strict=True):
        told = f"{block}: {command} (status {status}) said\n{printed}"
        fails = re.search(r"^error: |^(?:\d+ passed, )?\d+ failed", output, re.MULTILINE)
        assert (status == "0") != bool(fails), told
        lines = iter(plain(re.sub(r" in [\d.]+s\b", "", printed)))
        for line in plain(output):
            pattern = re.escape(line).replace(r"\.\.\.", ".*")
            assert any(re.fullmatch(pattern, each) for each in lines), f"{line!r} is missing: {told}"


def plain(text):
    """Lines without runs of dashes, equal signs and spaces: these depend on the width of the terminal."""
    return [re.sub(r"[-= ]{2,}", " ", line).strip() for line in text.splitlines()]


def run_program(blocks, folder):
    """Run the python blocks as one program."""
    program = [block for block in blocks if block.language == "python" and block.is_run]
    program = [block for block in program if not behind(block, blocks, "becomes")]
    if not program:
        return
    lines = [""] * (blocks[-1].line + blocks[-1].text.count("\n") + 1)
    for block in program:
        text = PORTS.sub("sim:", block.text).splitlines()
        start = block.line - 1
        lines[start : start + len(text)] = text
        lines[start + len(text)] = f"print(end={END!r}, flush=True)"
    file = folder / f"{blocks[0].page.stem.replace('-', '_')}_page.py"
    file.write_text("\n".join(lines), "utf-8")
    *said, rest, status = run([sys.executable, file.name], folder)
    assert len(said) == len(program), f"{program[len(said)]} raised\n{rest}"
    assert status == 0, rest
    assert "Traceback" not in rest, rest
    for block, printed in zip(program, said, strict=True):
        output = behind(block, blocks, "")
        assert output is None or printed == output.text, f"what {block} prints"


def behind(block, blocks, words):
    """The text block that follows a block, if only these words stand between them."""
    index = blocks.index(block) + 1
    found = blocks[index] if index < len(blocks) else None
    return found if found and found.language == "text" and found.before.strip() == words else None


ALL = [block for blocks in BLOCKS.values() for block in blocks]


@pytest.mark.parametrize("block", ALL, ids=str)
def test_a_block_is_of_its_language(block):
    assert block.language in LANGUAGES, "which language?"
    if block.language == "python":
        ast.parse(block.text)
        result = behind(block, BLOCKS[block.page], "becomes")
        assert result is None or belay.minify(block.text) == result.text
    elif block.language == "toml":
        project = tomli.loads(block.text)
        if "belay" in project.get("tool", {}):
            config.parse(block.text, Path("pyproject.toml"), {})
    elif block.language == "json":
        json.loads(block.text)
    elif block.language in ("sh", "yaml"):
        assert block.remark[0], "nothing runs it: say why"


def test_every_command_exists():
    text = "".join(page.read_text("utf-8") for page in PAGES if page.stem != "migrate-from-belay")
    used = set(re.findall(r"^(?:\$ |    )belay ([a-z]+)|`belay ([a-z]+)", text, re.MULTILINE))
    assert {first or second for first, second in used} <= set(COMMANDS)


def test_files_are_used():
    for blocks in BLOCKS.values():
        for number, block in enumerate(blocks):
            if block.file.endswith(".py") and not block.remark[0]:
                assert any(each.is_run for each in blocks[number:]), f"{block}: nothing uses {block.file}"


def test_what_is_not_run_says_why():
    """`pytest -rP` lists them."""
    reasons = [(str(block), block.remark[1]) for block in ALL if block.remark[0] == "not run"]
    print(*(f"{place}: {reason}" for place, reason in reasons), sep="\n")
    assert all(len(reason.split()) > 2 for _, reason in reasons)
    assert len(reasons) <= NOT_RUN_AT_MOST


def test_what_a_test_of_its_own_runs_is_run_by_it():
    for block in ALL:
        if block.remark[0] == "run by":
            assert block.page.stem in (ROOT / block.remark[1]).read_text("utf-8"), block


@pytest.mark.parametrize(
    ("judge", "text", "why"),
    [
        (run_program, "```python\nprint(1)\n```\n\n```text\n2\n```\n", "prints"),
        (run_program, "```python\nprint(1)\n```\n\n```python\nraise ValueError\n```\n", "raised"),
        (run_program, "```python\nimport atexit\natexit.register(lambda: 1 / 0)\n```\n", "Traceback"),
        (type_in, "```console\n$ false\n```\n", "status 1"),
        (type_in, "```console\n$ echo 12\n1\n```\n", "is missing"),
        (type_in, "```console\n$ echo\nerror: x\n```\n", "status 0"),
    ],
)
def test_the_judges_see_failures(judge, text, why, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(AssertionError, match=why):
        judge(blocks_of(page), tmp_path)
