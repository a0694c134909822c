"""From the port being there again to the first result: the median has to stay below 1.5 s."""

import pytest
from tests.support.outlet import Outlet

from belay import Device

LIMIT_S = 1.5


@pytest.mark.parametrize("state", ["kept", "lost"])
def bench_reconnect(benchmark, state):
    outlet = Outlet("sim:")
    target = outlet if state == "kept" else "sim:"
    try:
        with Device(target) as device:
            for number in range(20):
                device(f"value_{number} = {number}")

            @device.task
            def add(a, b):
                return a + b

            def reconnect():
                device.reconnect()
                return add(1, 2)

            assert benchmark.pedantic(reconnect, rounds=9) == 3
            assert benchmark.stats.stats.median < LIMIT_S
    finally:
        outlet.close()
