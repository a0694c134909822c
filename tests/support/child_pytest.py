"""pytest in a child process, in a fresh folder: as a user runs it."""

import os
import subprocess
import sys

_OURS = ("BELAY_", "PYTEST_")


def run_pytest(folder, *arguments, files=None, environment=None, autoload=False):
    """Run it; what it printed and its exit status.

    Without ``autoload`` it has no plugin but ours, which is named then: it starts in a third of the time.
    """
    if not autoload:
        environment = {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "pytest_belay",
            **(environment or {}),
        }
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": "", **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return result.stdout + result.stderr, result.returncode
