"""Kinds made of instances, exceptions, enums and data classes. Python 3.6 or later.

Each shows one way in which an instance says how it is stored; `shop` holds the classes.
"""

import sys

import structure
from registry import kind
from shop import classic, enums

if sys.version_info >= (3, 7):
    from shop import records

BOTH = ("_pickle", "pickle.py")


def attributes(errors):
    """Describes exceptions by their types, arguments and attributes."""
    return [(type(e), e.args, vars(e)) for e in errors]


@kind("instances", (0, 4))
def plain_with_cycle():
    """A customer and two orders that refer to each other."""
    customer = classic.Customer("Ann", "ann@example.org")
    classic.Order(customer, 1).lines.append(("A-1", 2))
    classic.Order(customer, 2)
    return customer


@kind("instances", (1,))
def two_of_one_class():
    """Two instances of one class, of which one has no attributes at all."""
    empty = classic.Customer.__new__(classic.Customer)
    return [classic.Customer("Bo", None), empty, object()]


@kind("instances", (2,), picklers=BOTH)
def slots():
    """State in slots, one of them unset."""
    return classic.Size(3, 4)


@kind("instances", (5,))
def slots_and_dict():
    """State in slots and in a dict: a pair of two dicts."""
    return classic.LabelledSize(1, 2, "small")


@kind("instances", (1,))
def getstate_setstate():
    """An instance whose state is a tuple, handed to `__setstate__`."""
    return classic.Connection("db.example.org", 5432)


@kind("instances", (4,))
def reduce_five_items():
    """A reduce value of five items: callable, arguments, state, list items, dict items."""
    basket = classic.Basket("Ann")
    basket.extend(["pear", "fig", "nut"])
    basket["pear"], basket["fig"], basket.note = 120, 40, "ripe"
    return basket


@kind("instances", (2,))
def reduce_single_item():
    """A reduce value with one list item and one dict item: APPEND and SETITEM on an instance."""
    basket = classic.Basket("Bo")
    basket.append("pear")
    basket["pear"] = 1
    return basket


@kind("instances", (2,))
def getnewargs():
    """An int subclass that names the arguments of `__new__`."""
    return classic.Cents(1999, "EUR")


@kind("instances", (2, 4))
def getnewargs_ex():
    """Keyword arguments for `__new__`: a partial call below protocol 4, NEWOBJ_EX from there on."""
    return classic.Discount(15, season="spring", code=None)


@kind("instances", (1,))
def builtin_subclasses():
    """Subclasses of list, dict, str, tuple and bytes, each with an attribute."""
    values = [classic.Tags(["a", "b"]), classic.Attributes(k=1), classic.Name("n"),
              classic.Pair((1, 2)), classic.Checksum(b"\x00\xff")]
    for number, value in enumerate(values):
        value.number = number
    return values


@kind("instances", (3,))
def set_subclass():
    """A set subclass with an attribute."""
    codes = classic.Codes([1, 2, 3])
    codes.origin = "scan"
    return codes


@kind("instances", (4,), look=lambda customer: customer in customer.orders)
def recursive_frozenset():
    """A frozen set that holds an instance that holds the set: written with POP_MARK."""
    customer = classic.Customer("Eve", None)
    customer.orders = frozenset([customer])
    return customer


@kind("instances", (4,))
def recursive_subclasses():
    """Instances of container subclasses that contain themselves."""
    tags, attributes_ = classic.Tags(), classic.Attributes()
    tags.append(tags)
    attributes_["me"] = (attributes_, tags)
    return [tags, attributes_]


@kind("instances", (2,))
def named_tuple():
    """Named tuples, nested and shared."""
    origin = classic.Point(0, 0)
    return [origin, classic.Point(x=origin, y=2.5), origin]


@kind("instances", (1,))
def global_singleton():
    """A singleton that reduces to its own name, twice."""
    return [classic.DEFAULT, classic.DEFAULT]


@kind("instances", (2, 4))
def nested_class():
    """A nested class and its instance: getattr calls below protocol 4, a dotted name above."""
    return [classic.Order.Status, classic.Order.Status("open")]


@kind("instances", (1,))
def methods():
    """A bound method, a class method and a function stored through their owners."""
    customer = classic.Customer("Ann", None)
    return [customer.greeting, classic.Customer.anonymous, classic.Customer.greeting,
            classic.discounted]


@kind("instances", (2,))
def metaclass_instance():
    """A class made by a metaclass, and an instance of it."""
    return [classic.Plugin, classic.Plugin()]


@kind("exceptions", (4,), look=attributes)
def builtin_exceptions():
    """Exceptions of eight built-in classes, some with attributes beside their arguments."""
    with_extra = ValueError("bad", 3)
    with_extra.hint = {"field": "age"}
    decode = UnicodeDecodeError("utf-8", b"a\xff", 1, 2, "invalid start byte")
    return [with_extra, KeyError("k"), OSError(13, "denied", "f.txt"), decode, StopIteration(5),
            SyntaxError("invalid", ("m.py", 3, 7, "x = = 1\n")), SystemExit(2), RecursionError()]


@kind("exceptions", (2, 4), look=lambda errors: [e.args for e in errors])
def exception_subclasses():
    """Exceptions that Python 2 does not know, stored under older names below protocol 3."""
    return [FileNotFoundError(2, "gone", "a.txt"), ModuleNotFoundError("no m", name="m"),
            ConnectionResetError(104, "reset"), NotADirectoryError(), StopAsyncIteration(1)]


@kind("exceptions", (4,), look=attributes)
def exception_with_cause():
    """A user's exception raised from another one: the cause is not stored."""
    try:
        try:
            {}["missing"]
        except KeyError as error:
            raise classic.PaymentError(402, "declined") from error
    except classic.PaymentError as error:
        error.retry = True
        return [error.with_traceback(None)]


@kind("exceptions", (4,), since=(3, 11), look=attributes)
def exception_with_notes():
    """An exception with two notes, kept as an attribute."""
    error = ValueError("bad row")
    error.add_note("in file a.csv")
    error.add_note("line 3")
    return [error]


@kind("exceptions", (4,), since=(3, 11), look=structure.by_repr)
def exception_group():
    """An exception group with another group inside."""
    return ExceptionGroup("two failed", [ValueError(1), ExceptionGroup("inner", [OSError(2, "x")])])


@kind("instances", (4,))
def enum_members():
    """Members of a plain, an integer and a tuple-valued enumeration, and one of the classes."""
    return [enums.Color.GREEN, enums.Planet.EARTH, enums.Color, enums.Color.GREEN,
            enums.Priority.HIGH]


@kind("instances", (2,))
def enum_flags():
    """Flags: single, combined, empty, and an integer flag with an unknown bit."""
    return [enums.Permission.READ, enums.Permission.READ | enums.Permission.SHARE,
            enums.Permission(0), enums.Mode.READ | enums.Mode.EXECUTE, enums.Mode(64)]


@kind("instances", (4,), since=(3, 11))
def string_enum():
    """Members of a string enumeration."""
    return [enums.Country.FRANCE, enums.Country.JAPAN]


@kind("instances", (4,), since=(3, 7))
def dataclass_nested():
    """A data class that holds a list of data classes and a frozen one."""
    lines = [records.LineItem("A-1", 2, ["red"]), records.LineItem("B-2")]
    return records.Invoice(7, lines, records.Money(1999), {"seen": True})


@kind("instances", (5,), since=(3, 7))
def dataclass_frozen():
    """Frozen data classes as dict keys and in a set."""
    return {records.Money(1): "one", records.Money(2, "JPY"): {records.Money(3)}}


@kind("instances", (4,), since=(3, 10))
def dataclass_slots():
    """Data classes with slots: a frozen one and one with keyword-only fields."""
    return [records.Pixel(1, 2), records.Sensor(name="t1", readings=[20.5, 21.0])]


@kind("instances", (2,), since=(3, 7))
def typed_named_tuple():
    """Typed named tuples with a default."""
    return [records.Employee("Ann"), records.Employee("Bo", 12)]


@kind("instances", (4,), since=(3, 7), look=lambda boxes: [vars(box) for box in boxes])
def generic_instances():
    """Instances of a generic class, plain and subscripted, the latter with its alias."""
    return [records.Box(1), records.Box[int](2)]
