"""Write ``reference/errors.md``: every error that belay's code raises, with its hint, read from the source.

python docs/errors.py
"""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "python" / "belay"
REFERENCE = DOCS / "reference" / "errors.md"
LAYERS = {
    "transport": "Opening a line",
    "sim": "The simulated board",
    "repl": "Talking to the board's interpreter",
    "device": "Devices and decorated functions",
    "sync": "Files on the board",
    "packages": "Packages",
    "project": "The project",
    "testing": "Testing",
    "cli": "The command line",
}
OTHERS = ("ondevice/", "sim/firmware/", "sim/supervisor/", "cli/template/")  # code that runs elsewhere
HEAD = """# Errors

What belay raises: the error, its message, and its hint, which says what to do next. `{word}` stands for what
the case fills in. On the command line they are an `error:` line and a `hint:` line; *usage* is a command line
that does not fit, status 2. Written by `python docs/errors.py` from the source.
"""


def page() -> str:
    """The page."""
    parts = [HEAD]
    for layer, title in LAYERS.items():
        rows = sorted(set(layer_rows(layer)))
        parts.append(f"\n## {title}\n\n| error | message | hint |\n|---|---|---|\n")
        parts += [f"| {' | '.join(map(cell, row))} |\n" for row in rows]
    return "".join(parts)


def layer_rows(layer: str) -> list[tuple[str, str, str]]:
    """Error, message and hint of each place of a layer that makes an error."""
    rows = []
    for path in sorted((PACKAGE / layer).rglob("*.py")):
        if not path.relative_to(PACKAGE).as_posix().startswith(OTHERS):
            rows += module_rows(ast.parse(path.read_text("utf-8"), str(path)))
    return rows


def module_rows(tree: ast.Module) -> list[tuple[str, str, str]]:
    """The same of a module."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    raised = {id(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    rows = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in PUBLIC or (id(node) in raised and name in BUILTIN):
            hints = [each.value for each in node.keywords if each.arg == "hint"]
            rows.append(("usage" if name == "BadParameter" else name, text(node.args[0], constants),
                         text(hints[0], constants) if hints else ""))  # fmt: skip
    return rows


def _public() -> frozenset[str]:
    tree = ast.parse((PACKAGE / "exceptions.py").read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.ClassDef)) | {"BadParameter"}


PUBLIC = _public()
BUILTIN = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, (ValueError, TypeError)) and value is not UnicodeError
)


def text(node: ast.expr, constants: dict[str, ast.expr]) -> str:
    """What an expression of a message gives, with ``{word}`` for what is not known here."""
    if isinstance(node, ast.FormattedValue):
        return text(node.value, constants)
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text(value, constants) for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text(node.left, constants) + text(node.right, constants)
    if isinstance(node, ast.IfExp):
        either, other = text(node.body, constants), text(node.orelse, constants)
        return f"{either} / {other}" if either and other else either or other
    if isinstance(node, ast.Name) and node.id in constants:
        return text(constants[node.id], constants)
    return f"{{{word(node)}}}"


def word(node: ast.expr) -> str:
    """One word for an expression: the last name in it."""
    if isinstance(node, ast.Call) and node.args and not isinstance(node.args[0], ast.Starred):
        return word(node.args[-1])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return word(node.func.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return "…"


def cell(content: str) -> str:
    """Text inside of a table."""
    return " ".join(content.split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    REFERENCE.write_text(page(), "utf-8")
