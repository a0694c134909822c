"""``belay select``: which board is which, and how to say so."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, List, Tuple

from ..exceptions import BelayException, DeviceNotFoundError, FeatureUnavailableError
from . import console
from .help import App
from .list import shown, table
from .options import DEBUG, PASSWORD, QUIET, TIMEOUT, open_device

if TYPE_CHECKING:
    from ..device.device import Device
    from ..transport.ports import UsbSpecifier

# For a pin's number, or its name: "LED" on MicroPython, "D13" on CircuitPython.
_BLINK = {
    "micropython": """
def __belay_blink(name):
    import machine, time
    pin = machine.Pin(name, machine.Pin.OUT)
    for i in range(10):
        pin.value(i % 2)
        time.sleep_ms(150)
    pin.value(0)
""",
    "circuitpython": """
def __belay_blink(name):
    import board, digitalio, microcontroller, time
    at = getattr(board, str(name), None) or getattr(microcontroller.pin, "GPIO%s" % name)
    pin = digitalio.DigitalInOut(at)
    pin.switch_to_output()
    for i in range(10):
        pin.value = i % 2
        time.sleep(0.15)
    pin.deinit()
""",
}


def register(app: App) -> None:
    """Add the command to ``app``."""
    app.command("select")(select)


def select(
    password: str = PASSWORD, timeout: float = TIMEOUT, quiet: bool = QUIET, debug: bool = DEBUG
) -> None:
    """Pick a USB board from a menu, and see how to name it.

    Shows what runs on the board, and can blink its LED.

    Examples:
        belay select
    """
    from ..transport.ports import usb_ports  # not for `--help`

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise FeatureUnavailableError("the menu needs a terminal", hint="`belay list` needs none")
    boards = usb_ports()
    if not boards:
        raise DeviceNotFoundError(
            "no USB serial port was found", hint="is the board plugged in, and its cable one for data?"
        )
    specifier = _pick(boards)
    with open_device(specifier, password, timeout, startup="") as device:
        print(f"\n{device.implementation}")
        _blink(device)
    print(_how_to_use(specifier))


def _pick(boards: List[Tuple[str, UsbSpecifier]]) -> UsbSpecifier:
    import questionary  # 250 ms

    head, *lines = table([{name: shown(value) for name, value in asdict(usb).items()} for _, usb in boards])
    choices: List[Any] = [questionary.Separator(head)]
    choices += [questionary.Choice(line, value=usb) for line, (_, usb) in zip(lines, boards)]
    chosen: UsbSpecifier = questionary.select("Select USB Device", choices=choices, pointer="»").unsafe_ask()
    return chosen


def _blink(device: Device) -> None:
    import questionary

    blink = _BLINK[device.implementation.name]
    while True:
        answer = questionary.text("Blink LED Pin Number [skip]?").unsafe_ask().strip()
        if not answer:
            return
        pin = int(answer) if answer.isdigit() else answer
        try:
            device(f"{blink}\ntry:\n    __belay_blink({pin!r})\nfinally:\n    del __belay_blink")
        except BelayException as error:
            console.report(error)


def _how_to_use(specifier: UsbSpecifier) -> str:
    description = specifier.to_json().replace("{", "{ ").replace("}", " }")
    return f"""
Either set the BELAY_DEVICE environment variable:
  export BELAY_DEVICE={shlex.quote(description)}
And in python code, instantiate Device without arguments:
  device = belay.Device()

Or, add the following (or a subset) to your python code:
  spec = belay.{specifier!r}
  device = belay.Device(spec)"""
