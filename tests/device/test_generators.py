"""Generator tasks, side by side with the same generator on the host."""

# ruff: noqa: UP028 - a loop is what is tested
import gc

import pytest

from belay.exceptions import ConnectionLost, NotBelayResponseError, PyboardException


def counting(limit, start=0):
    for i in range(start, limit):
        yield i
    return "done"


def echoing():
    received = []
    while True:
        value = yield len(received)
        if value == "stop":
            return received
        received.append(value)


def catching():
    while True:
        try:
            yield "ready"
        except ValueError as error:
            yield "caught", error.args


def failing():
    yield 1
    raise KeyError("no")


def stubborn():
    try:
        yield 1
    finally:
        log.append("closed")  # noqa: F821


def run(make, script):
    """What a generator does, step by step: next, or a value to send, or an exception to throw."""
    generator = make()
    steps = []
    for step in script:
        try:
            if isinstance(step, BaseException):
                steps.append(("threw", generator.throw(step)))
            else:
                steps.append(("sent", generator.send(step)))
        except StopIteration as stop:
            steps.append(("stopped", stop.value))
        except (ValueError, ArithmeticError) as error:
            steps.append(("raised", type(error), error.args))
    return steps


@pytest.mark.parametrize(
    ("function", "arguments", "script"),
    [
        (counting, (3,), [None] * 5),
        (counting, (0,), [None] * 2),
        (counting, (5, 3), [None] * 4),
        (echoing, (), [None, 1, "two", [3], None, "stop", None]),
        (catching, (), [None, ValueError("a", 1), None, ValueError(), None, ZeroDivisionError("up"), None]),
        (counting, (3,), [ValueError("before the start"), None]),
    ],
)
def test_it_does_what_a_local_one_does(board, function, arguments, script):
    remote = board.task(function)
    assert run(lambda: remote(*arguments), script) == run(lambda: function(*arguments), script)


def test_for_loops_and_yield_from(board):
    remote = board.task(counting)
    assert list(remote(5)) == [0, 1, 2, 3, 4]

    def around():
        result = yield from remote(2)
        yield result

    assert list(around()) == [0, 1, "done"]


def test_it_is_lazy(board):
    board("steps = []")

    @board.task
    def noting():
        steps.append("started")  # noqa: F821
        yield 1
        steps.append("resumed")  # noqa: F821
        yield 2

    generator = noting()
    assert board("steps") == []
    assert next(generator) == 1
    assert board("steps") == ["started"]
    generator.close()
    assert board("steps") == ["started"]


def test_close_runs_the_finally_of_the_board(board):
    board("log = []")
    remote = board.task(stubborn)
    generator = remote()
    next(generator)
    generator.close()
    assert board("log") == ["closed"]
    assert board("len(__belay_g)") == 0


def test_one_that_is_abandoned_is_freed_on_the_board(board):
    board("log = []")
    remote = board.task(stubborn)
    for _ in remote():
        break
    gc.collect()
    assert board("log") == ["closed"]
    assert board("len(__belay_g)") == 0


def test_one_abandoned_during_a_call_is_freed_with_the_next(board):
    remote = board.task(counting)
    generators = [remote(5)]
    next(generators[0])

    class Dropping:
        def write(self, text):
            generators.clear()

        def flush(self):
            pass

    board("print('x')", stream_out=Dropping())
    assert not generators
    assert board("len(__belay_g)") == 0


def test_one_that_raises_in_the_middle(board):
    generator = board.task(failing)()
    assert next(generator) == 1
    with pytest.raises(PyboardException) as caught:
        next(generator)
    assert (caught.value.type_name, caught.value.frames[-1].source) == ("KeyError", 'raise KeyError("no")')
    with pytest.raises(StopIteration):
        next(generator)
    assert board("len(__belay_g)") == 0


def test_two_interleaved(board):
    remote = board.task(counting)
    pairs = list(zip(remote(100), remote(200, 100), strict=True))
    assert pairs == list(zip(range(100), range(100, 200), strict=True))


def test_wrong_arguments_are_refused_at_the_call(board):
    remote = board.task(counting)
    with pytest.raises(TypeError):
        remote()
    with pytest.raises(TypeError, match="'limit'"):
        remote(object())


def test_a_generator_of_an_earlier_interpreter_says_so(device):
    remote = device.task(counting)
    generator = remote(10)
    assert next(generator) == 0
    with pytest.raises(PyboardException):
        device("raise SystemExit")
    with pytest.raises(ConnectionLost, match="restarted"):
        next(generator)
    assert list(remote(2)) == [0, 1]


def test_one_that_the_host_breaks_off_is_freed_on_the_board(board):
    @board.task
    def odd():
        yield 1
        yield print

    generator = odd()
    next(generator)
    with pytest.raises(TypeError, match="literal"):
        generator.send(object())
    generator = odd()
    next(generator)
    with pytest.raises(NotBelayResponseError):
        next(generator)
    assert board("len(__belay_g)") == 0
