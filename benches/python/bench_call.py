"""Calls, generators and the board's memory: both Belays by the same program over one paced link; and in this
process, what a call costs the host alone. Values are verified first."""

import re
import time

import pytest
from benches import tools
from benches.link import open_link

from belay import Device
from belay.transport.connect import connect

BATCHES, CALLS = 6, 100
VALUES = 1000


def bench_call_and_generator(benchmark, either_belay):
    def measure():
        with open_link() as link, tools.running(either_belay, link) as program:
            program.step("open", link.port)
            program.step("define")
            assert program.step("call", 1)["value"] == 6
            one = program.step("call", 1)
            # On the line each is like the other; in time and CPU the mean of many is steadier.
            batches = [program.step("call", CALLS) for _ in range(BATCHES)]
            assert {batch["value"] for batch in batches} == {6}
            per_call = {name: min(batch[name] for batch in batches) / CALLS for name in ("cpu_s", "seconds")}
            values = program.step("count", VALUES)
            assert values["value"] == list(range(VALUES))
            return {"task call": {**one, **per_call}, "generator of 1,000 values": values}

    tools.keep_fastest(benchmark, either_belay, measure)


def bench_board_memory(benchmark, either_belay):
    """Bytes of the board's heap after connecting, beyond those of a board that was asked by hand."""

    def measure():
        with open_link() as link, tools.running(either_belay, link) as program:
            program.step("open", link.port, "")
            figures = program.step("heap")
        return {"board memory": {"seconds": figures["seconds"], "bytes": figures["value"] - by_hand()}}

    tools.keep_fastest(benchmark, either_belay, measure)


def by_hand():
    """The heap in use where nothing was loaded."""
    board = connect("sim:")
    try:
        board.write(b"\x03\x01", 10)
        for line in (b"import gc", b"gc.collect()", b"print(gc.mem_alloc())"):
            answer, deadline = b"", time.monotonic() + 10
            board.write(line + b"\x04", 10)
            while not answer.endswith(b"\x04>"):
                assert time.monotonic() < deadline
                answer += board.read(1)
        return int(re.search(rb"OK(\d+)", answer)[1])
    finally:
        board.close()


@pytest.fixture(scope="module")
def add3():
    with Device("sim:") as device:

        @device.task
        def add3(a, b, c):
            return a + b + c

        assert add3(1, 2, 3) == 6
        yield add3


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
