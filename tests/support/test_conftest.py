"""The tests refuse a board that has this machine's files."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("micropython_run")
UNIX_PORT = "import micropython_unix as u; u.run_main(['micropython'])"


def test_a_bare_unix_port_is_refused():
    """Only collected: no test runs should it not be."""
    target = f'execpty:{sys.executable} -c "{UNIX_PORT}"'
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/test_exports.py"],
        env={**os.environ, "BELAY_DEVICE": target}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "has this machine's files" in done.stdout + done.stderr
