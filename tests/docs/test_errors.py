"""The table of all errors: it is what the source says, and its wording keeps to a few rules."""

import ast
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "errors.py"


@pytest.fixture(scope="module")
def errors():
    specification = spec_from_file_location("docs_errors", SCRIPT)
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_page_is_fresh(errors):
    assert errors.REFERENCE.read_text("utf-8") == errors.page(), "run python docs/errors.py"


def test_every_layer_raises_what_is_told(errors):
    for layer in errors.LAYERS:
        rows = errors.layer_rows(layer)
        assert len(rows) > 4
        for name, message, hint in rows:
            for text in (message, hint):
                assert not text.endswith((".", ":")), text
                assert "  " not in text
                assert re.match(r"[^A-Z]|[A-Z_]+\b|I2C|@", text or "-"), text
            assert not re.search(r"errno|exception|traceback|None\b", message.lower()) or name == "ValueError"


def test_reading_a_module(errors):
    text = """
HINT = "do it"
class X:
    def f(self, path, error):
        raise ConfigError(f"{self.path} is {path!r:.10}" " and so on", hint=HINT)
def g(mirror, url, each):
    late = PackageError(f"{mirror.redact(url)} {'a' if each else 'b'} {each.text.strip()}", hint=f"{1 - 1}")
    raise ValueError("x") from None
    ValueError("not raised")
    raise RuntimeError("no user meets it")
    raise _Again("inside")
"""
    assert sorted(errors.module_rows(ast.parse(text))) == [
        ("ConfigError", "{path} is {path} and so on", "do it"),
        ("PackageError", "{url} a / b {text}", "{…}"),
        ("ValueError", "x", ""),
    ]
