"""Who may know whom (house.md, section 2), read from the source with ``ast``.

``violations(root)`` says everything that breaks a rule in a tree; the tests at the end give it bad trees.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Rules 1 to 3. What each layer may import besides itself; a name that is not here has no place yet.
BASE = ("exceptions", "typing")
NATIVE = (*BASE, "_native")
SIM = NATIVE
TRANSPORT = (*NATIVE, "sim")
REPL = (*NATIVE, "ondevice", "transport")
SYNC = (*REPL, "repl")
DEVICE = (*SYNC, "sync")
PROJECT = (*NATIVE, "packages")
INSTALL = (*DEVICE, "device", "packages", "project")
LAYERS = {
    "exceptions": BASE,
    "typing": BASE,
    "micropython": (),
    "_native": BASE,
    "ondevice": NATIVE,
    "sim": SIM,
    "transport": TRANSPORT,
    "repl": REPL,
    "sync": SYNC,
    "device": (*DEVICE, "sim"),  # the type of `device.sim`
    "packages": NATIVE,
    "project": PROJECT,
    "project.install": INSTALL,
    "testing": (*DEVICE, "device", "sim"),
    "cli": (*INSTALL, "project.install", "belay"),
    "__main__": (*NATIVE, "cli", "belay"),
    "belay": (*INSTALL, "project.install", "micropython"),  # belay/__init__.py
}

# Rules 4 to 6.
ONLY_IN = {
    "serial": ("transport/",),
    "websocket": ("transport/",),
    "socket": ("transport/", "sim/"),
    "subprocess": ("transport/", "sim/", "sync/compile.py", "cli/run.py", "cli/run_executable.py"),
    "typer": ("cli/",),
    "rich": ("cli/",),
    "httpx": ("packages/",),
}

# Rule 7. Where an import may stand in a function, or a module be imported by name, for start-up time.
# packages/http.py: httpx costs more than all the rest, and most commands find what they need in the cache.
# sim/supervisor: not part of the host's process; only there is MicroPython's module wanted.
DELAYED_IN = (
    "__init__.py",
    "cli/",
    "__main__.py",
    "testing/",
    "transport/late.py",
    "packages/http.py",
    "sim/supervisor/",
    # A package that the user names, and one of an extra.
    "device/files.py",
    "sync/compile.py",
)

# Not ours to judge: code that runs on a board, files that become a user's project.
FOREIGN = ("ondevice/", "sim/firmware/", "cli/template/")

# Rule 8.
PYTHON_IN_CORE = re.compile(
    r"pyo3|\bPy(Any|Bytes|Dict|Err|List|Module|Object|Result|String|Tuple)\b|\bPython<"
)
BOARD_IN_BINDING = re.compile(r"\bif\b.*(micropython|circuitpython)", re.IGNORECASE)


def violations(root):
    """Every breach in the tree at ``root``, as ``path:line: what``."""
    package = root / "python" / "belay"
    found = []
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package).as_posix()
        if inside.startswith(FOREIGN) and path.name != "__init__.py":
            continue
        tree = ast.parse(path.read_text("utf-8"), str(path))
        found += [f"{inside}:{line}: {what}" for line, what in sorted(breaches(package, inside, tree))]
    found += grep(root, "rust/core", PYTHON_IN_CORE, "mentions Python's interface")
    found += grep(root, "rust/python", BOARD_IN_BINDING, "decides something about a board")
    return found


def breaches(package, inside, tree):
    here = layer(package, inside.removesuffix(".py").split("/"))
    if here not in LAYERS:
        yield 1, f"{here} stands in no layer"
        return
    for line, target in imports(tree, ["belay", *inside.split("/")[:-1]]):
        top = target[0]
        if top == "belay":
            there = layer(package, target[1:])
            if there != here and there not in LAYERS[here]:
                yield line, f"{here} may not import {there}"
        elif not inside.startswith(ONLY_IN.get(top, "")):
            yield line, f"only {', '.join(ONLY_IN[top])} may import {top}"
    if not inside.startswith(DELAYED_IN):
        for line in delayed(tree):
            yield line, "an import that is delayed"


def layer(package, parts):
    """The layer of a module: its first part under ``belay``; ``belay`` itself for anything in the root."""
    parts = [part for part in parts if part != "__init__"]
    if parts[:2] == ["project", "install"]:
        return "project.install"
    known = parts and (parts[0] in LAYERS or any(package.glob(f"{parts[0]}*")))
    return parts[0] if known else "belay"


def imports(tree, package):
    """Line and dotted name, as a list, of all that a module of ``package`` imports, delayed or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name.split(".")) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node.module or "", node.level, package)
            if base == ["belay"]:
                yield from ((node.lineno, [*base, name.name]) for name in node.names)
            else:
                yield node.lineno, base
        elif isinstance(node, ast.Call) and called(node) == "late":
            text = node.args[0].value
            name = text.lstrip(".")
            yield node.lineno, absolute(name, len(text) - len(name), package)


def absolute(name, level, package):
    parts = name.split(".") if name else []
    return [*package[: len(package) - level + 1], *parts] if level else parts


def delayed(tree):
    """Lines of imports inside functions, and of imports by name."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            for inner in ast.walk(node):
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    yield inner.lineno
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            yield node.lineno


def called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def grep(root, folder, pattern, what):
    paths = sorted([*(root / folder).rglob("*.rs"), *(root / folder).rglob("Cargo.toml")])
    return [
        f"{path.relative_to(root).as_posix()}:{number}: {what}"
        for path in paths
        for number, text in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(text)
    ]


def test_the_house_keeps_its_rules():
    assert violations(ROOT) == []


def test_the_walk_sees_the_tree():
    assert (ROOT / "python" / "belay" / "transport" / "connect.py").exists()
    tree = ast.parse((ROOT / "python" / "belay" / "transport" / "connect.py").read_text())
    seen = {".".join(name) for _, name in imports(tree, ["belay", "transport"])}
    assert {"os", "belay.exceptions", "belay.transport.ports", "belay.transport.process"} <= seen


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("repl/wire.py", "from ..device import Device", "repl may not import device"),
        ("repl/wire.py", "import belay.device.device", "repl may not import device"),
        ("repl/wire.py", "from belay import device", "repl may not import device"),
        ("repl/wire.py", "from .. import device", "repl may not import device"),
        ("repl/wire.py", "from .. import Device", "repl may not import belay"),
        ("repl/wire.py", "if TYPE_CHECKING:\n    from ..device import Device", "repl may not import device"),
        ("sync/plan.py", "from ..device.device import Device", "sync may not import device"),
        ("sync/deep/plan.py", "from ...device import Device", "sync may not import device"),
        ("ondevice/__init__.py", "from ..repl import session", "ondevice may not import repl"),
        ("transport/base.py", "from ..repl import session", "transport may not import repl"),
        ("transport/base.py", 'late("..device", "Device")', "transport may not import device"),
        ("packages/source.py", "from ..transport import connect", "packages may not import transport"),
        ("project/config.py", "from ..device import Device", "project may not import device"),
        ("project/config.py", "from .install import install", "project may not import project.install"),
        ("device/device.py", "from ..cli import main", "device may not import cli"),
        ("exceptions.py", "from ._native import minify", "exceptions may not import _native"),
        ("attic/old.py", "", "attic stands in no layer"),
        ("device/device.py", "import serial", "only transport/ may import serial"),
        ("repl/session.py", "from serial.tools import list_ports", "only transport/ may import serial"),
        ("device/device.py", "import websocket", "only transport/ may import websocket"),
        ("repl/session.py", "import socket", "only transport/, sim/ may import socket"),
        (
            "device/device.py",
            "from subprocess import run",
            "sync/compile.py, cli/run.py, cli/run_executable.py may import subprocess",
        ),
        ("device/device.py", "import typer", "only cli/ may import typer"),
        ("sync/push.py", "import rich.progress", "only cli/ may import rich"),
        ("project/install.py", "import httpx", "only packages/ may import httpx"),
        ("device/device.py", "def f():\n    import json", "device/device.py:2: an import that is delayed"),
        ("device/device.py", "class C:\n    async def f(self):\n        from . import x", "delayed"),
        ("device/device.py", "importlib.import_module('json')", "delayed"),
        ("repl/wire.py", "__import__('json')", "delayed"),
    ],
)
def test_a_breach_is_seen(tmp_path, path, text, expected):
    write(tmp_path, f"python/belay/{path}", text)
    found = violations(tmp_path)
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("repl/session.py", "from ..transport.base import Transport\nfrom ..ondevice import source"),
        ("repl/session.py", "from . import wire\nfrom .wire import call\nimport json"),
        ("device/device.py", "from ..sync import plan\nfrom ..exceptions import BelayException"),
        ("project/install.py", "from ..device import Device\nfrom .config import load"),
        (
            "transport/connect.py",
            'import serial\nlate(".simulated", "open_simulated")\nfrom ..sim import launch',
        ),
        ("sim/launch.py", "import subprocess, socket"),
        ("sync/compile.py", "import subprocess"),
        ("cli/run.py", "def f():\n    import subprocess, rich\n    from .. import Device"),
        ("__init__.py", "from .device import Device\nfrom ._native import minify"),
        ("__main__.py", "def main():\n    from .cli.main import run\n    from . import __version__"),
        ("ondevice/files.py", "def f():\n    import socket"),
        ("ondevice/__init__.py", "from .._native import minify"),
    ],
)
def test_what_is_allowed(tmp_path, path, text):
    write(tmp_path, f"python/belay/{path}", text)
    assert violations(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("rust/core/src/literal/mod.rs", "use pyo3::prelude::*;"),
        ("rust/core/src/lib.rs", "fn f(x: &Bound<PyAny>) -> PyResult<()> {"),
        ("rust/core/Cargo.toml", 'pyo3 = "0.29"'),
        ("rust/python/src/repl.rs", 'if implementation == "micropython" {'),
    ],
)
def test_a_breach_in_rust_is_seen(tmp_path, path, text):
    write(tmp_path, path, f"// Reads Python literals.\n{text}\n")
    (found,) = violations(tmp_path)
    assert found.startswith(f"{path}:2: ")


def write(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
