"""The rules of belay/transport/base.py, held by every transport on a real line.

A new transport is added to ``tests.support.lines.OPENERS`` and has to pass all of it.
"""

import threading
from time import monotonic

import pytest
from tests.support.lines import OPENERS

from belay.exceptions import ConnectionLost, TimeoutExpired
from belay.transport import descriptor, network
from belay.transport.base import READ_BYTES

INTERRUPT = 3
MEGABYTE = bytes(range(256)) * 4096


# pyserial's RFC 2217 client takes 0.7 s to open and close, and goes through the pump as "pump" does.
SLOW = {"rfc2217"}
KINDS = [pytest.param(kind, marks=[pytest.mark.slow] * (kind in SLOW)) for kind in OPENERS]


@pytest.fixture(params=[*KINDS, "traced", "select", "pumped socket"])
def line(request, tmp_path, monkeypatch):
    """An open transport and the far end of its line."""
    kind, options = request.param, {}
    if kind == "traced":
        kind, options = "serial", {"trace": tmp_path / "trace"}
    if kind == "select":  # How macOS waits.
        monkeypatch.setattr(descriptor, "_POLL_SERVES", False)
        kind = "exec"
    if kind == "pumped socket":  # How Windows reads and writes one.
        monkeypatch.setattr(network, "_DESCRIPTORS_SERVE", False)
        kind = "socket"
    with OPENERS[kind](**options) as (transport, far):
        yield transport, far


def read_exactly(transport, count):
    data = b""
    while len(data) < count:
        more = transport.read(10)
        assert more, f"{len(data)} of {count} bytes came: {data[:100]!r}"
        assert len(more) <= READ_BYTES
        data += more
    assert len(data) == count
    return data


def read_to_the_end(transport):
    """What was left to read, and the error that ended it."""
    data = b""
    while True:
        try:
            more = transport.read(10)
        except ConnectionLost as error:
            return data, error
        assert more, "the line did not end"
        data += more


def in_thread(function, *arguments):
    """Start ``function``; the returned call joins it and gives its result or raises its exception."""
    results = []

    def work():
        try:
            results.append((function(*arguments), None))
        except BaseException as error:
            results.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()

    def join():
        thread.join(30)
        assert results, "the thread did not end"
        result, error = results[0]
        if error is not None:
            raise error
        return result

    return join


def sendable(transport):
    """All byte values that pass to the board as bytes: a terminal that we make turns ^C into a signal."""
    on_terminal = transport.line.kind == "pseudo-terminal"
    return bytes(value for value in range(256) if not (on_terminal and value == INTERRUPT))


def test_bytes_pass_unchanged_both_ways(line):
    transport, far = line
    every = sendable(transport)
    transport.write(every, 10)
    assert far.receive(len(every)) == every
    far.send(bytes(range(256)))
    assert read_exactly(transport, 256) == bytes(range(256))


def test_writes_stay_in_order_and_an_empty_one_is_nothing(line):
    transport, far = line
    for part in (b"one ", b"", b"two ", b"three"):
        transport.write(part, 10)
    assert far.receive(13) == b"one two three"


def test_read_returns_what_is_there_without_waiting_for_more(line):
    transport, far = line
    start = monotonic()
    far.send(b"first")
    assert transport.read(10).startswith(b"f")
    assert monotonic() - start < 5


def test_read_gives_nothing_past_its_timeout_and_the_line_goes_on(line):
    transport, far = line
    start = monotonic()
    assert transport.read(0.05) == b""
    assert 0.04 <= monotonic() - start < 5
    assert transport.read(0) == b""
    far.send(b"later")
    assert read_exactly(transport, 5) == b"later"


def test_wait_readable_consumes_nothing(line):
    transport, far = line
    assert not transport.wait_readable(0)
    assert not transport.wait_readable(0.05)
    far.send(b"x")
    assert transport.wait_readable(10)
    assert transport.wait_readable(0)
    assert transport.read(0) == b"x"
    assert not transport.wait_readable(0)


def test_wait_readable_in_another_thread_sees_a_byte_while_the_first_thread_writes(line):
    transport, far = line
    join = in_thread(transport.wait_readable, 20)
    transport.write(b"question", 10)
    assert far.receive(8) == b"question"
    far.send(b"answer")
    assert join()
    assert read_exactly(transport, 6) == b"answer"


def test_a_read_goes_on_while_another_thread_waits_and_writes(line):
    transport, far = line
    waiting = in_thread(transport.wait_readable, 20)
    reading = in_thread(transport.read, 20)
    transport.write(b"?", 10)
    assert far.receive(1) == b"?"
    far.send(b"!")
    assert reading() == b"!"
    far.send(b".")  # The reader may have been quicker than the waiting thread.
    assert waiting()


def test_a_lost_line_gives_its_last_bytes_and_then_connection_lost(line):
    transport, far = line
    far.send(b"last words")
    assert transport.wait_readable(10)
    far.hang_up()
    said, error = read_to_the_end(transport)
    # The system may drop what a vanished serial port had said.
    assert said == b"last words" or (said == b"" and transport.line.kind == "serial port")
    assert "lost" in error.message
    assert transport.name in error.message
    assert transport.wait_readable(10)
    assert read_to_the_end(transport)[0] == b""


def test_a_reader_learns_at_once_that_the_line_is_lost(line):
    transport, far = line
    join = in_thread(transport.read, 60)
    start = monotonic()
    far.hang_up()
    with pytest.raises(ConnectionLost):
        join()
    assert monotonic() - start < 10


def test_writing_to_a_lost_line_ends_in_connection_lost(line):
    transport, far = line
    far.hang_up()
    with pytest.raises(ConnectionLost):
        transport.read(10)
    for _ in range(2):
        with pytest.raises(ConnectionLost, match="lost"):
            transport.write(bytes(1000), 10)


def test_writing_to_a_board_that_is_gone_unnoticed_ends_in_connection_lost(line):
    transport, far = line
    far.hang_up()
    start = monotonic()
    with pytest.raises(ConnectionLost, match="lost"):  # What the system takes before it notices is lost too.
        transport.write(sendable(transport) * 100_000, 30)
    assert monotonic() - start < 10


def test_a_board_that_does_not_read_holds_the_writer_until_the_timeout(line):
    transport, far = line
    start = monotonic()
    with pytest.raises(TimeoutExpired, match=r"in 0\.2 s") as caught:
        transport.write(sendable(transport) * 100_000, 0.2)
    assert monotonic() - start < 10
    assert isinstance(caught.value, TimeoutError)
    assert transport.name in caught.value.message
    assert far.receive(1000) == (sendable(transport) * 4)[:1000]  # It was a prefix that went out.


def test_a_megabyte_both_ways_at_once(line):
    transport, far = line
    up = (sendable(transport) * 4200)[: len(MEGABYTE)]
    sending = in_thread(far.send, MEGABYTE)
    receiving = in_thread(far.receive, len(up))
    writing = in_thread(transport.write, up, 30)
    assert read_exactly(transport, len(MEGABYTE)) == MEGABYTE
    writing()
    assert receiving() == up
    sending()


@pytest.mark.parametrize("method", ["read", "wait_readable"])
def test_close_wakes_a_waiter(line, method):
    transport, _ = line
    join = in_thread(getattr(transport, method), 60)
    start = monotonic()
    transport.close()
    if method == "wait_readable":
        assert join()
    else:
        with pytest.raises(ConnectionLost, match="closed"):
            join()
    assert monotonic() - start < 10


def test_close_ends_a_write_that_is_held(line):
    transport, _ = line
    join = in_thread(transport.write, sendable(transport) * 100_000, 60)
    assert not transport.wait_readable(0.1)  # Time for the write to fill the line; later is as good.
    start = monotonic()
    transport.close()
    with pytest.raises(ConnectionLost):
        join()
    assert monotonic() - start < 10


def test_close_twice_and_use_after_it(line):
    transport, _ = line
    transport.close()
    transport.close()
    for operation in (lambda: transport.read(1), lambda: transport.write(b"x", 1)):
        with pytest.raises(ConnectionLost, match="closed"):
            operation()
    assert transport.wait_readable(10)


def test_two_threads_may_close(line):
    transport, _ = line
    joins = [in_thread(transport.close) for _ in range(4)]
    for join in joins:
        join()


def test_close_after_a_loss(line):
    transport, far = line
    far.hang_up()
    with pytest.raises(ConnectionLost):
        transport.read(10)
    transport.close()
    with pytest.raises(ConnectionLost, match="closed"):
        transport.read(1)
