"""What a type checker sees of decorated functions; `test_typing.py` runs mypy over it."""

from collections.abc import Generator

from typing_extensions import assert_type

from belay import Device

device = Device("sim:")


@device.task
def add(a: int, b: int = 2) -> int:
    return a + b


@device.task(minify=False, timeout=1)
def count(n: int) -> Generator[int, None, str]:
    yield from range(n)
    return "end"


@device.setup
def prepare(pin: int) -> None: ...


@device.thread(record=False)
def loop(period: float) -> None: ...


assert_type(add(1, b=3), int)
assert_type(count(3), Generator[int, None, str])
assert_type(prepare(25), None)
assert_type(loop(0.5), None)
assert_type(add.__name__, str)
add("a")  # error: arg-type
add(1, 2, 3)  # error: call-arg
prepare()  # error: call-arg


class Board(Device):
    @Device.task
    @staticmethod
    def twice(x: int) -> int:
        return 2 * x

    @Device.setup(autoinit=True)
    @staticmethod
    def start() -> None: ...


board = Board("sim:")
assert_type(board.twice(2), int)
board.twice("x")  # error: arg-type
with board as same:
    assert_type(same, Board)

    assert same.sim
    assert_type(same.sim.pin(25).value, int)
