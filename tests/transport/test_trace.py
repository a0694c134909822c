"""A trace says what passed, when and which way, can be read back, and never holds the password."""

import ast
import re
from datetime import datetime, timezone
from itertools import combinations, pairwise

import pytest
from tests.support.lines import OPENERS

from belay.exceptions import ConnectionFailedError, TimeoutExpired
from belay.transport.connect import connect


def parse(path):
    """The trace's comments, and its lines as (seconds, direction, bytes)."""
    comments, lines = [], []
    for text in path.read_text("ascii").splitlines():
        if text.startswith("# "):
            comments.append(text[2:])
        else:
            seconds, direction, data = text.split(" ", 2)
            lines.append((float(seconds), direction, ast.literal_eval(data)))
    return comments, lines


def talk(path, up, down=(), **options):
    """What the trace holds after these writes and then these replies."""
    with OPENERS["socket"](trace=path, **options) as (transport, far):
        for data in up:
            transport.write(data, 10)
            assert far.receive(len(data)) == data
        for data in down:
            far.send(data)
            assert transport.read(10) == data
    return parse(path)


def test_a_trace_can_be_read_back(tmp_path):
    every = bytes(range(256))
    before = datetime.now(timezone.utc)
    comments, lines = talk(tmp_path / "trace", [b"\r\x03", every], [b"\r\n>>> ", every])
    assert [(direction, data) for _, direction, data in lines] == [
        (">", b"\r\x03"),
        (">", every),
        ("<", b"\r\n>>> "),
        ("<", every),
    ]
    times = [seconds for seconds, _, _ in lines]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] < 30
    word, start, name = re.fullmatch(r"(belay trace) (\S+) (.*)", comments[0]).groups()
    assert word == "belay trace"
    assert before <= datetime.fromisoformat(start) <= datetime.now(timezone.utc)
    assert name.startswith("socket://127.0.0.1:")


def test_a_timeout_and_an_empty_write_leave_no_reply(tmp_path):
    with OPENERS["socket"](trace=tmp_path / "trace") as (transport, _):
        assert transport.read(0.01) == b""
    assert parse(tmp_path / "trace")[1] == []


def test_lines_are_there_at_once(tmp_path):
    with OPENERS["socket"](trace=tmp_path / "trace") as (transport, _):
        transport.write(b"x", 10)
        assert [data for _, _, data in parse(tmp_path / "trace")[1]] == [b"x"]


def test_a_second_connection_is_appended(tmp_path):
    talk(tmp_path / "trace", [b"one"])
    comments, lines = talk(tmp_path / "trace", [b"two"])
    assert len(comments) == 2
    assert [data for _, _, data in lines] == [b"one", b"two"]


def test_a_write_that_failed_is_followed_by_why(tmp_path):
    with OPENERS["socket"](trace=tmp_path / "trace") as (transport, _), pytest.raises(TimeoutExpired):
        transport.write(bytes(10_000_000), 0.05)
    comments, _ = parse(tmp_path / "trace")
    assert "not written completely: socket://" in comments[1]


def test_the_environment_names_the_file(tmp_path):
    connect("exec:cat", environment={"BELAY_TRACE": str(tmp_path / "trace")}).close()
    assert " exec:cat {" in parse(tmp_path / "trace")[0][0]


def test_a_file_that_cannot_be_written_releases_the_line(tmp_path):
    with pytest.raises(ConnectionFailedError, match=r"the trace .* cannot be written"):
        connect("exec:cat", trace=tmp_path / "no" / "folder", environment={})


SECRET = "abac!"


def masked(path, up, down=()):
    _, lines = talk(path, up, down, password=SECRET)
    assert SECRET.encode() not in b"".join(data for _, way, data in lines if way == ">")
    return [data for _, _, data in lines]


def test_a_password_is_overwritten_both_ways(tmp_path):
    assert masked(tmp_path / "trace", [b"say abac! twice abac!"], [b"abac!abac!\r\n"]) == [
        b"say ***** twice *****",
        b"**********\r\n",
    ]


def test_a_password_in_any_pieces_is_overwritten(tmp_path):
    text = b"ab abac!\r\n"
    for number, cuts in enumerate(
        cuts for count in (1, 2, 3) for cuts in combinations(range(1, len(text)), count)
    ):
        bounds = [0, *cuts, len(text)]
        parts = [text[start:stop] for start, stop in pairwise(bounds)]
        path = tmp_path / str(number)
        transport = connect("loop://", trace=path, environment={"BELAY_PASSWORD": SECRET}, baudrate=10**7)
        for part in parts:
            transport.write(part, 10)
        transport.close()
        shown = [data for _, _, data in parse(path)[1]]
        assert [len(data) for data in shown] == [len(part) for part in parts]
        assert b"".join(shown) == b"ab *****\r\n"


def test_a_beginning_of_the_password_waits_for_what_follows(tmp_path):
    assert masked(tmp_path / "1", [b"the aba", b"cus"]) == [b"the aba", b"cus"]
    assert masked(tmp_path / "2", [b"the aba"], [b"reply"]) == [b"the ***", b"reply"]


def test_lines_stay_in_order_while_one_waits(tmp_path):
    with OPENERS["socket"](trace=tmp_path / "trace", password=SECRET) as (transport, far):
        transport.write(b"x ab", 10)
        far.send(b"echo")
        assert transport.read(10) == b"echo"
        assert parse(tmp_path / "trace")[1] == []
        transport.write(b"ac! y", 10)
        assert [data for _, _, data in parse(tmp_path / "trace")[1]] == [b"x **", b"echo", b"*** y"]
