"""Subclasses of Device: markers, overloads, mixins, hooks, registry."""

import pytest

from belay import Device
from belay.exceptions import NoMatchingExecuterError, PyboardException

from ..conftest import TARGET

# Methods for the board have no self, and use names that exist there only.
# ruff: noqa: N805, F821, F811, F841, UP028, B018, PT012


class Marked(Device):
    """Every kind of method."""

    order = ()

    @Device.setup(autoinit=True)
    def prepare():
        base = 40

    @Device.setup
    def add_to_base(amount):
        base += amount

    @Device.task
    def answer(extra=2):
        return base + extra

    @Device.task
    @staticmethod
    def count(n):
        for i in range(n):
            yield i

    @Device.teardown
    def goodbye():
        print("goodbye", base)

    def plain(self):
        return self.answer() * 2

    def __pre_autoinit__(self):
        self.order += ("pre", self("'base' in globals()"))

    def __post_init__(self):
        self.order += ("post", self("base"))


@pytest.fixture(scope="module")
def marked():
    with Marked(TARGET) as device:
        yield device


def test_marked_methods_work_like_decorated_functions(marked):
    assert marked.answer() == 42
    assert marked.answer(extra=3) == 43
    assert marked.task.answer(4) == 44
    assert marked.plain() == 84
    assert list(marked.count(3)) == [0, 1, 2]
    marked.add_to_base(1)
    assert marked.answer() == 43
    marked.prepare()
    assert marked.setup.prepare is marked.prepare
    assert marked.answer() == 42


def test_hooks_run_in_their_order(marked):
    assert marked.order == ("pre", False, "post", 40)


def test_the_marked_function_itself_stays_a_function():
    assert Marked.answer.__name__ == "answer"
    assert Marked.__dict__["answer"].__doc__ is None


def test_instance_decorators_work_beside_marked_methods_of_the_kind(marked):
    @marked.task
    def twice(x):
        return x * 2 + answer(0) * 0

    assert twice(4) == 8
    assert marked.task.twice(1) == 2
    assert marked.task.answer() == 42


def test_teardowns_run_at_close_in_order_of_definition_and_before_an_exception_leaves(capsys):
    with pytest.raises(ZeroDivisionError), Marked(TARGET) as device:

        @device.teardown
        def second(word="default"):
            print("second", word)

        1 / 0
    assert capsys.readouterr().out == "goodbye 40\nsecond default\n"


def test_a_teardown_that_raises_does_not_keep_the_others_from_running(capsys):
    device = Device(TARGET)

    @device.teardown
    def first():
        raise ValueError("first")

    @device.teardown(ignore_errors=True)
    def quiet():
        raise ValueError("quiet")

    @device.teardown
    def last():
        print("last")

    with pytest.raises(PyboardException, match="first"):
        device.close()
    assert capsys.readouterr().out == "last\n"
    device.close()
    with pytest.raises(RuntimeError, match="mine"), Device(TARGET) as device:
        device.teardown(first.__wrapped__)
        raise RuntimeError("mine")


def test_overloads_choose_by_implementation():
    class Overloaded(Device):
        @Device.task(implementation="circuitpython")
        def which():
            return "circuit"

        @Device.task(implementation="micropython")
        def which():
            return "micro"

        @Device.task
        def which():
            return "any"

        @Device.task(implementation="circuitpython")
        def missing():
            return 1

        @Device.setup(implementation="circuitpython", autoinit=True)
        def never():
            raise ValueError

    with Overloaded(TARGET) as device:
        assert device.which() == "micro"
        assert device.task.which() == "micro"
        with pytest.raises(NoMatchingExecuterError, match="missing"):
            device.missing()


def test_overload_mistakes():
    with pytest.raises(ValueError, match="comes last"):

        class CatchAllFirst(Device):
            @Device.task
            def f():
                return 1

            @Device.task(implementation="micropython")
            def f():
                return 2

    with pytest.raises(ValueError, match="already"):

        class Twice(Device):
            @Device.task(implementation="micropython")
            def f():
                return 1

            @Device.task(implementation="micropython")
            def f():
                return 2

    with pytest.raises(ValueError, match="mixed"):

        class Mixed(Device):
            @Device.task(implementation="micropython")
            def f():
                return 1

            def f(self):
                return 2

    with pytest.raises(ValueError, match="mixed"):

        class MixedTheOtherWay(Device):
            def f(self):
                return 2

            @Device.task
            def f():
                return 1

    with pytest.raises(ValueError, match="task and a setup"):

        class Kinds(Device):
            @Device.task(implementation="micropython")
            def f():
                return 1

            @Device.setup(implementation="circuitpython")
            def f():
                x = 1


def test_marker_mistakes():
    with pytest.raises(ValueError, match="no parameters"):

        @Device.setup(autoinit=True)
        def f(x=1):
            pass

    with pytest.raises(ValueError, match="no parameters"):

        @Device.teardown
        def g(x=1):
            pass

    with pytest.raises(TypeError, match="functions"):
        Device.task(3)


def test_options_for_markers_are_refused_on_a_device(board):
    with pytest.raises(ValueError, match="marked in a class"):

        @board.setup(autoinit=True)
        def f():
            pass

    with pytest.raises(ValueError, match="needs a default"):

        @board.teardown
        def g(x):
            pass


def test_mixins_are_sent_and_override():
    class Mixin:
        @Device.task
        def shared():
            return "mixin"

        def __post_init__(self):
            self.seen = self.shared()

    class Base(Device):
        @Device.task
        def shared():
            return "base"

    class Both(Base, Mixin):
        pass

    with Both(TARGET) as device:
        assert device.seen == "mixin"


def test_an_inherited_method_can_be_overridden():
    class Base(Device):
        @Device.task
        def f():
            return 1

        @Device.task
        def g():
            return f() + 10

    class Derived(Base):
        @Device.task
        def f():
            return 2

    with Derived(TARGET) as device:
        assert (device.f(), device.g()) == (2, 12)


def test_the_registry():
    class MyBoard(Device):
        pass

    class MySpecialBoard(MyBoard):
        pass

    assert Device["myboard"] is MyBoard
    assert Device["MySpecialBoard"] is MySpecialBoard
    assert {"myboard", "myspecialboard"} <= set(Device)
    assert list(MyBoard) == ["myspecialboard"]
    assert dict(MyBoard.items()) == {"myspecialboard": MySpecialBoard}
    assert (list(MyBoard.keys()), list(MyBoard.values())) == (["myspecialboard"], [MySpecialBoard])
    assert Device.get("nothing") is None
    assert bool(MySpecialBoard)
    assert "MYBOARD" in Device
    with pytest.raises(KeyError):
        Device["nothing"]


def test_an_init_that_fails_says_which_step_and_frees_the_port():
    class Failing(Device):
        @Device.setup(autoinit=True)
        def broken():
            undefined_name

    with pytest.raises(PyboardException, match=r"while: the autoinit setup broken\(\)") as caught:
        Failing(TARGET)
    assert caught.value.frames[-1].source == "undefined_name"
    with pytest.raises(PyboardException, match="while: running the startup code"):
        Device(TARGET, startup="1/0")


def test_an_unknown_keyword_is_a_type_error():
    with pytest.raises(TypeError, match="speed"):
        Device(TARGET, speed=9600)


def test_two_hundred_tasks(device):
    namespace = {}
    lines = [f"def task_{i}(x): return x + {i}" for i in range(200)]
    import linecache

    text = "\n".join(lines) + "\n"
    linecache.cache["<two hundred>"] = (len(text), None, text.splitlines(True), "<two hundred>")
    exec(compile(text, "<two hundred>", "exec"), namespace)
    tasks = [device.task(namespace[f"task_{i}"]) for i in range(200)]
    assert [task(1) for task in tasks] == [i + 1 for i in range(200)]


def test_methods_may_have_the_names_of_the_decorators():
    class Named(Device):
        @Device.setup(autoinit=True)
        def setup():
            first = 1

        @Device.setup
        def other():
            second = first + 1

        @Device.task
        def task():
            return first

        @Device.task
        def another():
            return second

    with Named(TARGET) as device:
        device.other()
        assert (device.task(), device.another()) == (1, 2)


def test_a_marked_method_takes_no_name_that_every_device_needs():
    class Closing(Device):
        @Device.task
        def close():
            return 1

    with pytest.raises(ValueError, match=r"close\(\)"):
        Closing(TARGET)


def test_startup_code_that_ends_the_interpreter_is_not_repeated_for_ever():
    with pytest.raises(PyboardException, match="SystemExit"):
        Device("sim:", startup="raise SystemExit")
