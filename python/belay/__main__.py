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
    from .cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
