"""The writers and readers of one group; a group shares a process.

Importing dill patches pickle._Pickler, so that the standard library's picklers write only where dill
is not. Streams of dill need dill to be read, by whatever reader. The group "pickleproof" is this
project's own module with cloudpickle's reducers on top of it.
"""

import importlib
import io
import pickle


def _cloudpickle():
    return importlib.import_module("cloudpickle")


def own_pickler():
    """The project's own pickler, with what cloudpickle knows of functions and classes.

    Raises ImportError where that is an older release, which keeps it elsewhere.
    """
    own = importlib.import_module("pickleproof")
    library = importlib.import_module("cloudpickle.cloudpickle")
    if not hasattr(getattr(library, "Pickler", None), "_dispatch_table"):
        raise ImportError("cloudpickle %s is here, and 3.0 or later is needed" %
                          _cloudpickle().__version__)

    class LivePickler(own.Pickler):
        _dispatch_table = library.Pickler._dispatch_table
        dispatch_table = library.Pickler.dispatch_table
        _dynamic_function_reduce = library.Pickler._dynamic_function_reduce
        _function_reduce = library.Pickler._function_reduce
        _function_getnewargs = library.Pickler._function_getnewargs
        reducer_override = library.Pickler.reducer_override

        def __init__(self, file, protocol):
            super().__init__(file, protocol)
            self.globals_ref = {}
            self.proto = int(protocol)

    return LivePickler


def _own_dumps():
    pickler = own_pickler()

    def dumps(obj, protocol):
        file = io.BytesIO()
        pickler(file, protocol).dump(obj)
        return file.getvalue()

    return dumps


def writers(group):
    """Functions of object and protocol, by name. Raises ImportError where a library is missing."""
    if group == "plain":
        return {
            "_pickle": pickle.dumps,
            "pickle.py": pickle._dumps,
            "cloudpickle": _cloudpickle().dumps,
        }
    if group == "pickleproof":
        return {"pickleproof": _own_dumps()}
    dumps = importlib.import_module("dill").dumps
    return {
        "dill": dumps,
        "dill-recurse": lambda obj, protocol: dumps(obj, protocol, recurse=True),
        "dill-byref": lambda obj, protocol: dumps(obj, protocol, byref=True),
    }


def readers(group):
    """Functions of bytes, by name. Raises ImportError where a library is missing."""
    if group == "pickleproof":
        _cloudpickle()
        return {"pickleproof-live": importlib.import_module("pickleproof").loads}
    found = {
        "_pickle": pickle.loads,
        "pickle.py": pickle._loads,
        "cloudpickle": _cloudpickle().loads,
    }
    if group == "dill":
        found["dill"] = importlib.import_module("dill").loads
    return found


def versions(group):
    """Of the libraries of the group, by name."""
    names = {"plain": ["cloudpickle"], "dill": ["dill"], "pickleproof": ["cloudpickle"]}[group]
    return {name: importlib.import_module(name).__version__ for name in names}
