"""What ``@pytest.mark.belay_requires`` can ask for."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, Optional

from ..device.device import Device
from ..exceptions import PyboardException

__all__ = ["CAPABILITIES", "missing_capability"]

CAPABILITIES: Dict[str, Callable[[Device], bool]] = {
    "micropython": lambda device: device.implementation.name == "micropython",
    "circuitpython": lambda device: device.implementation.name == "circuitpython",
    "native": lambda device: "native" in device.implementation.emitters,
    "viper": lambda device: "viper" in device.implementation.emitters,
    "threads": lambda device: _has_module(device, "_thread"),
}
"""By name: whether the board can do it."""


def missing_capability(device: Device, names: Iterable[str], modules: Iterable[str]) -> Optional[str]:
    """The first of what is asked for that the board lacks, or ``None``.

    Args:
        device: the board.
        names: of ``CAPABILITIES``.
        modules: that have to be importable on the board.
    """
    for name in names:
        if not CAPABILITIES[name](device):
            return name
    for module in modules:
        if not _has_module(device, module):
            return f"module {module}"
    return None


def _has_module(device: Device, name: str) -> bool:
    try:
        device(f"__import__({name!r}) and None", record=False)
    except PyboardException as error:
        if error.type_name in ("ImportError", "ModuleNotFoundError"):
            return False
        raise
    return True
