"""A person at a terminal window: tmux runs a shell, keys are sent, and the screen is read."""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

DEADLINE_S = 30
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Window:
    """A shell in a terminal of 120 by 40 characters; its prompt is ``ready>``."""

    def __init__(self, folder, environment):
        self._socket = str(folder / "tmux")
        names = {**os.environ, "TERM": "xterm-256color", "ENV": "", **environment}
        self._environment = {name: value for name, value in names.items() if not name.startswith("TMUX")}
        self._tmux("-f", os.devnull, "new-session", "-d", "-x", "120", "-y", "40", "sh")

    def await_prompt(self):
        """Wait for the shell."""
        self.enter("PS1='ready> '")
        self._await(lambda shown: shown.endswith("ready>"), "the shell's prompt")

    def type(self, text):
        """Type it as it is, without Enter."""
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys):
        """Keys by tmux's names: ``Enter``, ``C-]``, ``Down``."""
        self._tmux("send-keys", *keys)

    def enter(self, line):
        self.type(line)
        self.press("Enter")

    def paste(self, text):
        """As by the mouse."""
        subprocess.run(
            [*self._command(), "load-buffer", "-"], input=text.encode(), check=True, timeout=DEADLINE_S
        )
        self._tmux("paste-buffer", "-p")

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self):
        """What is to be seen now, without the empty lines at the end."""
        return self._tmux("capture-pane", "-p", "-J").rstrip()

    def await_text(self, text):
        """Wait until the screen shows it."""
        return self._await(lambda shown: text in shown, repr(text))

    def _await(self, enough, what):
        deadline = time.monotonic() + DEADLINE_S
        while not enough(shown := self.screen()):
            assert time.monotonic() < deadline, f"{what} did not come:\n{shown}"
            time.sleep(0.02)  # tmux tells nobody of a change
        return shown

    def close(self):
        self._tmux("kill-server")

    def _command(self):
        return ["tmux", "-S", self._socket]

    def _tmux(self, *arguments):
        done = subprocess.run(
            [*self._command(), *arguments], stdout=subprocess.PIPE, check=True, timeout=DEADLINE_S,
            env=self._environment, text=True,
        )  # fmt: skip
        return done.stdout


@contextmanager
def window(**environment):
    # Not pytest's folder: the path of a Unix socket has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="belay-tmux-") as folder:
        each = Window(Path(folder), environment)
        try:
            each.await_prompt()
            yield each
        finally:
            each.close()
