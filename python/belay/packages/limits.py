"""How much one package may make us fetch, unpack and wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

from ..exceptions import ConfigError

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds of every download.

    Attributes:
        file_bytes: one file.
        package_bytes: all files of one package, and one archive as it is sent.
        inflated_bytes: what an archive may unpack to, files that are not wanted included.
        connect_s, read_s, total_s: to connect, between two chunks, for one whole response.
    """

    file_bytes: int = 16 * MEBIBYTE
    package_bytes: int = 64 * MEBIBYTE
    connect_s: float = 10.0
    read_s: float = 20.0
    total_s: float = 300.0

    @property
    def inflated_bytes(self) -> int:
        """Four times a package: a repository holds more than the folder that is wanted."""
        return 4 * self.package_bytes


def from_environment(environment: Mapping[str, str]) -> Limits:
    """The limits, where ``BELAY_FILE_LIMIT`` and ``BELAY_PACKAGE_LIMIT`` (MiB) override them."""
    values = {}
    for field, name in (("file_bytes", "BELAY_FILE_LIMIT"), ("package_bytes", "BELAY_PACKAGE_LIMIT")):
        text = environment.get(name, "")
        if text and not (text.isdigit() and int(text)):
            raise ConfigError(f"{name} is {text!r}", hint="give a whole number of MiB, such as 64")
        if text:
            values[field] = int(text) * MEBIBYTE
    return Limits(**values)
