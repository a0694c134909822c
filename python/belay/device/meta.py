"""``DeviceMeta``: the registry of device classes, overloads in class bodies, mixins that override."""

from __future__ import annotations

from typing import Any, Dict, ItemsView, Iterator, KeysView, Mapping, Optional, Tuple, ValuesView

from .markers import Namespace

__all__ = ["DeviceMeta"]


class DeviceMeta(type):
    """Class of ``Device`` and its subclasses.

    A class is a registry of its subclasses, by name and whatever the case: ``Device["mydevice"]``,
    ``list(Device)``, ``Device.keys()``, ``.values()``, ``.items()``, ``.get(name)``.
    """

    @classmethod
    def __prepare__(cls, name: str, bases: Tuple[type, ...], **keywords: Any) -> Namespace:  # type: ignore[override]
        """Overloads of one name are collected while the class body runs."""
        return Namespace()

    def __new__(
        cls, name: str, bases: Tuple[type, ...], namespace: Mapping[str, Any], **keywords: Any
    ) -> DeviceMeta:
        """A mixin overrides ``Device`` though it be named behind it."""
        ordered = sorted(bases, key=lambda base: isinstance(base, DeviceMeta))
        return super().__new__(cls, name, tuple(ordered), dict(namespace), **keywords)

    def _registry(cls) -> Dict[str, DeviceMeta]:
        found: Dict[str, DeviceMeta] = {}
        for child in cls.__subclasses__():
            found[child.__name__.lower()] = child
            found.update(child._registry())
        return found

    def __getitem__(cls, name: str) -> DeviceMeta:
        """The subclass of a name, whatever the case. ``KeyError`` where there is none."""
        return cls._registry()[name.lower()]

    def __contains__(cls, name: object) -> bool:
        return isinstance(name, str) and name.lower() in cls._registry()

    def __iter__(cls) -> Iterator[str]:
        return iter(cls._registry())

    def __len__(cls) -> int:
        return len(cls._registry())

    def __bool__(cls) -> bool:
        return True

    def keys(cls) -> KeysView[str]:
        """Names of the subclasses, in lower case."""
        return cls._registry().keys()

    def values(cls) -> ValuesView[DeviceMeta]:
        """The subclasses."""
        return cls._registry().values()

    def items(cls) -> ItemsView[str, DeviceMeta]:
        """Names and subclasses."""
        return cls._registry().items()

    def get(cls, name: str, default: Optional[Any] = None) -> Any:
        """The subclass of a name, or ``default``."""
        return cls._registry().get(name.lower(), default)
