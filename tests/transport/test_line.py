"""The table of lines: what protocol.md says of each kind."""

import pytest

from belay.exceptions import ConnectionFailedError
from belay.transport.line import (
    NETWORK_SERIAL,
    PIPE,
    PSEUDO_TERMINAL,
    SERIAL,
    SIMULATED,
    TELNET,
    WEBREPL,
    usb_line,
    with_flow,
)


@pytest.mark.parametrize(
    ("vid", "pid", "pushes_back", "in_flight_bytes"),
    [
        (0x2E8A, 0x0005, True, 480),  # MicroPython on a Pico
        (0x2E8A, 0x1003, True, 190),  # some other RP2040 board
        (0x2E8A, 0x000C, False, 60),  # Debug Probe
        (0x239A, 0x80F4, True, 190),  # CircuitPython on a Pico
        (0x303A, 0x4001, True, 190),  # Espressif's own USB
        (0x1209, 0xABD1, True, 190),
        (0xF055, 0x9800, False, 1000),  # pyboard
        (0xF055, 0x9802, True, 120),  # samd, or others with more room
        (0x10C4, 0xEA60, False, 60),
        (0x1A86, 0x7523, False, 60),
        (0x0403, 0x6001, False, 60),
        (0x067B, 0x2303, False, 60),
        (0x0D28, 0x0204, False, 60),  # micro:bit
        (0x1366, 0x0105, False, 60),
        (0x0483, 0x374B, False, 60),  # ST-Link
        (0x0483, 0x5740, True, 190),  # an stm32's own USB
        (0x1234, None, True, 190),
    ],
)
def test_usb_lines(vid, pid, pushes_back, in_flight_bytes):
    line = usb_line(vid, pid)
    assert (line.pushes_back, line.in_flight_bytes) == (pushes_back, in_flight_bytes)
    assert line.may_soft_reset
    assert f"{vid:04X}:{pid or 0:04X}" in line.kind
    assert ("bridge" in line.kind) == ((pushes_back, in_flight_bytes) == (False, 60))


def test_other_lines():
    assert not SERIAL.pushes_back
    for line in (PIPE, PSEUDO_TERMINAL):
        assert line.pushes_back
        assert not line.may_soft_reset  # The unix port would end.


def test_a_program_runs_ahead_only_where_it_is_certain_that_nothing_is_lost():
    certain = [PIPE, PSEUDO_TERMINAL, SIMULATED, usb_line(0x2E8A, 5), with_flow(SERIAL, "none")]
    guessed = [SERIAL, NETWORK_SERIAL, TELNET, WEBREPL, usb_line(0x1234, 5), usb_line(0xF055, 0x9800)]
    assert all(line.run_ahead_bytes > 1000 for line in certain)
    assert not any(line.run_ahead_bytes for line in guessed)
    assert not any(with_flow(line, "credits").run_ahead_bytes for line in certain)


def test_a_board_with_a_ring_gets_no_more_at_once():
    for line in (WEBREPL, TELNET):
        assert line.burst_bytes == line.ring_bytes == 240
        assert with_flow(line, "credits").ring_bytes == 240
        assert (with_flow(line, "none").ring_bytes, with_flow(line, "none").burst_bytes) == (None, 260)
    assert usb_line(0x1234, 5).burst_bytes == 260


def test_the_user_knows_better():
    line = usb_line(0x2E8A, 5)
    assert with_flow(line, None) == line
    lossy = with_flow(line, "credits")
    assert (lossy.pushes_back, lossy.in_flight_bytes, lossy.kind) == (False, 60, line.kind)
    assert with_flow(SERIAL, "none").pushes_back
    assert with_flow(SERIAL, "none").in_flight_bytes == SERIAL.in_flight_bytes
    with pytest.raises(ConnectionFailedError, match="flow='xonxoff'"):
        with_flow(line, "xonxoff")
