"""Ctrl-C, deadlines, and several host threads."""

import os
import signal
import threading
import time

import pytest

from belay.exceptions import ConnectionLost, TimeoutExpired


def interrupt_soon():
    """Ctrl-C, once the main thread waits for the board."""
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    return timer


def test_ctrl_c_interrupts_the_board_and_the_next_call_works(board):
    began = time.monotonic()
    timer = interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        board("while True: pass")
    timer.join()
    assert time.monotonic() - began < 5
    assert board("1 + 1") == 2


def test_past_its_timeout_a_program_is_interrupted_and_the_next_call_works(board):
    for code in ("while True: pass", "import time\ntime.sleep(60)", "while True: print('x' * 100)"):
        began = time.monotonic()
        with pytest.raises(TimeoutExpired):
            board(code, timeout=0.2, stream_out=None)
        assert time.monotonic() - began < 5
        assert board("1 + 1") == 2


def test_a_task_has_a_timeout(board):
    @board.task(timeout=0.2)
    def forever():
        while True:
            pass

    with pytest.raises(TimeoutError):
        forever()
    assert board("1 + 1") == 2


def test_a_program_that_swallows_the_first_interrupt(board):
    code = """
def stubborn():
    for i in range(2):
        try:
            while True: pass
        except KeyboardInterrupt:
            print('swallowed')
stubborn()
"""
    with pytest.raises(TimeoutExpired):
        board(code, timeout=0.2, stream_out=None)
    assert board("1 + 1") == 2


def test_two_host_threads_of_two_hundred_calls_each(board):
    @board.task
    def add(a, b):
        return a + b

    failures = []

    def work(base):
        for i in range(200):
            if add(base, i) != base + i:
                failures.append((base, i))

    threads = [threading.Thread(target=work, args=(base,)) for base in (1000, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)


def test_a_call_from_the_output_of_a_call_is_refused(board):
    class Reentrant:
        def write(self, text):
            board("1")

        def flush(self):
            pass

    with pytest.raises(RuntimeError, match="busy"):
        board("print('x')", stream_out=Reentrant())
    assert board("2") == 2


def test_a_stream_that_fails_leaves_a_device_that_works(board):
    class Broken:
        def write(self, text):
            raise BrokenPipeError

        def flush(self):
            pass

    with pytest.raises(BrokenPipeError):
        board("print('x')\nwhile True: pass", stream_out=Broken())
    assert board("2") == 2


def test_a_closed_device_says_so(device):
    device.close()
    device.close()
    with pytest.raises(ConnectionLost, match="closed"):
        device("1")


def test_a_deadline_holds_while_a_thread_prints_all_the_time(device):
    device("import _thread\ndef spam():\n while True: print('\\x04\\x04>OK', end='')")
    device._link.stream_out = None
    device("_thread.start_new_thread(spam, ())")
    began = time.monotonic()
    with pytest.raises(TimeoutExpired):
        device("while True: pass", timeout=0.2)
    assert time.monotonic() - began < 5
    assert device("1 + 1") == 2
