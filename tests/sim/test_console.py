"""A life's output in any pieces: whole, byte by byte, and cut everywhere."""

from __future__ import annotations

import pytest

from belay.sim.supervisor.console import ENTERING_RAW, PROMPT, RAW_BANNER, SCRIPTS, STARTING, Console

READY, MARK = b"\0ready\0", b"\0mark\0"
# The scripts print what begins like the mark, twice, and the words of the banner.
SCRIPT = b"boot\0\0mar\0mark" + RAW_BANNER
FRIENDLY = b"MicroPython\r\n>>> "


def show(pieces: list[bytes], raw: bool) -> tuple[bytes, Console]:
    console = Console(READY, MARK, raw)
    return b"".join(console.receive(piece) for piece in pieces), console


def every_split(data: bytes) -> list[list[bytes]]:
    two = [[data[:cut], data[cut:]] for cut in range(len(data))]
    return [[data], [data[i : i + 1] for i in range(len(data))], *two]


@pytest.mark.parametrize("raw", [False, True])
def test_marks_are_found_in_any_pieces(raw: bool) -> None:
    stream = b"noise" + READY + SCRIPT + MARK + FRIENDLY
    expected = SCRIPT + FRIENDLY
    if raw:
        stream += b"\r\n" + RAW_BANNER + b"OK"
        expected = SCRIPT + RAW_BANNER + b"OK"
    for pieces in every_split(stream):
        shown, console = show(pieces, raw)
        assert shown == expected, pieces
        assert console.stage == PROMPT


def test_output_of_scripts_is_not_kept_waiting() -> None:
    console = Console(READY, MARK, raw=False)
    console.receive(READY)
    assert console.receive(b"half a line") == b"half a line"
    assert console.receive(b"\0ma") == b""
    assert console.receive(b"p") == b"\0map"
    assert console.held == b""


def test_stages() -> None:
    console = Console(READY, MARK, raw=True)
    console.receive(b"Traceback")
    assert (console.stage, console.held) == (STARTING, b"Traceback")
    console.receive(READY)
    assert console.stage == SCRIPTS
    console.receive(MARK + FRIENDLY)
    assert console.stage == ENTERING_RAW
