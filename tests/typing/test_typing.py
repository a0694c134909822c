"""Types have tests: mypy agrees with `decorators.py`, and reports exactly the errors marked there."""

import re
import subprocess
import sys
from pathlib import Path

FILE = Path(__file__).with_name("decorators.py")


def test_decorated_functions_keep_their_signatures(tmp_path):
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", tmp_path, FILE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=FILE.parents[2])
    reported = set(re.findall(r"decorators\.py:(\d+): error:.*\[(.*)\]", done.stdout))
    lines = FILE.read_text().splitlines()
    expected = {
        (str(number), line.partition("# error: ")[2])
        for number, line in enumerate(lines, 1)
        if "# error: " in line
    }
    assert reported == expected, done.stdout
