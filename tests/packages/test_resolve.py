"""Demands on versions, without a network."""

import pytest

from belay.exceptions import ResolutionError
from belay.packages import resolve
from belay.packages.hosts import Git
from belay.packages.mip import Document
from belay.packages.resolve import Demand, Resolver
from belay.packages.source import ANY, Index


def solve(roots, world, pins=()):
    """What each root reaches, as ``"name version"``; ``world`` maps those to what they need."""
    demands = [Demand(index(root), (root.split()[0],)) for root in roots]
    resolver, documents = Resolver(demands, dict(pins)), {}
    for _ in range(50):
        missing = resolver.missing(documents)
        if not missing:
            break
        for place in missing:
            needs = world[f"{place.name} {place.version}".strip()]
            documents[place] = Document(place.version, (), tuple(map(index, needs)))
    return [[f"{p.name} {p.version}".strip() for p in resolver.closure(d, documents)] for d in demands]


def index(text):
    name, _, version = text.partition(" ")
    return Index(name, version)


def test_all_that_is_needed_breadth_first():
    world = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}
    assert solve(["a", "c"], world) == [["a", "b", "c", "d"], ["c", "d"]]


def test_a_cycle_is_no_problem():
    assert solve(["a"], {"a": ["b"], "b": ["a", "b"]}) == [["a", "b"]]


def test_a_pin_anywhere_decides_for_all():
    world = {"a": ["x"], "b": ["x 1"], "x": [], "x 1": ["y"], "y": []}
    assert solve(["a", "b"], world) == [["a", "x 1", "y"], ["b", "x 1", "y"]]


def test_a_pin_found_late_does_not_swing_back():
    """x without a version leads to the pin of x, and the pinned x does not."""
    assert solve(["x"], {"x": ["y"], "y": ["x 1"], "x 1": []}) == [["x 1"]]


def test_two_pins_show_both_chains():
    world = {"a": ["b"], "b": ["x 1"], "c": ["x 2"], "x 1": [], "x 2": []}
    with pytest.raises(ResolutionError) as caught:
        solve(["a", "c"], world)
    assert "c -> mip:c -> mip:x 2" in caught.value.message
    assert "a -> mip:a -> mip:b -> mip:x 1" in caught.value.message
    assert caught.value.hint


def test_versions_of_a_lock_hold_where_nobody_asks_for_another():
    world = {"a": ["b"], "a 1": ["b"], "b 2": [], "b 3": []}
    assert solve(["a"], world, {"mip:a": "1", "mip:b": "2"}.items()) == [["a 1", "b 2"]]
    assert solve(["b 3"], world, {"mip:b": "2"}.items()) == [["b 3"]]


def test_an_endless_chain_ends():
    class Endless(dict):
        def __missing__(self, key):
            return [f"{key}x"]

    resolve_most, resolve.MOST_PACKAGES = resolve.MOST_PACKAGES, 20
    try:
        with pytest.raises(ResolutionError, match="more than 20 packages"):
            solve(["a"], Endless())
    finally:
        resolve.MOST_PACKAGES = resolve_most


def test_repositories_have_versions_too():
    one, two = Git("github", "o/r", "package.json", "v1"), Git("github", "o/r", "package.json", "v2")
    with pytest.raises(ResolutionError, match=r"github:o/r/package\.json v1; b -> github"):
        Resolver([Demand(one, ("a",)), Demand(two, ("b",))], {}).missing({})
    head = Git("github", "o/r", "package.json", "HEAD")
    assert Resolver([Demand(one, ("a",)), Demand(head, ("b",))], {}).missing({}) == [one]
    assert resolve.version_of(head) == ANY
