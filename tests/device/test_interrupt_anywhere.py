"""Ctrl-C at each read and each write of a call: what the board says of taking a program is never output."""

import io

import pytest
from tests.support.transports import InterruptingTransport

from belay import Device
from belay.transport.connect import connect

PRINTED = "hello\nbye\n"
PROGRAMS = {
    "pasted": "print('hello')\nx=1" + "+0" * 300 + "\nprint('bye')",
    "plain": "print('hello')\nprint('bye')",
    "value": "1 + 1",
}


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("program", PROGRAMS)
def test_ctrl_c_at_any_operation(program, behind):
    for number in range(50):
        printed = io.StringIO()
        line = InterruptingTransport(connect("sim:"))
        line.behind = behind
        with Device(line, stream_out=printed, startup="") as device:
            line.left = number
            try:
                device(PROGRAMS[program], minify=False)
                ended = True
            except KeyboardInterrupt:
                ended = False
            line.left = -1
            assert device("6 * 7") == 42
        assert PRINTED.startswith(printed.getvalue()), number
        if ended:
            break
    assert ended
    assert number >= 2
