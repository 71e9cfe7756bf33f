"""The picklers of one group, each with the one interface that the server needs.

A group shares a process: importing dill patches pickle._Pickler, so that the two picklers of the
standard library never live where dill does.
"""

import importlib
import pickle

GROUPS = {
    "stdlib": ("pickle", "pickle.py"),
    "cloudpickle": ("cloudpickle",),
    "dill": ("dill", "dill-recurse"),
}


def _tagged(phase, function, args, kwargs):
    """Calls the function; an exception remembers in which phase it came up."""
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        try:
            error.pickleproof_phase = phase
        except Exception:  # an exception class with slots
            pass
        raise


class Api:
    """One pickler in one configuration."""

    def __init__(self, name, dumps, loads, pickler, unpickler, extra=None):
        self.name = name
        self.protocol = None
        self._dumps = dumps
        self._loads = loads
        self.Pickler = pickler
        self.Unpickler = unpickler
        self._extra = extra or {}

    def dumps(self, obj, protocol=None, **options):
        protocol = self.protocol if protocol is None else protocol
        options.update(self._extra)
        return _tagged("Xd", self._dumps, (obj, protocol), options)

    def loads(self, data, **options):
        return _tagged("Xl", self._loads, (data,), options)

    def is_tracked(self, value):
        """Whether identity says nothing, since the library reconciles copies in one process."""
        return False

    def leaves_traces(self, data):
        """Whether a load of the stream changes what later loads in the process give."""
        return False


class _CloudpickleApi(Api):
    def is_tracked(self, value):
        # Releases before 1.3 have no tracker.
        table = getattr(importlib.import_module("cloudpickle.cloudpickle"),
                        "_DYNAMIC_CLASS_TRACKER_BY_CLASS", {})
        for candidate in (value, type(value)):
            try:
                if candidate in table:
                    return True
            except TypeError:  # can't be hashed, or not weakly referenced
                pass
        return False

    def leaves_traces(self, data):
        # A class made by value is entered in the tracker, under an id that the stream carries.
        return b"_make_skeleton" in data


def _stdlib():
    return [
        Api("pickle", pickle.dumps, pickle.loads, pickle.Pickler, pickle.Unpickler),
        Api("pickle.py", pickle._dumps, pickle._loads, pickle._Pickler, pickle._Unpickler),
    ]


def _cloudpickle():
    import cloudpickle
    return [_CloudpickleApi("cloudpickle", cloudpickle.dumps, cloudpickle.loads,
                            cloudpickle.CloudPickler, pickle.Unpickler)]


def _dill():
    import dill

    class RecursePickler(dill.Pickler):
        def __init__(self, *args, **kwargs):
            kwargs.setdefault("recurse", True)
            super().__init__(*args, **kwargs)

    return [
        Api("dill", dill.dumps, dill.loads, dill.Pickler, dill.Unpickler),
        Api("dill-recurse", dill.dumps, dill.loads, RecursePickler, dill.Unpickler,
            {"recurse": True}),
    ]


def make(group):
    """The picklers of the group. Raises ImportError where its library is missing."""
    return {"stdlib": _stdlib, "cloudpickle": _cloudpickle, "dill": _dill}[group]()


def version(group):
    """The version of the group's library, "" for the standard library."""
    return "" if group == "stdlib" else importlib.import_module(group).__version__
