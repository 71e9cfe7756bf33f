"""A text for an object by which two processes can tell whether they have the same thing.

Structure, exact types, the bits of floats, and which parts are one object; sets and the order of
nothing else are sorted. Functions, classes and modules are their names: what they do is asked by
probes.
"""

import types

ATOMS = (type(None), bool, int, str, bytes, type(Ellipsis), type(NotImplemented))


def type_name(value):
    cls = type(value)
    return "%s.%s" % (cls.__module__, cls.__qualname__)


class _Describer:
    def __init__(self):
        self.seen = {}  # id -> number, of everything that can be shared
        self.keep = []  # keeps what was seen alive, so that ids stay unique

    def text(self, value):
        if type(value) is float:
            return "float:" + ("nan" if value != value else value.hex())
        if type(value) is complex:
            return "complex(%s, %s)" % (self.text(value.real), self.text(value.imag))
        if isinstance(value, ATOMS) and type(value) in ATOMS:
            return ascii(value)
        if id(value) in self.seen:
            return "#%d" % self.seen[id(value)]
        number = self.seen[id(value)] = len(self.seen)
        self.keep.append(value)
        return "#%d=%s" % (number, self.compound(value))

    def compound(self, value):
        if isinstance(value, types.ModuleType):
            return "module " + value.__name__
        if isinstance(value, type):
            return "class " + value.__qualname__
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
            return "function " + value.__qualname__
        if isinstance(value, tuple):
            inner = "(%s)" % ", ".join([self.text(item) for item in value])
        elif isinstance(value, list):
            inner = "[%s]" % ", ".join([self.text(item) for item in value])
        elif isinstance(value, dict):
            inner = "{%s}" % ", ".join(
                [self.text(key) + ": " + self.text(item) for key, item in value.items()])
        elif isinstance(value, (set, frozenset)):
            inner = "{%s}" % ", ".join(sorted([_plain(item) for item in value]))
        elif isinstance(value, (bytearray, int, str, bytes, float)):
            inner = ascii(value) if isinstance(value, bytearray) else type(value).__mro__[1].__name__
            if not isinstance(value, bytearray):
                inner += " " + _base_text(value)
        elif isinstance(value, BaseException):
            inner = "args " + self.text(value.args)
        else:
            inner = ""
        return type_name(value) + inner + self.state(value)

    def state(self, value):
        parts = []
        attributes = getattr(value, "__dict__", None)
        if type(attributes) is dict and attributes:
            parts = ["%s=%s" % (name, self.text(attributes[name]))
                     for name in sorted(attributes, key=str)]
        for cls in type(value).__mro__:
            for slot in _slots(cls):
                if hasattr(value, slot):
                    parts.append("%s:%s" % (slot, self.text(getattr(value, slot))))
        return "<%s>" % ", ".join(parts) if parts else ""


def _base_text(value):
    for base in (int, str, bytes, float):
        if isinstance(value, base):
            return ascii(base.__repr__(value))
    return ""


def _slots(cls):
    slots = cls.__dict__.get("__slots__", ())
    if isinstance(slots, str):
        slots = (slots,)
    return sorted(slot for slot in slots
                  if not slot.startswith("__") and cls.__module__ not in ("builtins",))


def _plain(value):
    # Members of a set have no order in which identity could be numbered.
    return describe(value)


def describe(value):
    """A text that is equal for equal structure. Raises what looking at the object raises."""
    return _Describer().text(value)
