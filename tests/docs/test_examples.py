"""The examples of the documentation run as they are, and print what they should."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

PAGE = EXAMPLES.parent.joinpath("guides", "examples.md").read_text("utf-8")
SHOWN = dict(
    re.findall(r"literalinclude\} ../examples/(\w+)\.py\n[^`]*```text\n(.*?)```", PAGE, re.DOTALL),
)
"""What the page with the examples says that each prints."""
PRINTED = {
    "demo": ["Printing from device; turning LED to True.", "is high.", "is low.", "add(2, 3) = 5"],
    "readme": ["[1, 0, 1, 0]\n2\nZeroDivisionError"],
}
"""The others: what they print among other things."""


def run(name):
    environment = {**os.environ, "BELAY_DEVICE": os.environ.get("BELAY_DEVICE", "sim:")}
    command = [sys.executable, EXAMPLES / f"{name}.py"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_prints_what_the_page_shows(name):
    done = run(name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.replace(f"{EXAMPLES}{os.sep}", "") == SHOWN[name]


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_what_it_should(name):
    done = run(name)
    assert (done.returncode, done.stderr) == (0, "")
    position = 0
    for text in PRINTED[name]:
        position = done.stdout.index(text, position) + len(text)


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {*SHOWN, *PRINTED}


def test_the_readme_shows_the_example_that_runs():
    readme = EXAMPLES.parents[1].joinpath("README.md").read_text()
    assert f"```python\n{(EXAMPLES / 'readme.py').read_text()}```" in readme
