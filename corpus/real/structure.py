"""Describes any picklable value as plain text, to compare what was written with what was loaded.

The text follows the pickle protocol itself: an object is described by what it reduces to. It keeps
sharing and cycles of mutable objects, the bits of floats and the exact type of everything, but not
the identity of strings and tuples, which loading may change. Runs under Python 2.7 too.
"""

import sys
import types

try:
    import copyreg
except ImportError:
    import copy_reg as copyreg

PROTOCOL = 2 if sys.version_info[0] == 2 else 4
OLD_STYLE = getattr(types, "InstanceType", ())
LEAVES = (type(None), bool, int, float, complex, bytes, type(u""), type(sys.maxsize + 1),
          type(Ellipsis), type(NotImplemented))
NAMED = (type, types.FunctionType, types.BuiltinFunctionType, getattr(types, "ClassType", type))


def of(value):
    """Returns the description of a value as one string."""
    return _Walk().text(value)


def by_repr(value):
    """Returns the type's name and the repr, for values that describe themselves."""
    return "%s %r" % (type(value).__name__, value)


def is_plain_numpy(value):
    """Returns whether a value is a dtype or an array of no subclass."""
    numpy = sys.modules["numpy"]
    return type(value) is numpy.ndarray or isinstance(value, numpy.dtype)


class _Walk(object):
    """One walk over one object graph. Objects met are numbered and kept alive."""

    def __init__(self):
        self.numbers = {}
        self.alive = []

    def text(self, value):
        kind = type(value)
        if kind in LEAVES:
            return "%s:%r" % (kind.__name__, value)
        if kind is tuple:
            return "(" + ", ".join(self.text(item) for item in value) + ")"
        if isinstance(value, NAMED) and getattr(value, "__self__", None) in (None, sys.modules.get(
                value.__module__)):
            return "%s.%s" % (value.__module__, getattr(value, "__qualname__", value.__name__))
        if "numpy" in sys.modules and is_plain_numpy(value):
            return self.numpy_text(value)
        if id(value) in self.numbers:
            return "#%d" % self.numbers[id(value)]
        self.numbers[id(value)] = len(self.numbers)
        self.alive.append(value)
        return "#%d=%s" % (self.numbers[id(value)], self.body(kind, value))

    def body(self, kind, value):
        if kind is list:
            return "[" + ", ".join(self.text(item) for item in value) + "]"
        if kind is dict:
            return "{" + self.pairs(value.items()) + "}"
        if kind in (set, frozenset):
            return kind.__name__ + "{" + ", ".join(sorted(_Walk().text(i) for i in value)) + "}"
        if kind is OLD_STYLE:
            return "instance " + self.text(value.__class__) + self.text(value.__dict__)
        return self.reduced(value)

    def numpy_text(self, value):
        """Arrays and types by value: numpy itself may change byte order and identity."""
        if hasattr(value, "metadata"):
            return "%r %r" % (value, dict(value.metadata or {}))
        layout = (value.dtype.name, value.dtype.names, value.shape, value.flags.fnc)
        return "array%r%s" % (layout, self.text(value.tolist()))

    def pairs(self, items):
        items = list(items)
        if sys.version_info[0] == 2:
            items.sort(key=repr)
        return ", ".join(self.text(key) + ": " + self.text(item) for key, item in items)

    def reduced(self, value):
        reducer = copyreg.dispatch_table.get(type(value))
        parts = reducer(value) if reducer else value.__reduce_ex__(PROTOCOL)
        if not isinstance(parts, tuple):
            return "global " + parts
        parts = list(parts) + [None] * (6 - len(parts))
        self.alive.append(parts)
        text = "call " + self.text(parts[0]) + self.text(parts[1])
        if parts[2] is not None:
            text += " state " + self.text(parts[2])
        if parts[3] is not None:
            text += " items " + self.text(list(parts[3]))
        if parts[4] is not None:
            text += " pairs {" + self.pairs(parts[4]) + "}"
        if parts[5] is not None:
            text += " by " + self.text(parts[5])
        return text
