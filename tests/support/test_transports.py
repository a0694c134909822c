"""The transports that other tests lean on: they count, cut and corrupt exactly."""

import pytest
from tests.support.lines import OPENERS
from tests.support.transports import (
    DOWN,
    UP,
    CorruptingTransport,
    Count,
    CountingTransport,
    CuttingTransport,
    drop,
    flip,
)

from belay.exceptions import ConnectionLost


@pytest.fixture
def line():
    with OPENERS["socket"]() as (transport, far):
        yield transport, far


def ask(transport, far, question, answer):
    transport.write(question, 10)
    assert far.receive(len(question)) == question
    far.send(answer)
    assert read(transport, len(answer)) == answer


def read(transport, count):
    data = b""
    while len(data) < count:
        data += transport.read(10)
    return data


def test_an_exchange_is_a_burst_with_its_answer(line):
    counting, far = CountingTransport(line[0]), line[1]
    assert counting.count == Count(0, 0, 0, 0)
    ask(counting, far, b"abc", b"0123")
    assert counting.count == Count(1, 0, 3, 4)
    counting.write(b"d", 10)
    counting.write(b"e", 10)  # one burst in two writes
    assert counting.count.exchanges == 1
    far.send(b"4")
    read(counting, 1)
    far.send(b"56")  # one answer in two reads
    read(counting, 2)
    assert counting.take() == Count(2, 0, 5, 7)
    assert counting.count == Count(0, 0, 0, 0)


def test_a_burst_without_an_answer_is_no_exchange(line):
    counting, far = CountingTransport(line[0]), line[1]
    counting.write(b"nothing comes", 10)
    assert counting.read(0.01) == b""
    far.send(b"late")
    read(counting, 4)
    assert counting.count.exchanges == 1
    far.send(b"unasked")
    read(counting, 7)
    assert counting.count == Count(1, 0, 13, 11)


def test_credits_are_counted_apart(line):
    counting, far = CountingTransport(line[0]), line[1]
    ask(counting, far, b"start", b"R\x01\x80\x00\x01")
    ask(counting, far, b"128 bytes", b"\x01")
    ask(counting, far, b"the end", b"\x04done\x04\x04>")
    ask(counting, far, b"blocks", b"\x1fabcdefgC2:11\x1fabcdefg\x1fabcdefgW0:\x1fabcdefg")
    ask(counting, far, b"blocks", b"\x1fabcdefgE4:(28,)\x1fabcdefg")
    assert counting.count.exchanges == 2
    assert counting.count.credits == 3


@pytest.mark.parametrize("count", [0, 1, 4])
def test_cut_on_the_way_up(line, count):
    cutting, far = CuttingTransport(line[0], UP, count), line[1]
    with pytest.raises(ConnectionLost, match="cut"):
        cutting.write(b"12345", 10)
    assert far.receive(count) == b"12345"[:count]
    for operation in (lambda: cutting.write(b"", 1), lambda: cutting.read(1)):
        with pytest.raises(ConnectionLost):
            operation()


def test_cut_on_the_way_up_counts_over_writes(line):
    cutting = CuttingTransport(line[0], UP, 5)
    cutting.write(b"123", 10)
    cutting.write(b"45", 10)
    with pytest.raises(ConnectionLost):
        cutting.write(b"6", 10)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_cut_on_the_way_down(line, count):
    cutting, far = CuttingTransport(line[0], DOWN, count), line[1]
    far.send(b"12345")
    assert read(cutting, count) == b"12345"[:count]
    with pytest.raises(ConnectionLost, match="cut"):
        cutting.read(10)
    with pytest.raises(ConnectionLost):
        cutting.write(b"x", 10)


@pytest.mark.parametrize("position", range(6))
@pytest.mark.parametrize("change", [flip, drop])
def test_corrupt_one_byte(line, position, change):
    sent = b"ab" + b"cde"
    expected = sent[:position] + b"".join(map(change, sent[position : position + 1])) + sent[position + 1 :]
    up, down = (CorruptingTransport(line[0], way, position, change) for way in (UP, DOWN))
    up.write(b"ab", 10)
    up.write(b"cde", 10)
    assert line[1].receive(len(expected)) == expected
    for part in (b"ab", b"cde"):
        line[1].send(part)
    assert read(down, len(expected)) == expected


def test_a_dropped_byte_is_no_timeout(line):
    transport, far = line
    down = CorruptingTransport(transport, DOWN, 0, drop)
    far.send(b"x")
    assert transport.wait_readable(10)
    far.send(b"y")
    assert down.read(10).endswith(b"y")
