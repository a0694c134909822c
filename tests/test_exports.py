"""The public surface is a tested list (contract section 1)."""

import subprocess
import sys

import belay
from belay import exceptions

NAMES = {
    "Device", "DeviceMeta", "Implementation", "UsbSpecifier", "list_devices", "minify", "__version__",
    "AuthenticationError", "BelayException", "ConfigError", "ConnectionFailedError", "ConnectionLost",
    "DeviceNotFoundError", "FeatureUnavailableError", "FileSystemError", "FileSystemFullError",
    "InsufficientSpecifierError", "IntegrityError", "InternalError", "MaxHistoryLengthError",
    "NoMatchingExecuterError", "NotBelayResponseError", "PackageError", "PackageNotFoundError",
    "PyboardError", "PyboardException", "ReadOnlyFileSystemError", "ResolutionError",
    "SpecialFunctionNameError", "TimeoutExpired",
}  # fmt: skip


def test_the_public_names():
    assert set(belay.__all__) == NAMES
    for name in NAMES:
        assert getattr(belay, name) is not None
    assert set(dir(belay)) >= NAMES


def test_every_exception_is_exported():
    classes = {name for name, value in vars(exceptions).items() if isinstance(value, type)}
    assert {name for name in classes if issubclass(getattr(exceptions, name), belay.BelayException)} <= NAMES


def test_importing_belay_imports_no_command_line_no_port_library_and_no_network():
    code = "import sys, belay; belay.Device; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"typer", "rich", "serial", "httpx", "websocket", "tomlkit"} & set(done.stdout.split())
