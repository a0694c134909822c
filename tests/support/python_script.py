"""A script for the fake board that runs programs on CPython, dressed as a board, so that a `Device` works."""

import builtins
import contextlib
import io
import traceback
from types import SimpleNamespace

from belay.testing import Answer
from belay.testing.firmware import MICROPYTHON

SYS = SimpleNamespace(
    implementation=("micropython", (1, 26, 1), 0), platform="rp2", stdout=SimpleNamespace(buffer=None)
)
MODULES = {"sys": SYS, "gc": SimpleNamespace(mem_free=lambda: 200_000, collect=lambda: None)}


class PythonScript:
    """One board's interpreter; it forgets its globals where `SystemExit` restarts it."""

    def __init__(self, firmware=MICROPYTHON):
        self.firmware = firmware
        self.restart()

    def restart(self):
        def import_(name, *arguments):
            return MODULES[name] if name in MODULES else builtins.__import__(name, *arguments)

        self.globals = {"__builtins__": {**vars(builtins), "__import__": import_}}

    def __call__(self, program):
        printed = io.StringIO()
        error = ""
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(program, "<stdin>", "exec"), self.globals)
            except SystemExit:
                if self.firmware.exit_resets:
                    self.restart()
                return Answer(line_text(printed.getvalue()), then="exit")
            except BaseException as caught:
                inner = caught.__traceback__.tb_next
                frames = "".join(
                    f'  File "<stdin>", line {frame.lineno}, in {frame.name}\n'
                    for frame in traceback.extract_tb(inner)
                )
                error = f"Traceback (most recent call last):\n{frames}{type(caught).__name__}: {caught}\n"
        return Answer(line_text(printed.getvalue()), line_text(error))


def line_text(text):
    """As `print` sends it over the line."""
    return text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")
