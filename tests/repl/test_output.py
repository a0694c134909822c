"""Board output as text, however it is cut."""

import pytest

from belay.repl.output import OutputDecoder

CASES = {
    b"plain\r\n": "plain\n",
    b"a\r\r\nb": "a\r\nb",
    "é€\U0001f600\r\n".encode(): "é€\U0001f600\n",
    b"\xff\xfe": "\\xff\\xfe",
    b"\xe2\x82": "",  # the beginning of a character
    b"\xe2\x82x": "\\xe2\\x82x",
}


@pytest.mark.parametrize("data", CASES)
def test_every_split_gives_the_same_text(data):
    for size in range(1, len(data) + 1):
        decoder = OutputDecoder()
        decoder.learn_newline(b"\r\n")
        pieces = [data[start : start + size] for start in range(0, len(data), size)]
        assert "".join(map(decoder.decode, pieces)) == CASES[data]


def test_a_board_that_leaves_newlines_alone():
    decoder = OutputDecoder()
    decoder.learn_newline(b"\n")
    assert decoder.decode(b"a\r\nb\n") == "a\r\nb\n"
