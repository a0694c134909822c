"""What is left of the heap for the user."""

from __future__ import annotations

from typing import Callable

import pytest
from tests.support.line import Line


@pytest.mark.parametrize(
    ("target", "promised"), [("", 192 << 10), ("?heap=32k", 32 << 10), ("?heap=1M", 1 << 20)]
)
def test_the_promised_heap_is_free_and_little_more(
    start: Callable[..., Line], target: str, promised: int
) -> None:
    free = int(start(target).raw().run("import gc; gc.collect(); print(gc.mem_free())"))
    assert promised <= free <= promised + 8192


def test_the_heap_ends_with_memory_error(start: Callable[..., Line]) -> None:
    line = start("?heap=64k").raw()
    assert "MemoryError" in line.fail("bytearray(70000)")[1]
    line.run("bytearray(40000)")


def test_the_start_leaves_no_names(line: Line) -> None:
    assert line.run("print(sorted(set(globals()) - {'__file__', '__name__'}))") == "[]\n"
