"""Packing: what goes over the line, taken apart again by a plain reading of the format."""

import random
import struct
import zlib
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belay._native import content_hashes
from belay.exceptions import FileSystemError
from belay.sync.blocks import block, bodies, hidden
from belay.sync.plan import Step

NOISE = random.Random(5).randbytes(3000)


def shown(data):
    """What ``hidden`` hid."""
    return b"".join(
        data[at + 1 : at + 251].replace(data[at : at + 1], b"\x03") for at in range(0, len(data), 251)
    )


@given(st.binary(max_size=1200))
def test_hidden_bytes_come_back_and_never_interrupt(data):
    sent = hidden(data)
    assert b"\x03" not in sent
    assert shown(sent) == data
    assert len(sent) == len(data) + (len(data) + 249) // 250


def test_a_piece_with_every_value_it_can_have():
    for data in (bytes(range(250)), bytes(range(6, 256)), b"\x03" * 600, bytes([3, *range(5, 254)])):
        assert b"\x03" not in hidden(data)
        assert shown(hidden(data)) == data


def operations(data):
    """Letters and data of a body."""
    at = 0
    while at < len(data):
        size = struct.unpack_from("<H", data, at + 1)[0]
        yield data[at : at + 1], data[at + 3 : at + 3 + size]
        at += 3 + size


def carried_out(packed):
    """What a board would have, by a plain reading."""
    files, log, path, content = {}, [], None, None
    for body, _carried in packed:
        for letter, data in operations(body):
            if letter == b"a":
                content += data
            elif letter == b"r":
                assert data == struct.pack("<Q", content_hashes(content)[0])[:6]
                files[path] = content
            else:
                path = data.decode()
                content = b""
                log.append(letter + data)
    return files, log


@pytest.mark.parametrize("limit", [512, 600, 4096])
def test_files_of_all_sizes_in_blocks(limit):
    contents = {f"f{size}": NOISE[:size] for size in (0, 1, 2, 31, 32, 33, 460, 500, 509, 512, 1000, 3000)}
    files = {name: (content, content_hashes(content)[0]) for name, content in contents.items()}
    steps = [Step("make", "d"), *(Step("put", name) for name in files), Step("remove folder", "x")]
    packed = list(bodies("/r/", steps, files, limit, remind=False))
    assert all(0 < len(body) <= limit for body, _ in packed)
    assert sum(carried for _, carried in packed) == sum(map(len, contents.values()))
    found, log = carried_out(packed)
    assert found == {f"/r/{name}": content for name, content in contents.items()}
    assert (log[0], log[-1]) == (b"m/r/d", b"x/r/x")


def test_a_path_that_does_not_fit_is_refused():
    with pytest.raises(FileSystemError, match="too long"):
        list(bodies("/", [Step("make", "n" * 600)], {}, 512, remind=False))


@pytest.mark.parametrize("body", [b"", b"a", b"print('x')\n" * 100, NOISE, bytes(4096)])
@pytest.mark.parametrize(("encode", "decode"), [(hidden, shown), (b64encode, b64decode)])
@pytest.mark.parametrize("bits", [0, 9, 12])
def test_a_block(body, encode, decode, bits):
    sent = block(body, kind=1, bits=bits, encode=encode)
    head_bytes = len(encode(bytes(8)))
    head, packed = decode(sent[:head_bytes]), decode(sent[head_bytes:])
    length, deflated, check = struct.unpack("<HBxI", head)
    assert length == len(packed)
    assert check == zlib.crc32(head[:4] + packed)
    assert (zlib.decompress(packed, -bits) if deflated else packed) == body
    assert not deflated or len(packed) < len(body)
    assert deflated == (bits > 0 and len(body) > 1000 and body is not NOISE)
