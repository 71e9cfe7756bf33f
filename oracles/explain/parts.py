"""What a pickler writes of an object, part by part, each with the text that leads to it.

The parts come in the order in which they are written. Strings and numbers are left out: nothing can
be wrong with them.
"""

import types

from .picklers import ATOMS

FIELDS = (types.MemberDescriptorType, types.GetSetDescriptorType)  # attributes without user code


def parts(pickler, obj, protocol):
    """Yields pairs of label and part. Raises what the object's own reduction raises."""
    kind = type(obj)
    if kind in (list, tuple):
        pairs = (("[%d]" % i, item) for i, item in enumerate(obj))
    elif kind is dict:
        pairs = _entries(obj.items(), lambda key: "[%s]" % short(key))
    elif kind in (set, frozenset):
        pairs = (("{%s}" % short(item), item) for item in obj)
    else:
        pairs = _of_reduction(pickler, obj, protocol)
    for label, part in pairs:
        if type(part) not in ATOMS:
            yield label, part


def short(value, length=40):
    """A value on a line, by its own repr where that is Python's."""
    if type(value) in ATOMS:
        text = repr(value)
        return text if len(text) <= length else text[:length - 3] + "..."
    return describe(value)


def describe(obj):
    """What an object is, without asking it."""
    if isinstance(obj, types.FunctionType):
        return "function %s.%s" % (obj.__module__, obj.__qualname__)
    if isinstance(obj, type):
        return "class %s.%s" % (obj.__module__, type.__dict__["__qualname__"].__get__(obj))
    if isinstance(obj, types.ModuleType):
        return "module %s" % obj.__dict__.get("__name__")
    kind = type(obj)
    module = kind.__dict__.get("__module__", "builtins")
    module = module if isinstance(module, str) and module != "builtins" else ""
    return "%s%s object" % (module + "." if module else "", kind.__qualname__)


def _entries(items, label):
    for number, (key, value) in enumerate(items):
        yield "[key #%d]" % number, key
        yield label(key), value


def _of_reduction(pickler, obj, protocol):
    value = pickler.reduction(obj, protocol)
    if value is not None:
        padded = tuple(value) + (None,) * (6 - len(value))
        func, args, state, items, entries, setter = padded[:6]
        where = ".__reduce_ex__(%d)" % protocol
        yield _known_by(obj, func) or where + "[0]", func
        yield from _of_arguments(obj, func, args, where)
        if items is not None:
            yield from (("[%d]" % i, item) for i, item in enumerate(items))
        if entries is not None:
            yield from _entries(entries, lambda key: "[%s]" % short(key))
        if setter is not None:
            yield where + "[5]", setter
        yield from _of_state(obj, state, where)
    yield from pickler.extra(obj)


def _of_arguments(obj, func, args, where):
    for i, part in enumerate(args or ()):
        label = _known_by(obj, part)
        if not label and isinstance(obj, type) and type(part) is dict and _is_space(obj, part):
            # cloudpickle and dill give the contents of a class as a dictionary.
            yield from _attributes(part)
            continue
        if not label and getattr(func, "__name__", "") == "__newobj__" and i > 0:
            label = ".__getnewargs__()[%d]" % (i - 1)
        yield label or "%s[1][%d]" % (where, i), part


def _is_space(cls, part):
    own = vars(cls)
    return any(own.get(name) is value for name, value in part.items() if isinstance(name, str))


def _known_by(obj, part):
    """The attribute or index by which Python itself knows the part, or ""."""
    if type(part) in ATOMS:
        return ""
    if part is type(obj):
        return ".__class__"
    if isinstance(obj, tuple):
        for i, item in enumerate(tuple.__iter__(obj)):
            if item is part:
                return "[%d]" % i
    for cls in type(obj).__mro__:
        for name, attribute in vars(cls).items():
            if isinstance(attribute, FIELDS):
                try:
                    if attribute.__get__(obj) is part:
                        return "." + name
                except (AttributeError, ValueError):  # a slot or a cell without a value
                    pass
    return ""


def _of_state(obj, state, where):
    if state is None:
        return
    own = getattr(type(obj), "__getstate__", None)
    custom = own is not None and own is not getattr(object, "__getstate__", None)
    prefix = ".__getstate__()" if custom else where + "[2]"
    is_pair = type(state) is tuple and len(state) == 2 and all(
        half is None or type(half) is dict for half in state)
    halves = state if is_pair else (state,) if type(state) is dict else None
    if halves is None and type(state) is tuple:
        for i, part in enumerate(state):
            yield _known_by(obj, part) or "%s[%d]" % (prefix, i), part
    elif halves is None:
        yield _known_by(obj, state) or prefix, state
    for half in halves or ():
        for label, part in _attributes(half or {}):
            yield label if _has(obj, label[1:], part) else prefix + _as_index(label), part


def _attributes(space):
    for number, (name, value) in enumerate(space.items()):
        if isinstance(name, str) and name.isidentifier():
            yield "." + name, value
        else:
            yield "[key #%d]" % number, name
            yield "[%s]" % short(name), value


def _as_index(label):
    return "[%r]" % label[1:] if label.startswith(".") else label


def _has(obj, name, part):
    """Whether the attribute is the part, found without running anything of the user's."""
    if isinstance(obj, (types.FunctionType, type)):
        return True  # what cloudpickle and dill give as state are the attributes
    try:
        space = object.__getattribute__(obj, "__dict__")
        if type(space) is dict and space.get(name) is part:
            return True
    except AttributeError:
        pass
    for cls in type(obj).__mro__:
        attribute = vars(cls).get(name)
        if isinstance(attribute, FIELDS):
            try:
                return attribute.__get__(obj) is part
            except (AttributeError, ValueError):
                return False
    return False
