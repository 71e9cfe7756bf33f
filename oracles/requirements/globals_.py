"""R139 to R145: how globals are found, and what that means for security."""

import builtins
import io
import os
import pickle
import sys

from .registry import BOTH, MANUAL, MANUAL2, each, python2, raises, requirement, scratch

FIND_CLASS = MANUAL + "'Module Interface', Unpickler.find_class"
RESTRICTING = MANUAL + "'Restricting Globals'"
SUBCLASSING2 = MANUAL2 + "'Subclassing Unpicklers'"

SAFE_BUILTINS = {"range", "complex", "set", "frozenset", "slice"}


class Reached:
    pass


@requirement(139, "find_class imports the module where needed, and returns a class or function of it.",
             FIND_CLASS)
def _():
    with scratch(imported_by_pickle="def f(): pass\nclass C:\n    class D: pass") as folder:
        sys.path.insert(0, folder)
        try:
            for impl in BOTH:
                sys.modules.pop("imported_by_pickle", None)
                unpickler = impl.Unpickler(io.BytesIO(b""))
                found = unpickler.find_class("imported_by_pickle", "f")
                assert found is sys.modules["imported_by_pickle"].f
                assert unpickler.find_class("imported_by_pickle", "C").__name__ == "C"
                raises(AttributeError, unpickler.find_class, "imported_by_pickle", "g")
                raises(ModuleNotFoundError, unpickler.find_class, "no_such_module", "f")
        finally:
            sys.path.remove(folder)
            sys.modules.pop("imported_by_pickle", None)


@requirement(140, "find_class raises an audit event 'pickle.find_class' with module and name.",
             FIND_CLASS)
def _():
    events = []
    listening = [True]

    # Hooks can't be taken off again.
    def hook(event, arguments):
        if listening[0] and event == "pickle.find_class":
            events.append(arguments)

    sys.addaudithook(hook)
    for impl in BOTH:
        events.clear()
        impl.loads(b"cbuiltins\nlen\n0\x8c\x08builtins\x8c\x03int\x93.")
        impl.loads(b"\x80\x04\x8c\x02os\x8c\x06getcwd\x93.")
        assert events == [("builtins", "len"), ("builtins", "int"), ("os", "getcwd")], events
    listening[0] = False


@requirement(141, "find_class is called for every global that is asked for, so that it can forbid them.",
             RESTRICTING, contradicted="not for an extension code that was looked up before")
def _():
    import copyreg

    name = Reached.__module__.encode()
    asks = [b"c" + name + b"\nReached\n.", b"(i" + name + b"\nReached\n.",
            b"\x8c" + bytes([len(name)]) + name + b"\x8c\x07Reached\x93.", b"\x82\x64."]
    copyreg.add_extension(Reached.__module__, "Reached", 0x64)
    try:
        for impl in BOTH:
            seen = []

            class Watching(impl.Unpickler):
                def find_class(self, module, name):
                    seen.append(name)
                    return super().find_class(module, name)

            copyreg._extension_cache.clear()
            for data in asks:
                Watching(io.BytesIO(data)).load()
            assert seen == ["Reached"] * 4
            Watching(io.BytesIO(b"\x82\x64.")).load()
            assert seen == ["Reached"] * 4
    finally:
        copyreg.remove_extension(Reached.__module__, "Reached", 0x64)


def restricted_loads(impl, data):
    """The example of the manual."""
    class RestrictedUnpickler(impl.Unpickler):
        def find_class(self, module, name):
            if module == "builtins" and name in SAFE_BUILTINS:
                return getattr(builtins, name)
            raise pickle.UnpicklingError("global '%s.%s' is forbidden" % (module, name))

    return RestrictedUnpickler(io.BytesIO(data)).load()


@requirement(142, "The example: a restricted unpickler takes a range, and forbids os.system and eval.",
             RESTRICTING,
             contradicted="a range written with protocol 0 to 2 arrives as __builtin__.xrange, which is "
                          "renamed by find_class itself, and is forbidden")
def _():
    system = b"cos\nsystem\n(S'echo hello world'\ntR."
    evaluate = (b'cbuiltins\neval\n(S\'getattr(__import__("os"), "system")("echo hello world")\'\ntR.')
    for impl, protocol in each():
        data = impl.dumps([1, 2, range(15)], protocol)
        if protocol < 3:
            error = raises(pickle.UnpicklingError, restricted_loads, impl, data)
            assert str(error) == "global '__builtin__.xrange' is forbidden"
        else:
            assert restricted_loads(impl, data) == [1, 2, range(15)]
        error = raises(pickle.UnpicklingError, restricted_loads, impl, system)
        assert str(error) == "global 'os.system' is forbidden"
        error = raises(pickle.UnpicklingError, restricted_loads, impl, evaluate)
        assert str(error) == "global 'builtins.eval' is forbidden"


@requirement(143, "Loading calls whatever the stream names.", RESTRICTING)
def _():
    with scratch() as folder:
        for impl in BOTH:
            made = os.path.join(folder, impl.name)
            impl.loads(b"cos\nmkdir\n(S'" + made.encode() + b"'\ntR.")
            assert os.path.isdir(made)


python2(144, "Overriding load_global controls which classes pickle's Unpickler loads.", SUBCLASSING2)

python2(145, "Where find_global of cPickle is None, instances raise UnpicklingError.", SUBCLASSING2)
