"""Control a microcontroller board from ordinary Python."""

from ._native import __version__, minify
from .device.device import Device
from .device.implementation import Implementation
from .device.meta import DeviceMeta
from .exceptions import *  # noqa: F403
from .transport.ports import UsbSpecifier, list_devices

__all__ = ["Device", "DeviceMeta", "Implementation", "UsbSpecifier", "__version__", "list_devices", "minify"]
