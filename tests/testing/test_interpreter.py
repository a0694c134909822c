"""The byte-level REPL: by example, cut in every way, and against a real MicroPython given the same bytes."""

import sys
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belay.testing import FIRMWARE, Answer, Interpreter
from belay.testing.firmware import MICROPYTHON
from belay.testing.interpreter import INTERRUPTED
from belay.transport.connect import connect

# One line, so that the interrupt finds it there wherever it is; its output says that it runs.
RUNS_ON = "for x in range(print('on') or 10**9): pass"
SCRIPT = {
    "print('hi')": "hi\n",
    "#\x05\nprint('hi')": "hi\n",
    "1/0": Answer(
        error=b'Traceback (most recent call last):\r\n  File "<stdin>", line 1, in <module>\r\n'
        b"ZeroDivisionError: divide by zero\r\n"
    ),
    "raise SystemExit": Answer(then="exit"),
    "while True: pass": Answer(then="wait"),
    RUNS_ON: Answer(b"on\r\n", then="wait"),
    "machine.reset()": Answer(then="reset"),
}
LONG = "x=1\n" * 150
SCRIPT[LONG] = ""
SCRIPT["x=1\n" * 32] = ""  # Ends with a window.

RAW = b"\r\nraw REPL; CTRL-B to exit\r\n>"


def board(name="micropython", **options):
    return Interpreter(SCRIPT, FIRMWARE[name], **options)


def raw_board(name="micropython", **options):
    interpreter = board(name, **options)
    interpreter.feed(b"\x01")
    return interpreter


# What the raw REPL does. Each is also played to the real one, below.
RAW_EXAMPLES = {
    "a program": [(b"print('hi')\x04", b"OKhi\r\n\x04\x04>")],
    "an exception": [(b"1/0\x04", b"OK\x04" + SCRIPT["1/0"].error + b"\x04>")],
    "three programs in one write": [(b"print('hi')\x04" * 3, b"OKhi\r\n\x04\x04>" * 3)],
    "an interrupt clears the line silently": [(b"garbage\x03print('hi')\x04", b"OKhi\r\n\x04\x04>")],
    "the banner again": [(b"\x01", RAW[2:])],
    "raw-paste": [(b"\x05A\x01", b"R\x01\x80\x00\x01"), (b"print('hi')\x04", b"\x04hi\r\n\x04\x04>")],
    "raw-paste in one write": [(b"\x05A\x01print('hi')\x04", b"R\x01\x80\x00\x01\x04hi\r\n\x04\x04>")],
    "windows": [(b"\x05A\x01%s\x04" % LONG.encode(), b"R\x01\x80\x00\x01\x01\x01\x01\x01\x04\x04\x04>")],
    "a window to the byte": [(b"\x05A\x01" + b"x=1\n" * 32 + b"\x04", b"R\x01\x80\x00\x01\x01\x04\x04\x04>")],
    "an empty raw-paste is no soft reset": [(b"\x05A\x01\x04", b"R\x01\x80\x00\x01\x04\x04\x04>")],
    "an exception in raw-paste": [
        (b"\x05A\x011/0\x04", b"R\x01\x80\x00\x01\x04\x04" + SCRIPT["1/0"].error + b"\x04>")
    ],
    "an interrupt in raw-paste": [
        (b"\x05A\x01print(", b"R\x01\x80\x00\x01"),
        (b"\x03", b"\x04\x04KeyboardInterrupt: \r\n\x04>"),
    ],
    "another request": [(b"\x05B\x01", b"R\x00>")],
    "an 05 is source": [(b"#\x05\nprint('hi')\x04", b"OKhi\r\n\x04\x04>")],
    "01 behind other source is the banner": [(b"x\x05A\x01", RAW[2:])],
    "a running program is interrupted": [
        (RUNS_ON.encode() + b"\x04", b"OKon\r\n"),
        (b"\x03", b"\x04" + INTERRUPTED + b"\x04>"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("steps", RAW_EXAMPLES.values(), ids=RAW_EXAMPLES)
def test_the_raw_repl(steps):
    interpreter = raw_board()
    assert [(data, interpreter.feed(data)) for data, _ in steps] == steps


@pytest.mark.parametrize("steps", RAW_EXAMPLES.values(), ids=RAW_EXAMPLES)
def test_the_raw_repl_byte_by_byte(steps):
    interpreter = raw_board()
    for data, expected in steps:
        assert b"".join(interpreter.feed(bytes([byte])) for byte in data) == expected


@contextmanager
def real_raw_repl():
    """A real MicroPython that stands at its raw prompt, as a transport."""
    pytest.importorskip("micropython_unix")
    start = (
        "import micropython_unix as u; u.run_main(['micropython', '-X', 'heapsize=256k', '-i', '-c', '0'])"
    )
    transport = connect(f'execpty:{sys.executable} -c "{start}"', environment={})
    try:
        transport.write(b"\r\x01", 10)
        assert read_until(transport, b"raw REPL; CTRL-B to exit\r\n>").endswith(RAW[2:])
        yield transport
    finally:
        transport.close()


def read_until(transport, end):
    """What comes, up to ``end``, or whatever is there when nothing has come for 10 s."""
    data = b""
    while not data.endswith(end) and (more := transport.read(10)):
        data += more
    return data


def with_plain_newlines(data):
    """The unix port leaves it to the terminal what a newline is, and ours changes nothing."""
    return data.replace(b"\r\n", b"\n")


def test_a_real_micropython_says_the_same():
    with real_raw_repl() as transport:
        for name, steps in RAW_EXAMPLES.items():
            for data, expected in steps:
                transport.write(data, 10)
                expected = with_plain_newlines(expected)
                said = b""
                while len(said) < len(expected) and (more := transport.read(10)):
                    said = with_plain_newlines(said + more)
                assert said == expected, name


@given(st.lists(st.integers(1, 60), min_size=1, max_size=30), st.sampled_from(sorted(FIRMWARE)), st.data())
def test_how_writes_are_cut_means_nothing(sizes, name, data):
    """But for what CircuitPython drops behind an interrupt, which never stands alone in these bytes."""
    pieces = [step for steps in RAW_EXAMPLES.values() for step, _ in steps if b"\x03" not in step]
    stream = b"".join(data.draw(st.permutations(pieces))) + b"\x02\x01\x04print('hi')\x04"
    whole, cut = (Interpreter(lambda _: "hi\n", FIRMWARE[name]) for _ in range(2))
    expected = whole.feed(b"\x01" + stream)
    said = [cut.feed(b"\x01")]
    while stream:
        size = sizes[len(said) % len(sizes)]
        said.append(cut.feed(stream[:size]))
        stream = stream[size:]
    assert b"".join(said) == expected


def test_the_friendly_repl():
    interpreter = board()
    said = interpreter.power_on()
    assert said == MICROPYTHON.banner + b">>> "
    assert interpreter.feed(b"print('hi')\r") == b"print('hi')\r\nhi\r\n>>> "
    assert interpreter.feed(b"half\x03") == b"half\r\n>>> "
    assert interpreter.feed(b"1/0\r") == b"1/0\r\n" + SCRIPT["1/0"].error + b">>> "
    assert interpreter.feed(b"\x02") == b"\r\n" + said
    assert interpreter.feed(b"\x01") == RAW
    assert interpreter.feed(b"\x02") == b"\r\n" + said


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("micropython", b"OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>"),
        ("micro:bit", b"OK\r\nsoft reboot\r\nraw REPL; CTRL-B to exit\r\n>"),
        (
            "circuitpython 10",
            "OK\r\nsoft reboot\r\n\x1b]0;🐍REPL | 10.0.3\x1b\\raw REPL; CTRL-B to exit\r\n>".encode(),
        ),
        ("circuitpython 7", b"OK\r\nsoft reboot\r\nraw REPL; CTRL-B to exit\r\n>"),
    ],
)
def test_a_soft_reset_of_the_raw_repl_runs_no_main(name, expected):
    interpreter = raw_board(name, main=Answer(b"main\r\n"))
    assert interpreter.feed(b"\x04") == expected
    assert interpreter.feed(b"print('hi')\x04").startswith(b"OKhi")


def test_a_soft_reset_of_the_friendly_repl_runs_main():
    interpreter = board(main=Answer(b"main\r\n"))
    interpreter.power_on()
    assert interpreter.feed(b"\x04") == b"\r\nMPY: soft reboot\r\nmain\r\n" + MICROPYTHON.banner + b">>> "


def test_circuitpython_waits_for_a_key_and_eats_it():
    firmware = FIRMWARE["circuitpython 10"]
    interpreter = board("circuitpython 10", main=Answer(b"main\r\n"))
    assert (
        interpreter.power_on() == firmware.before_main + b"main\r\n" + firmware.after_main + firmware.any_key
    )
    assert interpreter.feed(b"\x01") == firmware.title + firmware.banner + b">>> "
    assert interpreter.feed(b"\x01") == b"\r\n" + firmware.title + RAW[2:]


def test_a_main_that_runs_on_is_interrupted():
    interpreter = board(main=Answer(b"main\r\n", then="wait"))
    assert interpreter.power_on() == b"main\r\n"
    assert interpreter.feed(b"print") == b""
    assert interpreter.feed(b"\x03").endswith(b"KeyboardInterrupt: \r\n" + MICROPYTHON.banner + b">>> ")


def test_a_program_may_catch_the_interrupt():
    stubborn = Answer(b"no\r\n", then="wait", interrupted=Answer(b"well\r\n"))
    interpreter = Interpreter({"run()": Answer(then="wait", interrupted=stubborn)})
    interpreter.feed(b"\x01")
    assert interpreter.feed(b"run()\x04") == b"OK"
    assert interpreter.feed(b"\x03") == b"no\r\n"
    assert interpreter.feed(b"\x03") == b"well\r\n\x04\x04>"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "micropython without raw-paste",
            b"OKhi\r\n\x04\x04>OKhi\r\n\x04\x04>",
        ),  # the queue, and what follows
        ("micropython", b"OKhi\r\n\x04\x04>"),  # what follows
        ("circuitpython 10", b""),
    ],
)
def test_what_an_interrupt_takes_away(name, expected):
    interpreter = raw_board(name)
    interpreter.feed(b"while True: pass\x04print('hi')\x04")
    said = interpreter.feed(b"\x03print('hi')\x04")
    assert said.endswith(b"KeyboardInterrupt: \r\n\x04>" + expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("micropython", b"OK\x04\x04MPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>"),
        ("circuitpython 7", b"OK\x04\x04>"),
        ("micro:bit", b"OK\x04\x04>"),
    ],
)
def test_system_exit(name, expected):
    assert raw_board(name).feed(b"raise SystemExit\x04") == expected


def test_a_reset_of_the_board_leads_to_the_friendly_repl_through_main():
    interpreter = raw_board(main=Answer(b"main\r\n"))
    said = interpreter.feed(b"machine.reset()\x04")
    assert said == b"OKmain\r\n" + MICROPYTHON.banner + b">>> "


@pytest.mark.parametrize(
    ("name", "answer", "followed"),
    [
        ("micropython with raw-paste off", b"R\x00>", b"OKhi\r\n\x04\x04>"),
        ("micropython without raw-paste", b"raw REPL; CTRL-B to exit\r\n>", b"OKhi\r\n\x04\x04>"),
        ("micro:bit", b"raw REPL; CTRL-B to exit\r\n>", b"OKhi\r\n\x04\x04>"),
    ],
)
def test_firmware_without_raw_paste_takes_what_follows_as_plain_source(name, answer, followed):
    assert raw_board(name).feed(b"\x05A\x01print('hi')\x04") == answer + followed


def test_source_that_does_not_fit_kills_the_board():
    interpreter = raw_board("micro:bit")
    assert interpreter.feed(b"x" * 6001 + b"\x04") == b""
    assert interpreter.feed(b"\x03\x04\x02\x01") == b""


def test_raw_paste_that_does_not_fit_ends_in_a_memory_error():
    small = Interpreter(SCRIPT, firmware=MICROPYTHON.__class__(b"", b"", line_bytes=100))
    small.feed(b"\x01")
    assert small.feed(b"\x05A\x01" + b"x" * 101) == b"R\x01\x80\x00\x01\x04"
    assert small.feed(b"x" * 50) == b""
    assert small.feed(b"\x04") == b"\x04MemoryError: \r\n\x04>"


def test_a_program_that_the_table_lacks_is_a_clear_failure():
    with pytest.raises(AssertionError, match=r"no answer to the program 'what\(\)'"):
        raw_board().feed(b"what()\x04")
