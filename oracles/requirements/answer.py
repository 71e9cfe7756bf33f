"""R185 to R193: what dill's author says about what can be pickled."""

import os
import pickle
import sys
import threading

from .cloudpickle_ import LOADS
from .dill_ import taken
from .registry import (ANSWER, C, PY, cloudpickle, dill, each, fresh, importable, in_main, of_dill,
                       raises, requirement, scratch)

RULES = ANSWER + "rules of what pickles"

# Kinds of dill's own list that come back as another one.
REPLAYED = {"DictReverseitemiteratorType", "DictReversekeyiteratorType",
            "DictReversevalueiteratorType", "DictionaryItemIteratorType", "DictionaryKeyIteratorType",
            "DictionaryValueIteratorType", "OdictIteratorType", "SetIteratorType"}


@of_dill(185, "dill has a list of what pickles and what doesn't.", ANSWER + "'a fairly comprehensive list'",
         contradicted="its iterators of dicts and sets come back as iterators of lists, and its unbuffered "
                      "file as a buffered one")
def _():
    lib = dill()
    from dill import _objects as objects

    assert len(objects.succeeds) > 170 and len(objects.failures) > 40
    lost = {name for name, obj in objects.succeeds.items() if not taken(lib.dumps, lib.loads, obj)}
    assert lost == REPLAYED | {"FileType"}, lost
    assert not any(taken(lib.dumps, lib.loads, obj) for obj in objects.failures.values())
    counts = [sum(taken(dumps, pickle.loads, obj) for obj in objects.succeeds.values())
              for dumps in (C.dumps, cloudpickle().dumps)]
    assert 115 < counts[0] < counts[1] < len(objects.succeeds) - len(lost), counts


@requirement(186, "What is defined in __main__ does not pickle, what is imported does.", RULES + ", first",
             contradicted="it does where the reader has a __main__ with the same names")
def _():
    main = in_main("class C:\n    pass\ndef f(): pass\n")
    for impl, protocol in each():
        for obj in (main.C, main.f):
            assert impl.loads(impl.dumps(obj, protocol)) is obj
    for obj in (main.C, main.C(), main.f):
        program = LOADS + "print(type(f).__name__)"
        assert fresh(program, pickle.dumps(obj)) == "AttributeError"
        own = LOADS.replace("\nf =", "\nclass C: pass\ndef f(): pass\nf =") + "print('there')"
        assert fresh(own, pickle.dumps(obj)) == "there"
    assert fresh(LOADS + "print(f is os.path.join)".replace("os", "__import__('os')"),
                 pickle.dumps(os.path.join)) == "True"


@requirement(187, "What has rules to get and set its state, or is registered, does pickle.",
             RULES + ", second")
def _():
    import copyreg

    class Unregistered:
        def __init__(self):
            self.lock = threading.Lock()

    with importable("ruled", "class Ruled:\n    def __getstate__(self): return 1\n"
                             "    def __setstate__(self, state): self.state = state\n"
                             "class Registered: pass") as module:
        copyreg.pickle(module.Registered, lambda obj: (module.Registered, ()))
        try:
            for impl, protocol in each():
                ruled, registered = module.Ruled(), module.Registered()
                ruled.lock = registered.lock = threading.Lock()
                assert impl.loads(impl.dumps(ruled, protocol)).state == 1
                assert type(impl.loads(impl.dumps(registered, protocol))) is module.Registered
                raises((TypeError, AttributeError, pickle.PicklingError), impl.dumps, Unregistered(),
                       protocol)
        finally:
            del copyreg.dispatch_table[module.Registered]


@of_dill(188, "What depends on a frame does not pickle, not with dill either.", RULES + ", third")
def _():
    def generator():
        yield 1

    async def coroutine():
        pass

    waiting = coroutine()
    try:
        raise ValueError
    except ValueError as error:
        traceback = error.__traceback__
    for obj in (generator(), sys._getframe(), traceback, waiting):
        for dumps in (C.dumps, cloudpickle().dumps, dill().dumps):
            raises((TypeError, pickle.PicklingError), dumps, obj)
    waiting.close()


@of_dill(189, "Iterators do pickle, by being replayed.", RULES + ", third",
         contradicted="those of dicts and sets come back as iterators of lists")
def _():
    apis = ((C.dumps, pickle.loads), (cloudpickle().dumps, pickle.loads), (dill().dumps, dill().loads))
    for dumps, loads in apis:
        for made in ([1, 2, 3], (1, 2, 3), range(1, 4), "123", b"\x01\x02\x03", {1: 1, 2: 2, 3: 3}, {1, 2, 3}):
            iterator = iter(made)
            first = next(iterator)
            back = loads(dumps(iterator))
            assert [first] + list(back) == list(made)
            same = type(back) is type(iterator)
            assert same == (not isinstance(made, (dict, set)))


@requirement(190, "What lies behind a manipulation of the path in a package's __init__ does not pickle.",
             RULES + ", fourth",
             contradicted="it does where the reader imports the package first")
def _():
    with scratch() as folder:
        package = os.path.join(folder, "package")
        os.makedirs(os.path.join(package, "hidden"))
        with open(os.path.join(package, "__init__.py"), "w") as file:
            file.write("import os, sys\n"
                       "sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'hidden'))\n")
        with open(os.path.join(package, "hidden", "behind.py"), "w") as file:
            file.write("class C: pass\n")
        write = "import package, behind, pickle, base64\nprint(pickle.dumps(behind.C()).hex())"
        data = bytes.fromhex(fresh(write, path=folder))
        shows = LOADS + "print(type(f).__name__)"
        assert fresh(shows, data, path=folder) == "ModuleNotFoundError"
        assert fresh("import package\n" + shows, data, path=folder) == "C"


@of_dill(191, "dill can add only to the registry of the pickler in Python, not to the one in C.",
         ANSWER + "on multiprocessing")
def _():
    lib = dill()
    assert issubclass(lib.Pickler, pickle._Pickler)
    # Importing dill changes pickle.py for the whole process.
    assert PY.loads(PY.dumps(lambda: "a lambda", 4))() == "a lambda"
    raises((AttributeError, pickle.PicklingError), C.dumps, lambda: "a lambda", 4)
    lib.extend(use_dill=False)
    try:
        raises((AttributeError, pickle.PicklingError), PY.dumps, lambda: "a lambda", 4)
    finally:
        lib.extend(use_dill=True)


@of_dill(192, "Logical objects can be pickled, resources such as files and locks can't.",
         ANSWER + "rule of thumb", contradicted="true of pickle; dill takes both, and cloudpickle text files "
                                                "that are read")
def _():
    import tempfile

    libs = dill(), cloudpickle()
    lock = threading.Lock()
    lock.acquire()
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("text")
        file.flush()
        with open(file.name) as reader, open(file.name, "rb") as binary:
            for resource in (lock, reader, binary):
                raises((TypeError, pickle.PicklingError), C.dumps, resource)
            for obj in (reader, binary):
                with libs[0].loads(libs[0].dumps(obj)) as back:
                    assert back.read() in ("text", b"text")
            assert pickle.loads(libs[1].dumps(reader)).read() == "text"
            raises((TypeError, pickle.PicklingError), libs[1].dumps, binary)
    assert libs[0].loads(libs[0].dumps(lock)).locked()
    raises((TypeError, pickle.PicklingError), libs[1].dumps, lock)
    assert C.loads(C.dumps([1, {"logical": {2}}])) == [1, {"logical": {2}}]


@of_dill(193, "The list differs by version of Python, and by one flag shows dill or pickle.",
         ANSWER + "'It can be run per version'")
def _():
    lib = dill()
    from dill import _objects as objects

    assert ("LineIteratorType" in objects.failures) == (sys.version_info >= (3, 10))
    assert ("PositionsIteratorType" in objects.failures) == (sys.version_info >= (3, 11))
    passed = {}
    for flag in (True, False):
        lib.extend(use_dill=flag)
        try:
            passed[flag] = sum(taken(PY.dumps, lib.loads, obj) for obj in objects.succeeds.values())
        finally:
            lib.extend(use_dill=True)
    assert passed[True] > passed[False] + 30, passed
