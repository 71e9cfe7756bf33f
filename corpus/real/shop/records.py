"""Data classes, typed tuples and generics. Importable from Python 3.7 on."""

import dataclasses
import sys
import typing

Item = typing.TypeVar("Item")


@dataclasses.dataclass
class LineItem:
    sku: str
    quantity: int = 1
    tags: typing.List[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, order=True)
class Money:
    amount: int
    currency: str = "EUR"


@dataclasses.dataclass
class Invoice:
    """Nested data classes with a field that takes no part in comparison."""

    number: int
    lines: typing.List[LineItem]
    total: Money
    cache: dict = dataclasses.field(default_factory=dict, compare=False, repr=False)


class Employee(typing.NamedTuple):
    name: str
    id: int = 3


class Box(typing.Generic[Item]):
    """A generic class; its instances remember the subscription in `__orig_class__`."""

    def __init__(self, content: Item):
        self.content = content


if sys.version_info >= (3, 10):

    @dataclasses.dataclass(frozen=True, slots=True)
    class Pixel:
        """Frozen and slotted: `dataclasses` supplies `__getstate__` and `__setstate__`."""

        x: int
        y: int
        color: str = "black"

    @dataclasses.dataclass(slots=True, kw_only=True)
    class Sensor:
        name: str
        readings: list = dataclasses.field(default_factory=list)
