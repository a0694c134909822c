"""What runs on the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple

__all__ = ["Implementation", "from_probe"]

# `sys.implementation._mpy`, bits 10 to 13: MicroPython py/persistentcode.h (MP_NATIVE_ARCH_*).
_ARCHITECTURES = (
    "",
    "x86",
    "x64",
    "armv6",
    "armv6m",
    "armv7m",
    "armv7em",
    "armv7emsp",
    "armv7emdp",
    "xtensa",
    "xtensawin",
    "rv32imc",
)


@dataclass(frozen=True)
class Implementation:
    """The Python that runs on a board."""

    name: str
    """``"micropython"`` or ``"circuitpython"``."""
    version: Tuple[int, int, int] = (0, 0, 0)
    platform: str = ""
    """``sys.platform`` of the board; the two implementations name the same board differently."""
    emitters: Tuple[str, ...] = ()
    """Which of ``"native"`` and ``"viper"`` its compiler has."""
    arch: str = ""
    """Architecture of native code in ``.mpy`` files, such as ``"armv6m"``; empty where there is none."""


def from_probe(
    name: str, version: Tuple[int, ...], platform: str, mpy: int, emitters: Tuple[str, ...]
) -> Implementation:
    """An implementation from what ``ondevice/probe.py`` and ``capabilities.py`` answer."""
    major, minor, patch = (*version, 0, 0, 0)[:3]
    architecture = mpy >> 10 & 0xF
    return Implementation(
        name,
        (major, minor, patch),
        platform,
        emitters,
        _ARCHITECTURES[architecture] if architecture < len(_ARCHITECTURES) else "",
    )
