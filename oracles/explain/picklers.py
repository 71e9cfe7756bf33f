"""The picklers of one group, each seen three ways: how it pickles, what it asks on the way, and how it
takes one object apart."""

import copyreg
import importlib
import io
import pickle
import types

from live import picklers as live

ATOMS = (type(None), bool, int, float, complex, str, bytes, bytearray, type(Ellipsis),
         type(NotImplemented))
CONTAINERS = (list, tuple, dict, set, frozenset)


class Pickler:
    """One pickler in one configuration."""

    def __init__(self, name, base, dumps, library="", **options):
        self.name = name
        self.library = library  # the distribution that it comes from, "" for Python's own
        self.dumps = dumps
        self._base = base
        self._options = options

    def make(self, hook, protocol):
        """A pickler that calls hook(obj) with every object, before anything of it is looked at.

        What the hook returns becomes a persistent id, None none.
        """
        class Hooked(self._base):
            def persistent_id(self, obj):
                return hook(obj)

        # dill tells its own pickler from a child's by the module.
        Hooked.__module__ = self._base.__module__
        return Hooked(io.BytesIO(), protocol, **self._options)

    def reduction(self, obj, protocol):
        """The tuple that stands for the object, or None where a name does or nothing can.

        Raises what the object's own reduction raises.
        """
        if isinstance(obj, (type, types.FunctionType)):
            return None
        return _reduced(obj, copyreg.dispatch_table, protocol)

    def extra(self, obj):
        """Pairs of label and part of what is written beside the reduction."""
        return ()


def _reduced(obj, table, protocol):
    reducer = table.get(type(obj))
    value = reducer(obj) if reducer else obj.__reduce_ex__(protocol)
    return value if isinstance(value, tuple) else None


class _Cloudpickle(Pickler):
    def reduction(self, obj, protocol):
        pickler = self._base(io.BytesIO(), protocol)
        value = pickler.reducer_override(obj)
        if value is not NotImplemented:
            return value if isinstance(value, tuple) else None
        if isinstance(obj, (type, types.FunctionType)):
            return None
        return _reduced(obj, pickler.dispatch_table, protocol)


class _Captured(BaseException):
    pass


class _Dill(Pickler):
    def reduction(self, obj, protocol):
        """What dill gives to save_reduce(), which is as far as it gets here."""
        class Capturing(self._base):
            def save_reduce(self, func, args, state=None, listitems=None, dictitems=None,
                            state_setter=None, obj=None):
                raise _Captured((func, args, state, listitems, dictitems, state_setter))

        Capturing.__module__ = self._base.__module__
        if isinstance(obj, types.CellType):
            return None
        try:
            Capturing(io.BytesIO(), protocol, **self._options).save(obj)
        except _Captured as captured:
            return captured.args[0]
        return None

    def extra(self, obj):
        # Both are filled in behind everything else, so that recursion comes out right.
        if isinstance(obj, types.CellType):
            try:
                yield ".cell_contents", obj.cell_contents
            except ValueError:  # empty
                pass
        if isinstance(obj, types.FunctionType) and self._options.get("recurse"):
            detect = importlib.import_module("dill.detect")
            for name, value in detect.globalvars(obj, recurse=True, builtin=True).items():
                yield ".__globals__[%r]" % name, value


def _plain(missing):
    found = [
        Pickler("_pickle", pickle.Pickler, pickle.dumps),
        Pickler("pickle.py", pickle._Pickler, pickle._dumps),
    ]
    try:
        library = importlib.import_module("cloudpickle")
    except ImportError as error:
        missing["cloudpickle"] = str(error)
    else:
        found.append(_Cloudpickle("cloudpickle", library.Pickler, library.dumps, "cloudpickle"))
    return found


def _own(missing):
    module = importlib.import_module("pickleproof")
    found = [Pickler("pickleproof", module.Pickler, module.dumps)]
    name = "pickleproof+cloudpickle"
    try:
        found.append(_Cloudpickle(name, live.own_pickler(),
                                  live.writers("pickleproof")["pickleproof"], "cloudpickle"))
    except ImportError as error:
        missing[name] = str(error)
    return found


def _dill(missing):
    names = {"dill": {}, "dill-recurse": {"recurse": True}, "dill-byref": {"byref": True}}
    try:
        base = importlib.import_module("dill").Pickler
    except ImportError as error:
        missing.update(dict.fromkeys(names, str(error)))
        return []
    return [_Dill(name, base, dumps, "dill", **names[name])
            for name, dumps in live.writers("dill").items()]


def make(group):
    """The picklers of "plain", "pickleproof" or "dill", and why others of the group are missing, by
    name."""
    missing = {}
    return {"plain": _plain, "pickleproof": _own, "dill": _dill}[group](missing), missing
