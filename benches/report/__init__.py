"""From what a run measured to docs/concepts/performance.md: results, budgets, page, plots."""
