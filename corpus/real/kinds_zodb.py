"""Kinds of ZODB: the records of an object database, with the persistent ids that it writes.

The database lives in memory. A record is two pickles of protocol 3 written by one pickler: the
class, then the state. They are kept as two streams. Since the pickler keeps its memo between the
two, a state may fetch what only the class pickle stored; such states cannot be read alone, and
the objects here are chosen so that it does not happen. The writer is zodbpickle's own C pickler.
"""

import datetime
import functools
import io

import BTrees.IOBTree
import BTrees.OOBTree
import persistent.mapping
import transaction
import zodbpickle.pickle
import ZODB
import ZODB.MappingStorage

import registry
import structure
from registry import pinned
from shop import zodb_models

CLASS, STATE = 0, 1


def objects():
    """Commits a small database to memory; returns the objects whose records are kept, by name."""
    root = ZODB.DB(ZODB.MappingStorage.MappingStorage()).open().root()
    root["account"] = account = zodb_models.Account("Ann")
    account.history.append(("opened", datetime.date(2024, 2, 29)))
    account.friends = [persistent.mapping.PersistentMapping(a=1, home=account), None]
    root["small"] = small = BTrees.OOBTree.OOBTree({"k%d" % n: [n] for n in range(3)})
    root["large"] = large = BTrees.IOBTree.IOBTree({n * n: str(n) for n in range(100)})
    transaction.commit()
    return {"account": account, "friend": account.friends[0], "small": small,
            "large": large, "bucket": last_bucket(large)}


def last_bucket(tree):
    """Returns the bucket that has no successor; the others need the class pickle's memo for it."""
    bucket = tree._firstbucket
    while bucket._next is not None:
        bucket = bucket._next
    return bucket


def record_of(name, part):
    """Returns one of the two streams of the record that the database stored for an object."""
    made = objects()[name]
    data, _ = made._p_jar.db().storage.load(made._p_oid)
    source = io.BytesIO(data)
    reader(source).load()
    return data[:source.tell()] if part == CLASS else data[source.tell():]


def reader(source):
    """Returns an unpickler that keeps references to other objects as they are written."""
    unpickler = zodbpickle.pickle.Unpickler(source)
    unpickler.persistent_load = lambda reference: reference
    return unpickler


def read(data, buffers=()):
    """Returns the value of a stream."""
    return reader(io.BytesIO(data)).load()


def look(value):
    """Describes what was loaded; what was built is the stream itself, which is read first."""
    return structure.of(read(value) if isinstance(value, bytes) else value)


kind = functools.partial(
    registry.kind, "zodb", pinned((), (3,)), picklers=("zodbpickle",),
    libraries=("ZODB", "zodbpickle", "persistent", "BTrees"), look=look, load=read,
    dump=lambda kind, value, protocol, keep: value)


@kind()
def account_class():
    """The class half of a record."""
    return record_of("account", CLASS)


@kind()
def account_state():
    """The state half of a record with references to two other objects."""
    return record_of("account", STATE)


@kind()
def mapping_state():
    """The state of a persistent mapping that refers back to its owner."""
    return record_of("friend", STATE)


@kind()
def tree_state_inline():
    """The state of a tree small enough to hold its only bucket inside: nested tuples."""
    return record_of("small", STATE)


@kind()
def tree_state():
    """The state of a tree with references to its buckets and the keys between them."""
    return record_of("large", STATE)


@kind()
def bucket_state():
    """The state of the last bucket of a tree: a flat tuple of keys and values."""
    return record_of("bucket", STATE)
