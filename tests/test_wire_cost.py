"""What operations cost on the wire: exact, on the real interpreter, credits apart (docs/design.md)."""

import pytest

from belay import Device
from belay.ondevice import code
from belay.repl.entry import enter_raw_repl
from belay.repl.response import statements
from belay.repl.session import Session
from belay.repl.wire import new_mark
from belay.transport.connect import connect

from .conftest import TARGET
from .support.transports import CountingTransport


@pytest.fixture
def line():
    return CountingTransport(connect(TARGET))


@pytest.fixture
def counted(line):
    with Device(line) as device:
        line.take()
        yield device


def test_from_open_to_the_first_result(line):
    with Device(line) as device:
        assert device("1") == 1
        count = line.take()
    print(count)
    assert count.exchanges <= 8
    assert count.bytes_up <= 1800


def test_a_task_call(counted, line):
    @counted.task
    def add3(a, b, c):
        return a + b + c

    line.take()
    assert add3(1, 2, 3) == 6
    count = line.take()
    print(count)
    assert count.exchanges == 1
    assert count.bytes_up - len("1,2,3") <= 40
    assert count.bytes_down - len("6") <= 30


def test_defining_a_task(counted, line):
    @counted.task
    def short(a):
        return a

    assert line.take().exchanges == 1

    @counted.task
    def long(a):
        text = """
        a text that makes this longer than what goes in plain, so that it goes by raw-paste, and runs ahead of
        its windows, because this line holds the sender; a text that makes this longer than what goes in
        plain, so that it goes by raw-paste, and runs ahead of its windows
        """
        return a, text

    count = line.take()
    assert (count.exchanges, count.credits) == (1, 0)


def test_a_generator_value(counted, line):
    @counted.task
    def count_to(limit):
        yield from range(limit)

    values = count_to(1000)
    next(values)
    line.take()
    for expected in range(1, 1000):
        assert next(values) == expected
        count = line.take()
        assert count.exchanges == 1
        assert count.bytes_up + count.bytes_down <= 45


def test_twenty_marked_methods_travel_together(line):
    source = "\n".join(
        f"    @Device.task\n    def method_{i}(a, b={i}):\n        '''Doc.'''\n        return a + b + {i}\n"
        for i in range(20)
    )
    import linecache

    text = f"class Many(Device):\n{source}"
    linecache.cache["<many>"] = (len(text), None, text.splitlines(True), "<many>")
    namespace = {"Device": Device, "__name__": __name__}
    exec(compile(text, "<many>", "exec"), namespace)
    with Device(line):
        bare = line.take().exchanges
    second = CountingTransport(connect(TARGET))
    with namespace["Many"](second) as device:
        many = second.take().exchanges
        assert device.method_7(1) == 15
    print(bare, many)
    assert many - bare <= 4


def test_board_memory_of_our_helpers():
    """Bytes that the heap holds after our helpers were loaded, against just before."""
    transport, mark, printed = connect(TARGET), new_mark(), []
    enter_raw_repl(transport, mark, 10)
    session = Session(transport, mark, timeout_s=10, output=printed.append)
    try:
        end = f"print(end='{mark.decode()}n0:{mark.decode()}')"
        measure = f"import gc\ngc.collect()\ngc.collect()\nprint(gc.mem_alloc())\n{end}"
        for program in (measure, measure, f"__belay_m='{mark.decode()}'\n{code('reply')}{end}", measure):
            session.perform(statements(program))
    finally:
        session.close()
    _, before, after = map(int, b"".join(printed).split())
    print(after - before)
    assert 0 < after - before <= 3000
