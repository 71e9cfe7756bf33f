"""R23 to R35: sharing, recursion, the memo."""

import io
import pickle
import pickletools

from .registry import BOTH, C, MANUAL, MANUAL2, PY, each, fresh, raises, requirement

MARSHAL = MANUAL + "'Comparison with marshal'"


def written(impl, protocol, *objects, fast=False, clear=False):
    file = io.BytesIO()
    pickler = impl.Pickler(file, protocol)
    pickler.fast = fast
    for obj in objects:
        pickler.dump(obj)
        if clear:
            pickler.clear_memo()
    return file.getvalue()


@requirement(23, "An object that was serialised before is not serialised again.", MARSHAL)
def _():
    for impl, protocol in each():
        shared = ["shared"]
        names = [code.name for code, _, _ in pickletools.genops(impl.dumps([shared] * 5, protocol))]
        assert sum("GET" in name for name in names) == 4


@requirement(24, "Shared objects stay shared.", MARSHAL)
def _():
    for impl, protocol in each():
        shared = []
        back = impl.loads(impl.dumps([shared, shared], protocol))
        back[0].append(1)
        assert back[1] == [1]


@requirement(25, "Recursive objects hold references to themselves, and are handled.", MANUAL2)
def _():
    for impl, protocol in each():
        d = {}
        d["l"] = [d]
        back = impl.loads(impl.dumps(d, protocol))
        assert back["l"][0] is back


@requirement(26, "A list that refers to itself is restored correctly.", MANUAL2 + "'Example'")
def _():
    for impl, protocol in each():
        selfref = [1, 2]
        selfref.append(selfref)
        back = impl.loads(impl.dumps(selfref, protocol))
        assert back[2] is back


@requirement(27, "dump may be called several times, as must load then.", MANUAL2 + "Pickler")
def _():
    for impl, protocol in each():
        unpickler = impl.Unpickler(io.BytesIO(written(impl, protocol, [1], "two", {3: 3})))
        assert [unpickler.load() for _ in range(3)] == [[1], "two", {3: 3}]


@requirement(28, "One object dumped twice is one object in both loads.", MANUAL2 + "Pickler")
def _():
    for impl, protocol in each():
        shared = ["shared"]
        data = written(impl, protocol, shared, shared)
        unpickler = impl.Unpickler(io.BytesIO(data))
        assert unpickler.load() is unpickler.load()
        second = data[len(written(impl, protocol, shared)):]
        # KeyError in 3.8.
        raises((pickle.UnpicklingError, KeyError), impl.loads, second)


@requirement(29, "A change between two dumps is not seen.", MANUAL2 + "Pickler, note")
def _():
    for impl, protocol in each():
        file = io.BytesIO()
        pickler = impl.Pickler(file, protocol)
        x = [1]
        pickler.dump(x)
        x.append(2)
        pickler.dump(x)
        unpickler = impl.Unpickler(io.BytesIO(file.getvalue()))
        assert [unpickler.load(), unpickler.load()] == [[1], [1]]


@requirement(30, "clear_memo makes the next dump as one of a new pickler.", MANUAL2 + "clear_memo")
def _():
    for impl, protocol in each():
        x = ["x"]
        assert written(impl, protocol, x, x, clear=True) == written(impl, protocol, x) * 2


@requirement(31, "Picklers have a memo that can be cleared.", MANUAL2 + "Pickler")
def _():
    for impl in BOTH:
        pickler = impl.Pickler(io.BytesIO())
        x = ["x"]
        pickler.dump(x)
        assert id(x) in pickler.memo.copy()
        pickler.memo.clear()
        assert not pickler.memo.copy()
    assert type(PY.Pickler(io.BytesIO()).memo) is dict
    assert type(C.Pickler(io.BytesIO()).memo).__name__ == "PicklerMemoProxy"


@requirement(32, "clear_memo is useful when picklers are used again.", MANUAL + "Pickler",
             contradicted="from protocol 4 on, one Unpickler misreads such independent pickles: "
                          "MEMOIZE goes on counting, and GET finds objects of the pickle before")
def _():
    for impl, protocol in each():
        a, b = [["a"], ["a"]], ["b"]
        data = written(impl, protocol, a, [b, b], clear=True)
        unpickler = impl.Unpickler(io.BytesIO(data))
        unpickler.load()
        assert (unpickler.load() == [b, b]) == (protocol < 4)
        file = io.BytesIO(data)
        assert [impl.Unpickler(file).load(), impl.Unpickler(file).load()] == [a, [b, b]]


@requirement(33, "fast switches the memo off.", MANUAL + "Pickler.fast")
def _():
    for impl, protocol in each():
        x = ["x"]
        data = written(impl, protocol, [x, x], fast=True)
        names = {code.name for code, _, _ in pickletools.genops(data)}
        assert not names & {"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET"}
        back = impl.loads(data)
        assert back == [x, x] and back[0] is not back[1]


@requirement(34, "fast must not be used with what refers to itself.", MANUAL + "Pickler.fast")
def _():
    x = []
    x.append(x)
    for protocol in range(6):
        raises(ValueError, written, C, protocol, x, fast=True)
        raises(RecursionError, written, PY, protocol, x, fast=True)


@requirement(35, "marshal of recursive objects crashes; pickle must not.", MARSHAL)
def _():
    program = "import pickle\nx = []\nfor _ in range(100000):\n    x = [x]\npickle.dumps(x)"
    assert fresh(program) == "RecursionError"
