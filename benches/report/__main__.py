"""``python -m benches.report FILE [--print]``: from a file of ``pytest --benchmark-json`` to the page.

With ``--print`` the figures are compared with the budgets and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benches.report import budgets, page, plots, results


def main() -> int:
    """Report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--print", action="store_true", dest="only_print")
    options = parser.parse_args()
    found = results.condense(json.loads(options.file.read_text()))
    for budget, _, ours, limit, holds in budgets.table(found):
        if ours is not None:
            verdict = "" if holds else "exceeded"
            print(f"{budget.operation:36}{budget.figure:26}{ours:>12,g}  {limit:12}{verdict}".rstrip())
    if not options.only_print:
        results.save(found)
        page.FILE.write_text(page.page(found), "utf-8")
        plots.draw(found)
        print(f"\nThe page: {page.FILE.relative_to(results.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
