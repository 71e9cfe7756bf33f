"""Kinds of attrs and of pydantic: instances of declared classes.

Written with attrs 23 and pydantic 2.5 by CPython 3.11, attrs 25 and pydantic 2.12 by 3.13.
"""

import datetime
import functools

import registry
import structure
from registry import pinned
from shop import attrs_models, pydantic_models

attrs_kind = functools.partial(registry.kind, "attrs", libraries=("attrs",))
pydantic_kind = functools.partial(registry.kind, "pydantic", libraries=("pydantic",))


@attrs_kind(pinned((2,), (5,)))
def slotted():
    """Slotted instances with a shared list, whose state is a dict or tuple made by attrs."""
    tags = ["home"]
    return [attrs_models.Address("Rue 1", tags=tags), attrs_models.Address("Rue 2", "Paris", tags)]


@attrs_kind(pinned((3,), ()))
def frozen():
    """A frozen slotted instance."""
    return attrs_models.Coordinate(45.76, 4.84)


@attrs_kind(pinned((0,), ()))
def with_dict():
    """An instance with an ordinary dict that holds a slotted one."""
    return attrs_models.Contact("Ann", [attrs_models.Address("Rue 1")])


@attrs_kind(pinned((), (5,)))
def cached_hash():
    """A dict key that caches its hash, which is not stored."""
    key = attrs_models.Key("a", 1)
    return {key: "one"}


@pydantic_kind(pinned((2,), (5,)))
def nested_models():
    """A model with nested models, a private attribute and a record of the fields that were set."""
    user = pydantic_models.User(id=1, name="Ann", addresses=[{"street": "Rue 1"}])
    return user.visit()


@pydantic_kind(pinned((0,), ()))
def parsed_model():
    """A model parsed from JSON, with a date."""
    text = '{"id": "7", "name": "Bo", "born": "1990-01-02"}'
    return pydantic_models.User.model_validate_json(text)


@pydantic_kind(pinned((4,), ()))
def frozen_with_extra():
    """A frozen model with fields that its class does not declare."""
    return pydantic_models.Settings(debug=True, level=3, paths=["a"])


@pydantic_kind(pinned((), (3,)))
def generic_model():
    """An instance of a generic model that is subscripted by another model."""
    return pydantic_models.UserPage(number=1, items=[{"id": 1, "name": "Ann"}])


@pydantic_kind(pinned((), (4,)))
def validated_dataclass():
    """An instance of a validated data class."""
    return pydantic_models.Span(start="1", stop=5)


@pydantic_kind(pinned((), (2,)), look=structure.by_repr)
def constructed_model():
    """A model made without validation, whose fields hold values of other types."""
    return pydantic_models.User.model_construct(id="not a number", born=datetime.date(2000, 1, 1))
