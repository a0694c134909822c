"""The wheel, as `make wheel` builds it, installed into fresh Pythons: the oldest and the newest it is for."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMOKE = Path(__file__).with_name("wheel_smoke.py")
# Building and installing may take longer than any other test: the network is slow at times.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def run(*command, **options):
    """Run a command; what it printed. A failure shows it."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, **options
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build it."""
    if shutil.which("cargo") is None:
        pytest.skip("there is no Rust here to build the wheel with")
    folder = tmp_path_factory.mktemp("dist")
    run("make", "--no-print-directory", "wheel", f"VENV={sys.prefix}", f"DIST={folder}", cwd=ROOT)
    (path,) = folder.glob("*.whl")
    return path


def interpreter(version):
    """A Python of that version: on PATH, or among pyenv's."""
    candidates = [shutil.which(f"python{version}")]
    if shutil.which("pyenv"):
        versions = Path(run("pyenv", "root").strip()) / "versions"
        candidates += sorted(versions.glob(f"{version}.*/bin/python"), reverse=True)
    for candidate in filter(None, candidates):
        found = subprocess.run([candidate, "--version"], capture_output=True, text=True, timeout=60)
        # A shim of pyenv's is there for versions that are not active, and fails.
        if found.returncode == 0 and found.stdout.startswith(f"Python {version}."):
            return str(candidate)
    pytest.skip(f"there is no Python {version} here, on PATH or in pyenv")
    return None


def test_it_is_one_wheel_for_every_python_since_3_8(wheel):
    assert "-cp38-abi3-" in wheel.name
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {path.relative_to(ROOT / "python").as_posix() for path in (ROOT / "python").rglob("*.py")}
    assert wanted <= names
    assert {"belay/py.typed", "belay/_native.pyi", "belay/_native.abi3.so"} <= names
    assert not [name for name in names if name.startswith("tests") or "__pycache__" in name]


@pytest.mark.parametrize("version", ["3.8", "3.13"])
def test_the_smoke_suite_passes_in_a_fresh_python(wheel, version, tmp_path):
    python = str(tmp_path / "venv" / "bin" / "python")
    run(interpreter(version), "-m", "venv", str(tmp_path / "venv"))
    assert run(python, "--version").startswith(f"Python {version}.")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*install, str(wheel), "pytest", "pytest-timeout")
    shutil.copy(SMOKE, tmp_path / "test_smoke.py")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BELAY_", "PYTEST_"))}
    # The simulated board has wheels for 3.10 and later only: this environment's Python runs it.
    said = run(
        *(
            python,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-W",
            "error",
            "--timeout=120",
            "test_smoke.py",
        ),
        cwd=tmp_path,
        env={**clean, "BELAY_SIM": sys.executable},
    )
    assert " passed" in said
    assert "skipped" not in said
