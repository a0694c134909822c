"""Options and arguments that several commands share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, List, Optional, Tuple, Union

import typer

from . import completion, console

if TYPE_CHECKING:
    from ..device.device import Device
    from ..transport.ports import UsbSpecifier


def _set_debug(value: bool) -> None:
    console.debug = value


def _set_quiet(value: bool) -> None:
    console.quiet = value


def _seconds(value: float) -> float:
    if not 0 < value < math.inf:
        raise typer.BadParameter(f"{value:g} is no number of seconds above 0")
    return value


PORT_HELP = "Which board; else BELAY_DEVICE, else the only USB port."
PORT = typer.Argument(
    None, metavar="[PORT]", help=PORT_HELP, show_default=False, autocompletion=completion.ports
)
PASSWORD = typer.Option(
    "", "--password", metavar="PASSWORD", help="Of WebREPL or telnet; else BELAY_PASSWORD."
)
TIMEOUT = typer.Option(
    10.0,
    "--timeout",
    metavar="SECONDS",
    callback=_seconds,
    show_default=False,  # some versions of Typer take rich to write it
    help="How long the board may take to answer, else 10; a running program has no limit.",
)
QUIET = typer.Option(False, "--quiet", "-q", callback=_set_quiet, help="Print results and errors only.")
DEBUG = typer.Option(False, "--debug", callback=_set_debug, help="Show the host's traceback of an error.")
JSON = typer.Option(False, "--json", help="Print JSON.")
MPY_CROSS = typer.Option(
    "", "--mpy-cross-binary", metavar="FILE|auto", help="Compile Python files; auto finds the compiler."
)
IN_PLACE = typer.Option(False, "--in-place", help="Make room: delete first, replace in place.")


def compiler(given: str) -> Union[None, bool, str]:
    """The value of ``--mpy-cross-binary`` as ``Device.sync`` takes it."""
    return given == "auto" or given or None


def words(metavar: str, lines: str, *, required: bool = True, files: bool = True) -> Any:
    """Positionals that begin with ``[PORT]``, whose meaning depends on how many there are.

    Args:
        metavar: the words, as the usage shows them.
        lines: a line for each word behind PORT: the word, two spaces, what it is.
        required: there is one word at least.
        files: some may be files of the host.
    """
    return typer.Argument(
        ... if required else None,
        metavar=metavar,
        help=f"[PORT]  {PORT_HELP}\n{lines}",
        show_default=False,
        autocompletion=completion.ports_first if files else completion.first_port,
    )


def port_and(words: List[str], what: str) -> Tuple[Optional[str], str]:
    """Split positionals of the form ``[PORT] WHAT``.

    Raises:
        typer.BadParameter: there are more than two, or WHAT is missing or empty.
    """
    if len(words) == 1 and is_target(words[0]):
        raise typer.BadParameter(f"{what} is missing behind {words[0]}")
    if len(words) > 2:
        raise typer.BadParameter(f"expected [PORT] {what}, got {len(words)} words: quote what has spaces")
    return (words[0] if len(words) == 2 else None), filled(words[-1], what)


def filled(word: str, what: str) -> str:
    """The word, unless it is empty: a shell's variable that is not set.

    Raises:
        typer.BadParameter: it is.
    """
    if not word:
        raise typer.BadParameter(f"{what} is empty")
    return word


def is_target(word: str) -> bool:
    """Whether a word is meant as PORT by its looks."""
    from ..transport.connect import is_target  # not for `--help`

    return is_target(word)


def open_device(
    port: Union[str, UsbSpecifier, None], password: str, timeout_s: float, **keywords: Any
) -> Device:
    """The board of a command.

    Raises:
        typer.BadParameter: ``port`` is empty.
    """
    if isinstance(port, str):
        filled(port, "PORT")
    from ..device.device import Device  # not for `--help`

    return Device(port, password=password, timeout=timeout_s, **keywords)
