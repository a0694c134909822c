"""What a call costs the host: verified equal first, then timed in CPU time of this process."""

import time

import pytest

from belay import Device


@pytest.fixture(scope="module")
def device():
    with Device("sim:") as board:
        yield board


@pytest.fixture(scope="module")
def add3(device):
    @device.task
    def add3(a, b, c):
        return a + b + c

    assert add3(1, 2, 3) == 6
    return add3


@pytest.mark.benchmark(timer=time.process_time, min_rounds=20, min_time=0.05)
def bench_cpu_of_a_call(benchmark, add3):
    """Budget: below 100 us for each call."""

    def hundred_calls():
        for _ in range(100):
            add3(1, 2, 3)

    benchmark.extra_info["calls"] = 100
    benchmark(hundred_calls)


@pytest.mark.benchmark(min_rounds=20)
def bench_round_trip_of_a_call(benchmark, add3):
    benchmark(add3, 1, 2, 3)
