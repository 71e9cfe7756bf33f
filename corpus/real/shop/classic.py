"""Classes in plain Python, one for each way in which an instance takes part in pickling.

Importable by every Python from 2.7 on, so that Python 2 and Python 3 streams name the same
classes.
"""

import collections


class Customer(object):
    """A plain instance: its state is its `__dict__`."""

    def __init__(self, name, email):
        self.name = name
        self.email = email
        self.orders = []

    def greeting(self):
        return "Dear " + self.name

    @classmethod
    def anonymous(cls):
        return cls("anonymous", None)


class Order(object):
    """A plain instance that points back to its customer, which makes a cycle."""

    def __init__(self, customer, number):
        self.customer = customer
        self.number = number
        self.lines = []
        customer.orders.append(self)

    class Status(object):
        """A nested class, reachable only by its qualified name."""

        def __init__(self, code):
            self.code = code


class Ticket:
    """An old-style class under Python 2: written with INST or OBJ."""

    def __init__(self, title, votes=0):
        self.title = title
        self.votes = votes


class Parcel:
    """An old-style class whose constructor is called with the arguments it was made with."""

    def __init__(self, weight, destination):
        self.weight = weight
        self.destination = destination

    def __getinitargs__(self):
        return (self.weight, self.destination)


class Size(object):
    """State in slots, without a `__dict__`; needs protocol 2."""

    __slots__ = ("width", "height", "depth")

    def __init__(self, width, height):
        self.width = width
        self.height = height


class LabelledSize(Size):
    """State in slots and in a `__dict__`: the pair (dict, slots) is the state."""

    def __init__(self, width, height, label):
        Size.__init__(self, width, height)
        self.label = label


class Connection(object):
    """Drops what cannot be stored in `__getstate__`, restores it in `__setstate__`."""

    def __init__(self, host, port):
        self.address = (host, port)
        self.socket = object()

    def __getstate__(self):
        return self.address

    def __setstate__(self, state):
        self.address = state
        self.socket = None


class Basket(object):
    """Reduces to five items: callable, arguments, state, list items and dict items."""

    def __init__(self, owner):
        self.owner = owner
        self.items = []
        self.prices = {}
        self.note = ""

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __setitem__(self, item, price):
        self.prices[item] = price

    def __reduce__(self):
        state = {"note": self.note}
        return (Basket, (self.owner,), state, iter(self.items), iter(sorted(self.prices.items())))


class Cents(int):
    """An int subclass with arguments for `__new__` and an attribute beside."""

    def __new__(cls, amount, currency):
        self = int.__new__(cls, amount)
        self.currency = currency
        return self

    def __getnewargs__(self):
        return (int(self), self.currency)


class Discount(object):
    """Needs a keyword argument for `__new__`: NEWOBJ_EX from protocol 4 on."""

    def __new__(cls, percent, **reason):
        self = object.__new__(cls)
        self.percent = percent
        self.reason = reason
        return self

    def __getnewargs_ex__(self):
        return (self.percent,), self.reason


class Tags(list):
    """A list subclass with an attribute."""


class Attributes(dict):
    """A dict subclass with an attribute."""


class Name(type(u"")):
    """A text subclass with an attribute."""


class Pair(tuple):
    """A tuple subclass with an attribute."""


class Codes(set):
    """A set subclass with an attribute."""


class FrozenCodes(frozenset):
    """A frozen set subclass, which may hold an instance that holds it."""


class Checksum(bytes):
    """A bytes subclass with an attribute (a `str` subclass under Python 2)."""


class Default(object):
    """The class of a singleton that reduces to its global name."""

    def __reduce__(self):
        return "DEFAULT"


DEFAULT = Default()

Point = collections.namedtuple("Point", "x y")


class PaymentError(Exception):
    """An exception whose arguments are those of its constructor, with an attribute beside."""

    def __init__(self, code, message):
        Exception.__init__(self, code, message)
        self.code = code
        self.retry = False


class Registered(type):
    """A metaclass; its classes are stored by name like any other."""


Plugin = Registered("Plugin", (object,), {"__module__": __name__})


class Node(object):
    """A node of a tree with links to its parent and children."""

    def __init__(self, value, parent=None):
        self.value = value
        self.parent = parent
        self.children = []
        if parent is not None:
            parent.children.append(self)


def discounted(price, percent=10):
    """A module function, stored by name."""
    return price * (100 - percent) / 100.0


def restore_customer(name, email):
    """The constructor that a private reducer for Customer names."""
    return Customer(name, email)


def set_note(target, state):
    """A state setter, the sixth item of a reduce value (CPython 3.8)."""
    target.note = state["note"]
