"""User code may print anything: nothing corrupts a value, loses one, or desynchronises the stream."""

import contextlib
import io
import threading
import time

import pytest

NASTY = {
    "plain": "print('a'); print('b')",
    "unfinished line": "print('a', end='')",
    "an end": "print('\\x04')",
    "the end of a reply": "print('\\x04\\x04>')",
    "the end of a reply, then more": "print('\\x04\\x04>', end='')\nfor i in range(3): print(i)",
    "a whole reply": "print('OK7\\x04\\x04>OK8\\x04\\x04>')",
    "a traceback": "print('\\x04Traceback (most recent call last):\\r\\nValueError: no\\r\\n\\x04>')",
    "a banner": "print('\\x04\\x04MPY: soft reboot\\r\\nraw REPL; CTRL-B to exit\\r\\n>', end='')",
    "raw-paste answers": "print('R\\x01\\x80\\x00\\x01\\x04')",
    "control bytes": "print(''.join(map(chr, range(32))))",
    "half a mark": "print('\\x1f', end='')",
}


def printed_by(device, code):
    stream = io.StringIO()
    device(code, stream_out=stream)
    return stream.getvalue()


def expected_of(code):
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        exec(code, {})
    return stream.getvalue()


@pytest.mark.parametrize("name", NASTY)
def test_whatever_is_printed_arrives_and_the_value_too(board, name):
    code = NASTY[name]
    assert printed_by(board, code) == expected_of(code)
    board("def f():\n" + "\n".join(f"    {line}" for line in code.split("\n")) + "\n    return [1, 2]")
    stream = io.StringIO()
    assert board("f()", stream_out=stream) == [1, 2]
    assert stream.getvalue() == expected_of(code)
    assert board("6 * 7") == 42


def test_bytes_that_are_no_utf8_are_shown_escaped(board):
    board("import sys")
    assert printed_by(board, "n = sys.stdout.buffer.write(b'a\\xff\\x80b')") == "a\\xff\\x80b"
    assert printed_by(board, "n = sys.stdout.buffer.write('é€'.encode())") == "é€"


def test_the_default_is_sys_stdout_at_the_time_of_writing(board, capsys):
    board("print('captured')")
    assert capsys.readouterr().out == "captured\n"
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        board("print('redirected')")
    assert stream.getvalue() == "redirected\n"


def test_none_drops_output(board, capsys):
    board("print('nobody')", stream_out=None)
    assert capsys.readouterr().out == ""


def test_output_arrives_as_it_is_printed(board):
    """The first line is here long before the program ends: it waits for nothing but the host's interrupt."""

    class Stream(io.StringIO):
        def write(self, text):
            super().write(text)
            if "first" in self.getvalue():
                raise KeyboardInterrupt
            return len(text)

    stream = Stream()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        board("print('first', end='')\nwhile True: pass", stream_out=stream)
    assert time.monotonic() - began < 5
    assert board("1 + 1") == 2


def test_output_behind_an_end_byte_is_shown_while_the_program_runs(board):
    class Stream(io.StringIO):
        def write(self, text):
            super().write(text)
            if "late" in self.getvalue():
                raise KeyboardInterrupt
            return len(text)

    stream = Stream()
    with pytest.raises(KeyboardInterrupt):
        board("print('\\x04late')\nwhile True: pass", stream_out=stream)
    assert board("1 + 1") == 2


def test_ten_megabytes(board):
    class Counting(io.StringIO):
        count = 0

        def write(self, text):
            self.count += len(text)
            return len(text)

    stream = Counting()
    board("line = 'x' * 999\nfor i in range(10000): print(line)", stream_out=stream)
    assert stream.count == 10_000_000
    assert board("3") == 3


def test_a_thread_that_prints_between_two_calls(device):
    """What comes while no call is in flight reaches the stream, soon and in full."""
    stream = io.StringIO()
    device._link.stream_out = stream
    device("import _thread, time")
    device(
        "def talk():\n for i in range(5):\n  time.sleep_ms(40)\n  print('tick', i)\n"
        "_thread.start_new_thread(talk, ())"
    )
    deadline = time.monotonic() + 5
    while "tick 4\n" not in stream.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stream.getvalue() == "".join(f"tick {i}\n" for i in range(5))
    assert device("1") == 1


def test_a_thread_that_prints_during_calls(device):
    stream = io.StringIO()
    device._link.stream_out = stream
    device("import _thread, time")
    device("def talk():\n for i in range(300):\n  time.sleep_ms(1)\n  print('tick')\n")
    device("_thread.start_new_thread(talk, ())")
    for i in range(200):
        assert device(f"[{i}] * 3", stream_out=stream) == [i] * 3


def test_what_a_stream_cannot_encode_is_shown_escaped(board):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert board("print('caf\xe9') or 7", stream_out=stream) == 7
    assert stream.buffer.getvalue() == b"caf\\xe9\n"


def test_a_stream_that_fails_while_nothing_is_called_does_not_end_the_listening(device):
    class Full(io.StringIO):
        def write(self, text):
            refused.set()
            raise OSError("disk full")

    refused, stream = threading.Event(), io.StringIO()
    device._link.stream_out = Full()
    device("import _thread, time")
    device("def talk():\n while True:\n  time.sleep_ms(20)\n  print('tick')\n")
    device("_thread.start_new_thread(talk, ())", stream_out=None)
    assert refused.wait(5)
    device._link.stream_out = stream
    deadline = time.monotonic() + 5
    while "tick" not in stream.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "tick" in stream.getvalue()
