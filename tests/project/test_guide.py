"""Every TOML example of the guide is a configuration that belay understands."""

import re
from pathlib import Path

import pytest

from belay.project import config

GUIDE = Path(__file__).parents[2] / "docs/guides/packages.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(5))
def test_examples(number):
    found = config.parse(EXAMPLES[number], Path("pyproject.toml"), {})
    settings = found.settings
    named = any(group.dependencies for group in settings.groups)
    assert named or settings.mirrors
    assert len(EXAMPLES) == 5
