"""Control a microcontroller board from ordinary Python."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._native import __version__, minify
from .exceptions import (
    AuthenticationError,
    BelayException,
    ConfigError,
    ConnectionFailedError,
    ConnectionLost,
    DeviceNotFoundError,
    FeatureUnavailableError,
    FileSystemError,
    FileSystemFullError,
    InsufficientSpecifierError,
    IntegrityError,
    InternalError,
    MaxHistoryLengthError,
    NoMatchingExecuterError,
    NotBelayResponseError,
    PackageError,
    PackageNotFoundError,
    PyboardError,
    PyboardException,
    ReadOnlyFileSystemError,
    ResolutionError,
    SpecialFunctionNameError,
    TimeoutExpired,
)

if TYPE_CHECKING:
    from .device.device import Device
    from .device.implementation import Implementation
    from .device.meta import DeviceMeta
    from .transport.ports import UsbSpecifier, list_devices

__all__ = [
    "AuthenticationError",
    "BelayException",
    "ConfigError",
    "ConnectionFailedError",
    "ConnectionLost",
    "Device",
    "DeviceMeta",
    "DeviceNotFoundError",
    "FeatureUnavailableError",
    "FileSystemError",
    "FileSystemFullError",
    "Implementation",
    "InsufficientSpecifierError",
    "IntegrityError",
    "InternalError",
    "MaxHistoryLengthError",
    "NoMatchingExecuterError",
    "NotBelayResponseError",
    "PackageError",
    "PackageNotFoundError",
    "PyboardError",
    "PyboardException",
    "ReadOnlyFileSystemError",
    "ResolutionError",
    "SpecialFunctionNameError",
    "TimeoutExpired",
    "UsbSpecifier",
    "__version__",
    "list_devices",
    "minify",
]

# Imported at first use: `belay --version` and the package manager's commands need none of them.
_LATE = {
    "Device": ".device.device",
    "DeviceMeta": ".device.meta",
    "Implementation": ".device.implementation",
    "UsbSpecifier": ".transport.ports",
    "list_devices": ".transport.ports",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LATE[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})
