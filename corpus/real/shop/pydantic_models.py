"""Classes made by pydantic 2: models with private attributes, extras, generics and a data class."""

import datetime
import typing

import pydantic
import pydantic.dataclasses

Item = typing.TypeVar("Item")


class Address(pydantic.BaseModel):
    street: str
    city: str = "Lyon"


class User(pydantic.BaseModel):
    """A nested model with a private attribute and a field that was never set."""

    id: int
    name: str
    born: typing.Optional[datetime.date] = None
    addresses: typing.List[Address] = []
    _visits: int = pydantic.PrivateAttr(default=0)

    def visit(self):
        self._visits += 1
        return self


class Settings(pydantic.BaseModel):
    """Keeps unknown fields."""

    model_config = pydantic.ConfigDict(extra="allow", frozen=True)
    debug: bool = False


class Page(pydantic.BaseModel, typing.Generic[Item]):
    number: int
    items: typing.List[Item]


UserPage = Page[User]
UserPage.__name__ = UserPage.__qualname__ = "UserPage"


@pydantic.dataclasses.dataclass
class Span:
    start: int
    stop: int
