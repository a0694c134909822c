"""Ctrl-C at each read and each write of a sync: nothing of it is shown, and the next one completes."""

import io
import random

import pytest
from tests.support.transports import InterruptingTransport

from belay import Device
from belay.transport.connect import connect


@pytest.mark.parametrize("behind", [False, True])
def test_ctrl_c_at_any_operation(tmp_path, behind):
    content = {f"{number}.bin": random.Random(number).randbytes(5000) for number in range(2)}
    for name, data in content.items():
        (tmp_path / name).write_bytes(data)
    for number in range(100):
        printed = io.StringIO()
        line = InterruptingTransport(connect("sim:"))
        line.behind = behind
        with Device(line, stream_out=printed, startup="") as device:
            line.left = number
            try:
                device.sync(tmp_path)
                ended = True
            except KeyboardInterrupt:
                ended = False
            line.left = -1
            assert device("6 * 7") == 42
            assert printed.getvalue() == "", number
            if not ended and number % 5 == 0:
                device.sync(tmp_path)
                assert {entry.name: device.fs.read(entry.path) for entry in device.fs.ls()} == content
        if ended:
            break
    assert ended
    assert number > 5
