"""``belay`` and ``python -m belay``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.argv[1:] == ["--version"]:
        # Answered before Typer is imported: this row of the budgets is 50 ms.
        from ._native import __version__

        print(f"belay {__version__}")
        return
    try:
        from .cli.main import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # while importing, or while telling of the first one
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
