"""Which serial port is meant: ``UsbSpecifier`` and ``list_devices``.

The list of ports is a parameter everywhere (``ports``, a function without arguments), so that a test or an
unusual host gives its own.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple, Type

from ..exceptions import BelayException, DeviceNotFoundError, InsufficientSpecifierError
from .base import Port
from .late import late

__all__ = [
    "SYSTEM_PORTS",
    "UsbSpecifier",
    "find_port",
    "list_devices",
    "only_usb_port",
    "port_of",
    "usb_ports",
]

Ports = Callable[[], Iterable[Port]]

SYSTEM_PORTS: Ports = late(".serial", "system_ports")
_MEMORY = "run `belay select` to pick a board and see its description"


@dataclass(frozen=True, repr=False)
class UsbSpecifier:
    """A description of one USB serial port; fields that are ``None`` fit everything.

    Strings fit without regard to case. ``vid`` and ``pid`` are the USB vendor and product identifiers.
    """

    vid: Optional[int] = None
    pid: Optional[int] = None
    serial_number: Optional[str] = None
    manufacturer: Optional[str] = None
    product: Optional[str] = None
    location: Optional[str] = None

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self._given().items())
        return f"{type(self).__name__}({given})"

    def populated(self) -> bool:
        """Whether any field is set."""
        return bool(self._given())

    def matches(self, port: object) -> bool:
        """Whether every field that is set fits ``port``, which has attributes of the same names."""
        return all(
            _folded(value) == _folded(getattr(port, name, None)) for name, value in self._given().items()
        )

    def to_port(self, *, ports: Ports = SYSTEM_PORTS) -> str:
        """The path or name of the one port that fits.

        Raises:
            DeviceNotFoundError: none does.
            InsufficientSpecifierError: several do; the message lists them.
        """
        return find_port(self, ports).device

    def to_json(self) -> str:
        """A JSON object of the fields that are set, as ``BELAY_DEVICE`` takes it."""
        return json.dumps(self._given(), ensure_ascii=False)

    @classmethod
    def from_json(cls: Type[UsbSpecifier], text: str) -> UsbSpecifier:
        """Read what :meth:`to_json` writes; ``null`` is a field that is not set.

        Raises:
            DeviceNotFoundError: the text is no JSON object, or holds an unknown key or a value of a wrong
                type.
        """
        try:
            given = json.loads(text)
        except ValueError as error:
            raise _misread(text, f"is no JSON ({error})") from error
        if not isinstance(given, dict):
            raise _misread(text, "is no JSON object")
        kinds = {field.name: int if field.name in ("vid", "pid") else str for field in fields(cls)}
        for name, value in given.items():
            if name not in kinds:
                raise _misread(text, f"has an unknown key {name!r}; known are {', '.join(kinds)}")
            if value is not None and type(value) is not kinds[name]:
                raise _misread(text, f"needs {kinds[name].__name__} as {name!r}, not {json.dumps(value)}")
        return cls(**given)

    def _given(self) -> Dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


def list_devices(*, ports: Ports = SYSTEM_PORTS) -> List[UsbSpecifier]:
    """Every serial port that is a USB device, in the order of their names."""
    return [specifier for _, specifier in usb_ports(ports=ports)]


def find_port(specifier: UsbSpecifier, ports: Ports) -> Port:
    """The one USB port that fits; see :meth:`UsbSpecifier.to_port` for the errors."""
    candidates = _usb_ports(ports)
    matches = [port for port in candidates if specifier.matches(port)]
    if not matches:
        there = _listed(candidates) or " none"
        raise DeviceNotFoundError(
            f"no port fits {specifier!r}; USB serial ports are:{there}", hint="is the board plugged in?"
        )
    return _only(matches, f"several ports fit {specifier!r}:", "set more fields")


def only_usb_port(ports: Ports) -> Port:
    """The only port that has a USB vendor identifier.

    Raises:
        DeviceNotFoundError: there is none.
        InsufficientSpecifierError: there are several; the message lists them.
    """
    candidates = _usb_ports(ports)
    if not candidates:
        raise DeviceNotFoundError(
            "no USB serial port was found",
            hint='plug a board in, name its port, or try "sim:", the simulated board',
        )
    return _only(candidates, "several USB serial ports were found:", "name one, or set BELAY_DEVICE")


def port_of(path: str, ports: Ports) -> Optional[Port]:
    """What is known of the port with this path or name (links are followed), if it is listed."""
    real = os.path.realpath(path)
    for port in ports():
        if port.device == path or os.path.realpath(port.device) == real:
            return port
    return None


def usb_ports(*, ports: Ports = SYSTEM_PORTS) -> List[Tuple[str, UsbSpecifier]]:
    """The path or name of every USB serial port, and its description, in the order of the names."""
    return [(port.device, _describe(port)) for port in _usb_ports(ports)]


def _usb_ports(ports: Ports) -> List[Port]:
    return sorted((port for port in ports() if port.vid is not None), key=lambda port: port.device)


def _describe(port: Port) -> UsbSpecifier:
    return UsbSpecifier(**{field.name: getattr(port, field.name, None) for field in fields(UsbSpecifier)})


def _listed(ports: Iterable[Port]) -> str:
    return "".join(f"\n  {port.device}: {_describe(port)!r}" for port in ports)


def _only(ports: List[Port], message: str, hint: str) -> Port:
    if len(ports) > 1:
        raise InsufficientSpecifierError(message + _listed(ports), hint=f"{hint}; {_MEMORY}")
    return ports[0]


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def _misread(text: str, why: str) -> BelayException:
    return DeviceNotFoundError(f"the device description {text} {why}", hint=_MEMORY)
