"""Classes made by attrs: slotted, frozen, dictionary-based, and with a cached hash."""

import attr
import attrs


@attrs.define
class Address:
    """Slotted: attrs writes `__getstate__` and `__setstate__`."""

    street: str
    city: str = "Lyon"
    tags: list = attrs.field(factory=list)


@attrs.frozen
class Coordinate:
    latitude: float
    longitude: float


@attr.s
class Contact:
    """The older spelling, with an ordinary `__dict__`."""

    name = attr.ib()
    addresses = attr.ib(default=attr.Factory(list))


@attrs.define(frozen=True, cache_hash=True)
class Key:
    """Keeps its hash, which must not travel."""

    name: str
    version: int
