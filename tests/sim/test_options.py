"""What a ``sim:`` string says."""

from __future__ import annotations

import pytest

from belay.exceptions import ConnectionFailedError
from belay.sim.options import Options, parse


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", Options()),
        ("garden", Options("garden")),
        ("?heap=64k", Options(heap_bytes=65536)),
        ("a.b-c_1?heap=1M&flash=16384", Options("a.b-c_1", 1 << 20, 16384)),
        ("x?flash=4M", Options("x", flash_bytes=4 << 20)),
        ("x?main=off", Options("x", runs_main=False)),
        ("?heap=64k&main=on", Options(heap_bytes=65536)),
    ],
)
def test_understood(text: str, options: Options) -> None:
    assert parse(text) == options


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("../up", "no name"),
        (".hidden", "no name"),
        ("a/b", "no name"),
        ("x" * 65, "no name"),
        ("?hepa=64k", "no option 'hepa'"),
        ("?heap", "'' is no size for heap"),
        ("?heap=-1", "'-1' is no size"),
        ("?heap=64kB", "'64kB' is no size"),
        ("?heap=8k", "16k or more"),
        ("?flash=4096", "16k or more"),
        ("?flash=100000", "multiple of 4096"),
        ("?main", "on or off, not ''"),
        ("?main=no", "on or off, not 'no'"),
    ],
)
def test_refused(text: str, says: str) -> None:
    with pytest.raises(ConnectionFailedError, match=says) as raised:
        parse(text)
    assert "sim:NAME?heap=192k&flash=2M" in raised.value.hint
