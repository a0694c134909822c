"""Demands on versions -> one version of each package (pure).

Rules: a demand for a version is a pin; a demand for any version is met by a pin, else by the newest. Two
different pins of one package cannot both hold. Pins only grow, so this ends; a cycle is just a package
that was seen already.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Dict, Iterable, List, Mapping, Sequence, Set, Tuple

from ..exceptions import ResolutionError
from .hosts import Git
from .mip import Document
from .source import ANY, Index, Local, Place, Web

MOST_PACKAGES = 1000
"""A graph larger than this is a trap, not a package."""


def key_of(place: Place) -> str:
    """The name that two demands on one package share, whatever version they want."""
    if isinstance(place, Index):
        return f"mip:{place.name}"
    if isinstance(place, Git):
        return f"{place.host}:{place.repository}/{place.path}"
    return place.url if isinstance(place, Web) else place.path


def version_of(place: Place) -> str:
    """The version that ``place`` demands."""
    if isinstance(place, Index):
        return place.version
    if isinstance(place, Git) and place.ref is not None:
        return ANY if place.ref == "HEAD" else place.ref
    return ANY


def with_version(place: Place, version: str) -> Place:
    """``place`` at ``version``."""
    if not version or isinstance(place, (Local, Web)):
        return place
    return replace(place, version=version) if isinstance(place, Index) else replace(place, ref=version)


@dataclass(frozen=True)
class Demand:
    """Somebody wants a package.

    Attributes:
        chain: who wants it, outermost first: ``("aioble", "mip:aioble-core")``.
    """

    place: Place
    chain: Tuple[str, ...]

    def __str__(self) -> str:
        wanted = f"{key_of(self.place)} {version_of(self.place) or 'any version'}"
        return " -> ".join((*self.chain, wanted))


class Resolver:
    """Finds which documents are needed, round after round.

    Args:
        roots: the demands of the configuration.
        pins: versions that hold from the start (those of a lock), by key.
    """

    def __init__(self, roots: Iterable[Demand], pins: Mapping[str, str]) -> None:
        self._roots = tuple(roots)
        self._pins: Dict[str, Demand] = {}
        self._locked = dict(pins)

    def missing(self, documents: Mapping[Place, Document]) -> List[Place]:
        """The places whose documents are still to be fetched; empty when everything is resolved.

        Raises:
            ResolutionError: two demands that cannot both hold; the message shows both chains.
        """
        while True:
            pins = len(self._pins)
            wanted = self._walk(self._roots, documents)
            if len(self._pins) == pins:
                return [place for place in wanted if place not in documents]

    def closure(self, root: Demand, documents: Mapping[Place, Document]) -> List[Place]:
        """``root`` and all that it needs, at the versions chosen."""
        return self._walk([root], documents)

    def _walk(self, roots: Sequence[Demand], documents: Mapping[Place, Document]) -> List[Place]:
        queue = deque(roots)
        seen: Set[Place] = set()
        order: List[Place] = []
        while queue:
            demand = queue.popleft()
            place = self._choose(demand)
            if place in seen:
                continue
            seen.add(place)
            order.append(place)
            if len(order) > MOST_PACKAGES:
                raise ResolutionError(
                    f"{demand.chain[0]} needs more than {MOST_PACKAGES} packages", hint="leave it out"
                )
            if place in documents:
                chain = (*demand.chain, key_of(place))
                queue.extend(Demand(need, chain) for need in documents[place].needs)
        return order

    def _choose(self, demand: Demand) -> Place:
        key, version = key_of(demand.place), version_of(demand.place)
        if version:
            pinned = self._pins.setdefault(key, demand)
            if version_of(pinned.place) != version:
                raise ResolutionError(
                    f"two demands cannot both hold: {pinned}; {demand}",
                    hint="ask for one version, or leave one of the two out",
                )
        elif key in self._pins:
            version = version_of(self._pins[key].place)
        else:
            version = self._locked.get(key, ANY)
        return with_version(demand.place, version)
