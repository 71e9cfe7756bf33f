"""R48 to R57: exceptions, and what a failure leaves behind."""

import io
import pickle
import sys
import threading

from .registry import (AS_WRITTEN, BOTH, C, MANUAL, MANUAL2, PY, each, fresh, importable, python2,
                       raises, requirement)

EXCEPTIONS = MANUAL + "'Module Interface', "
CAN_BE = MANUAL + "'What can be pickled and unpickled?'"


def generator():
    yield 1


@requirement(48, "PickleError, an Exception, is the base of PicklingError and UnpicklingError.",
             EXCEPTIONS + "PickleError")
def _():
    assert pickle.PickleError.__bases__ == (Exception,)
    assert pickle.PicklingError.__bases__ == pickle.UnpicklingError.__bases__ == (pickle.PickleError,)
    import _pickle
    assert _pickle.PicklingError is pickle.PicklingError


@requirement(49, "An object that can't be pickled raises PicklingError.", EXCEPTIONS + "PicklingError",
             contradicted="TypeError, AttributeError, ValueError or RuntimeError, by what the object "
                          "is; PicklingError where a global is not found")
def _():
    import ctypes
    import multiprocessing

    def local():
        pass

    expected = [(generator(), TypeError), (threading.RLock(), TypeError),
                (ctypes.pointer(ctypes.c_int()), ValueError), (multiprocessing.Lock(), RuntimeError),
                (local, (AttributeError, pickle.PicklingError))]
    nameless = eval("lambda: 0")
    for impl in BOTH:
        for protocol in range(2, 6):
            for obj, error in expected:
                raises(error, impl.dumps, obj, protocol)
            raises(pickle.PicklingError, impl.dumps, nameless, protocol)


python2(50, "An object that can't be pickled raises PicklingError.", MANUAL2 + "PicklingError",
        contradicted="cPickle raises TypeError or AttributeError, by what the object is")


class Forbids(pickle.Unpickler):
    def find_class(self, module, name):
        raise pickle.UnpicklingError("forbidden")


@requirement(51, "Corrupt data, or what breaks a security rule, raises UnpicklingError.",
             EXCEPTIONS + "UnpicklingError",
             contradicted="an empty stream raises EOFError, and pickle.py raises KeyError, IndexError "
                          "and EOFError where _pickle raises UnpicklingError")
def _():
    for data, error in [(b"\xffN.", KeyError), (b".", IndexError), (b"K", IndexError),
                        (b"X\x05\0\0\0a", EOFError)]:
        raises(pickle.UnpicklingError, C.loads, data)
        raises(error, PY.loads, data)
    for impl in BOTH:
        raises(EOFError, impl.loads, b"")
        raises(EOFError, impl.loads, b"N")
    raises(pickle.UnpicklingError, Forbids(io.BytesIO(b"cos\nsystem\n.")).load)


@requirement(52, "Loading may raise other exceptions, such as AttributeError, EOFError, ImportError and "
                 "IndexError.", EXCEPTIONS + "UnpicklingError")
def _():
    cases = [(AttributeError, b"cos\nnot_there\n."), (EOFError, b""),
             (ImportError, b"cno_such_module\nx\n."),
             (IndexError, b"coperator\ngetitem\n((tI0\ntR."), (ValueError, b"Ix\n."),
             (TypeError, b"cbuiltins\nint\n(I1\nI2\nI3\ntR."),
             (UnicodeDecodeError, b"X\x01\0\0\0\xff."), (KeyError, b"coperator\ngetitem\n((dI0\ntR."),
             (ZeroDivisionError, b"coperator\ntruediv\n(I1\nI0\ntR.")]
    for impl in BOTH:
        for error, data in cases:
            raises(error, impl.loads, data)
    raises(OverflowError, C.loads, b"F1e999\n.")


def partly(impl, protocol):
    """How many bytes are in the file after a dump of a large and of a bad thing."""
    counts = []
    for large in (b"a", b"a" * 200000):
        file = io.BytesIO()
        raises(TypeError, impl.Pickler(file, protocol).dump, [large, generator()])
        counts.append(len(file.getvalue()))
    return counts


@requirement(53, "After a failed dump, some bytes may be in the file already.", CAN_BE)
def _():
    for protocol in range(2, 4):
        assert partly(C, protocol)[0] == 0
        assert min(partly(PY, protocol)) > 0


@requirement(54, "How many bytes a failed dump has written is not specified.",
             "answer by dill's author on what can be pickled, 'From the docs'")
def _():
    counts = {(impl.name, protocol): partly(impl, protocol) for impl, protocol in each()}
    assert counts["_pickle", 2][0] == 0 and counts["_pickle", 4][1] > 200000
    assert counts["pickle.py", 2][0] > 0


@requirement(55, "Very deep structures raise RecursionError; sys.setrecursionlimit moves the limit.",
             CAN_BE, contradicted="_pickle of 3.12 and 3.13 counts depth in C, which setrecursionlimit "
                                  "does not move")
def _():
    program = "\n".join([
        "import io, pickle, sys, threading",
        "def nested(depth):",
        "    x = []",
        "    for _ in range(depth): x = [x]",
        "    return x",
        "def attempt(pickler, depth):",
        "    try: pickler(io.BytesIO()).dump(nested(depth))",
        "    except RecursionError: return 'RecursionError'",
        "    return 'written'",
        "def main():",
        "    for limit in (1000, 60000):",
        "        sys.setrecursionlimit(limit)",
        "        for pickler in (pickle.Pickler, pickle._Pickler):",
        "            print(attempt(pickler, 12000))",
        "threading.stack_size(512 << 20)",
        "thread = threading.Thread(target=main)",
        "thread.start()",
        "thread.join()"])
    c, py, c_raised, py_raised = fresh(program).split()
    assert (c, py, py_raised) == ("RecursionError", "RecursionError", "written")
    fixed = (3, 12) <= sys.version_info < (3, 14)
    assert c_raised == ("RecursionError" if fixed else "written")
    return None if fixed else AS_WRITTEN


python2(56, "Very deep structures raise RuntimeError.",
        MANUAL2 + "'What can be pickled and unpickled?'")


@requirement(57, "What is stored by name must be there at load time, or an exception is raised.",
             MANUAL2 + "'What can be pickled and unpickled?'")
def _():
    with importable("passing_module", "def f(): pass") as module:
        streams = [(impl, impl.dumps(module.f, protocol)) for impl, protocol in each()]
        del module.f
        for impl, data in streams:
            raises(AttributeError, impl.loads, data)
    for impl, data in streams:
        raises(ModuleNotFoundError, impl.loads, data)
