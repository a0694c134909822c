"""Where ``main.py``'s output ends, and whether an exception has ended it, however the bytes are cut."""

import pytest

from belay.device.main_output import MainOutput, banner_in
from belay.testing import FIRMWARE

MICROPYTHON = FIRMWARE["micropython"]
BANNER = MICROPYTHON.banner + b">>> "
REBOOT = b"\r\n" + MICROPYTHON.soft_reset
RAISED = b'Traceback (most recent call last):\r\n  File "main.py", line 1, in <module>\r\nValueError: \r\n'
PIECES = [1, 2, 3, 7, 10_000]


def run(text, piece, banner=BANNER):
    output = MainOutput(banner)
    shown = b"".join(output.feed(text[at : at + piece]) for at in range(0, len(text), piece))
    return output, shown


@pytest.mark.parametrize("name", FIRMWARE)
def test_each_firmwares_banner_is_found(name):
    firmware = FIRMWARE[name]
    said = b"\r\n" + firmware.title + firmware.banner + b">>> "
    assert banner_in(said) == firmware.banner.lstrip() + b">>> "
    assert all(banner_in(said[:size]) == b"" for size in range(len(said)))


@pytest.mark.parametrize("piece", PIECES)
def test_a_main_that_ends(piece):
    output, shown = run(REBOOT + b"one\r\ntwo" + BANNER, piece)
    assert (shown, output.ended, output.traceback) == (b"one\r\ntwo", True, b"")


@pytest.mark.parametrize("piece", PIECES)
def test_a_main_that_raises(piece):
    output, shown = run(REBOOT + b"one\r\n" + RAISED + BANNER + b"thread", piece)
    assert (output.ended, output.traceback) == (True, RAISED)
    assert shown == b"one\r\nthread"


@pytest.mark.parametrize("piece", PIECES)
def test_nearly_the_end_is_output(piece):
    printed = b">>> \r\nMicroPython v9\r\n>>> Traceback (most recent\r\n" + BANNER[:-1] + b"x\r\n"
    output, shown = run(REBOOT + printed, piece)
    assert (shown, output.ended) == (printed, False)


def test_a_traceback_that_more_output_follows_was_printed():
    output, shown = run(REBOOT + b"one\r\n" + RAISED, 5)
    assert (shown, output.withholds) == (b"one\r\n", True)
    assert output.release() == RAISED
    assert output.feed(b"two\r\n" + BANNER) == b"two\r\n"
    assert (output.ended, output.traceback) == (True, b"")


@pytest.mark.parametrize("piece", PIECES)
def test_a_traceback_that_output_follows_at_once_was_printed(piece):
    output, shown = run(REBOOT + RAISED + b"on\r\n" + BANNER, piece)
    assert (shown, output.ended, output.traceback) == (RAISED + b"on\r\n", True, b"")


def test_a_traceback_that_comes_slowly_is_one_all_the_same():
    output, _ = run(REBOOT + RAISED[:50], 10)
    assert output.release() == RAISED[:50]
    assert output.feed(RAISED[50:]) == RAISED[50:]
    assert output.feed(BANNER) == b""
    assert output.traceback == RAISED


def test_a_board_that_says_nothing_of_its_reset():
    output, shown = run(b"\r\none\r\n", 3)
    assert (shown, output.withholds) == (b"", True)
    assert output.release() == b"\r\none\r\n"


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("error", [b"", RAISED])
@pytest.mark.parametrize("key", [b"", "Presione una tecla … y CTRL+D.\r\n".encode()])
def test_circuitpython_waits_for_a_key(piece, error, key):
    firmware = FIRMWARE["circuitpython 10"]
    banner = banner_in(firmware.banner + b">>> ")
    key = b"\r\n" + key if key else firmware.any_key
    before = (
        b"\r\n" + firmware.soft_reset + b"code.py output:\r\none\r\n" + error + b"\r\nCode done running.\r\n"
    )
    output, shown = run(before, piece, banner)
    assert not output.wants_key
    shown += output.feed(key)
    assert output.wants_key
    shown += output.feed(firmware.title + b"\r\n" + banner)
    assert (output.ended, output.traceback) == (True, error[:-2])
    assert shown.startswith(b"code.py output:\r\none\r\n")
    assert b"Code done running." in shown
    assert b"Traceback" not in shown


def test_memory_stays_small():
    output, shown = run(REBOOT + b"x" * 1_000_000, 10_000)
    assert len(shown) == 1_000_000
    assert len(output._text) < 100_000
