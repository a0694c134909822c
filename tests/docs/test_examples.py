"""The examples of the documentation run as they are, and print what they should."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

PRINTED = {
    "demo": ["Printing from device; turning LED to True.", "is high.", "is low.", "add(2, 3) = 5"],
    "blink": ["blinked 3 times"],
    "adc": ["1.65 V"],
    "exception": [
        f'File "{EXAMPLES / "exception.py"}", line 11, in divide',
        "ZeroDivisionError in divide(): return a / b",
    ],
    "generators": ["3\n2\n1\n", "10 5 1", "lift-off"],
    "thread": ["the thread is running"],
    "subclass": ["the lamp is on"],
    "sync": ["place.txt", "thermometer.py", "kitchen has 27 degrees"],
    "several_devices": ["[1, 0]"],
    "neopixel": ["[(255, 0, 0), (0, 0, 0), (0, 0, 255)]"],
    "sensor": ["21.5 degrees"],
    "readme": ["[1, 0, 1, 0]\n2\nZeroDivisionError"],
}


def run(name):
    environment = {**os.environ, "BELAY_DEVICE": os.environ.get("BELAY_DEVICE", "sim:")}
    command = [sys.executable, EXAMPLES / f"{name}.py"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_what_it_should(name):
    done = run(name)
    assert (done.returncode, done.stderr) == (0, "")
    position = 0
    for text in PRINTED[name]:
        position = done.stdout.index(text, position) + len(text)


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(PRINTED)


def test_the_readme_shows_the_example_that_runs():
    readme = EXAMPLES.parents[1].joinpath("README.md").read_text()
    assert f"```python\n{(EXAMPLES / 'readme.py').read_text()}```" in readme
