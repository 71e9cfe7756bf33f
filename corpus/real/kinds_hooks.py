"""Kinds that need a configured pickler: persistent ids, extension codes, private reducers.

The picklers are subclasses or carry a table; Python 3.6 or later. Persistent ids are what databases
and tensor libraries use to keep large or shared objects outside the stream.
"""

import datetime
import sys
import types
from collections import OrderedDict

import structure
from registry import kind
from shop import classic

PEOPLE = {"1": classic.Customer("Ann", "ann@example.org"), "2": classic.Customer("Bo", None)}


def person_id(value):
    """Persistent ids that are short decimal texts, which protocol 0 can write too."""
    for key, person in PEOPLE.items():
        if person is value:
            return key
    return None


def oid(value):
    """Persistent ids in the style of an object database: an 8-byte id paired with the class."""
    key = person_id(value)
    return None if key is None else (int(key).to_bytes(8, "big"), classic.Customer)


def nested_id(value):
    """Persistent ids that are themselves structures with a list, a dict and a date inside."""
    key = person_id(value)
    return None if key is None else {"db": ["main", 1], "row": key, "at": datetime.date(2024, 1, 2)}


def by_pair(pid):
    return PEOPLE[str(int.from_bytes(pid[0], "big"))]


BY_TEXT = {"persistent_id": person_id, "persistent_load": PEOPLE.__getitem__}
BY_OID = {"persistent_id": oid, "persistent_load": by_pair}
BY_RECORD = {"persistent_id": nested_id, "persistent_load": lambda pid: PEOPLE[pid["row"]]}


@kind("persid", (0, 4), hooks=BY_TEXT)
def text_ids():
    """Customers kept elsewhere, named by text ids: PERSID at protocol 0, BINPERSID above."""
    return {"customers": [PEOPLE["1"], PEOPLE["2"], PEOPLE["1"]], "total": 3}


@kind("persid", (3, 5), hooks=BY_OID)
def database_ids():
    """An object record whose references are pairs of an 8-byte id and a class."""
    return (classic.Customer, {"name": "Eve", "friends": [PEOPLE["1"], PEOPLE["2"]]})


@kind("persid", (2,), hooks=BY_RECORD)
def structured_ids():
    """Persistent ids that are dicts with a list and a date inside."""
    return [PEOPLE["2"], "between", PEOPLE["2"]]


@kind("persid", (4,), hooks=BY_TEXT, picklers=("_pickle", "pickle.py"))
def root_is_persistent():
    """A stream whose whole value is one persistent id."""
    return PEOPLE["2"]


def pretend_torch():
    """Makes modules with the names that torch stores; returns (torch, torch._utils).

    Torch itself is too large a requirement for two streams. Only the names matter: a checkpoint
    holds them, strings, numbers and persistent ids, and no code of torch takes part in writing.
    """
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})
    torch.Tensor = type("Tensor", (), {"__module__": "torch"})

    def _rebuild_tensor_v2(*parts):
        tensor = torch.Tensor()
        tensor.parts = parts
        return tensor

    _rebuild_tensor_v2.__module__ = utils.__name__
    _rebuild_tensor_v2.__qualname__ = _rebuild_tensor_v2.__name__
    torch.Tensor.__reduce__ = lambda tensor: (_rebuild_tensor_v2, tensor.parts)
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    sys.modules.update({"torch": torch, "torch._utils": utils})
    return torch, utils


TORCH, TORCH_UTILS = pretend_torch()


def storage_id(value):
    """The numbers of a tensor are stored beside the stream, under a key."""
    if not isinstance(value, TORCH.FloatStorage):
        return None
    return ("storage", type(value), value.key, "cpu", value.length)


def storage_of(pid):
    """Returns the storage that a persistent id names."""
    storage = pid[1]()
    storage.key, storage.length = pid[2], pid[4]
    return storage


@kind("persid", (2,), hooks={"persistent_id": storage_id, "persistent_load": storage_of})
def tensor_checkpoint():
    """A model's weights as a torch archive holds them, written by stand-ins with torch's names."""
    weights = OrderedDict()
    layout = [("0", 12, "fc.weight", (4, 3), (3, 1)), ("1", 4, "fc.bias", (4,), (1,))]
    for key, length, name, size, stride in layout:
        storage = storage_of(("storage", TORCH.FloatStorage, key, "cpu", length))
        weights[name] = TORCH_UTILS._rebuild_tensor_v2(
            storage, 0, size, stride, False, OrderedDict())
    weights["tied"] = weights["fc.weight"]
    return {"epoch": 3, "model": weights, "lr": 0.001}


CODES = (("shop.classic", "Customer", 0x11), ("shop.classic", "Point", 0x1234),
         ("shop.classic", "discounted", 0x12345))


@kind("extension", (2, 5), extensions=CODES, picklers=("_pickle", "pickle.py"))
def extension_codes():
    """A class, a named tuple and a function under extension codes of one, two and four bytes."""
    return [classic.Customer("Ann", None), classic.Point(1, 2), classic.discounted,
            classic.Customer]


@kind("extension", (4,), extensions=(("shop.classic", "Point", 0xFF),))
def extension_shared():
    """Two named tuples whose class has the largest one-byte extension code."""
    return [classic.Point(1, 2), classic.Point("a", None)]


def reduce_customer(customer):
    return classic.restore_customer, (customer.name, customer.email)


@kind("hooks", (4,), hooks={"dispatch_table": {classic.Customer: reduce_customer}})
def dispatch_table():
    """Customers stored by a private dispatch table as calls of a function."""
    return [classic.Customer("Ann", "ann@example.org"), classic.Customer("Bo", None)]


def override(value):
    """Stores customers as calls, and leaves all else to the pickler."""
    return reduce_customer(value) if isinstance(value, classic.Customer) else NotImplemented


@kind("hooks", (5,), since=(3, 8), hooks={"reducer_override": override})
def reducer_override():
    """Customers stored by a pickler that overrides the reduction of single objects."""
    return [classic.Customer("Ann", "ann@example.org"), classic.discounted]


def reduce_with_setter(customer):
    return classic.Customer, (customer.name, None), {"note": "set"}, None, None, classic.set_note


@kind("hooks", (4,), since=(3, 8), picklers=("_pickle", "pickle.py"),
      hooks={"dispatch_table": {classic.Customer: reduce_with_setter}})
def state_setter():
    """A reduce value of six items, whose last one sets the state in place of BUILD."""
    customer = classic.Customer("Ann", None)
    customer.note = "set"
    return customer


@kind("hooks", (1,), hooks={"fast": True}, look=structure.by_repr)
def fast_mode():
    """A list written without a memo, so that the shared row comes twice."""
    row = [1, "two"]
    return [row, row, {"k": (row, 3.0)}]
