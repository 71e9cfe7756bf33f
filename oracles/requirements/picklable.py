"""R58 to R71: what can be pickled, and what of it is stored."""

import pickle
import struct

from .registry import MANUAL, MANUAL2, each, fresh, importable, raises, requirement, scratch

CAN_BE = MANUAL + "'What can be pickled and unpickled?'"
CAN_BE2 = MANUAL2 + "'What can be pickled and unpickled?'"


def bad():
    """An object that no pickler of the library takes."""
    return (x for x in ())


class Plain:
    pass


class Outer:
    class Nested:
        pass

    @staticmethod
    def method():
        return "method"


class Stateful:
    def __init__(self, state):
        self.hidden = bad()
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


named_lambda = lambda: "called"  # noqa: E731
named_lambda.__qualname__ = named_lambda.__name__ = "named_lambda"
nameless = {"it": lambda: 0}


@requirement(58, "None, True, False, Ellipsis and NotImplemented are stored, and stay what they are.",
             CAN_BE)
def _():
    for impl, protocol in each():
        for constant in (None, True, False, Ellipsis, NotImplemented):
            assert impl.loads(impl.dumps(constant, protocol)) is constant


@requirement(59, "Integers, floats and complex numbers are stored.", CAN_BE)
def _():
    whole = [0, 1, -1, 255, 256, -(1 << 31), 1 << 31, 1 << 63, -(1 << 39), 1 << 2040, -(1 << 2048)]
    floats = [0.0, -0.0, 5e-324, 1.7976931348623157e308, float("inf"), -float("inf"), 0.1]
    for impl, protocol in each():
        assert impl.loads(impl.dumps(whole, protocol)) == whole
        back = impl.loads(impl.dumps(floats, protocol))
        assert struct.pack("7d", *back) == struct.pack("7d", *floats)
        assert repr(impl.loads(impl.dumps(complex(-0.0, 2.5), protocol))) == repr(complex(-0.0, 2.5))


@requirement(60, "Strings, bytes and bytearrays are stored.", CAN_BE)
def _():
    values = ["", "a" * 255, "a" * 256, "\xe9\u20ac\U0001f600\ud800", "\0\n\r\x1a\\\\u1234", b"",
              bytes(range(256)), b"a" * 70000, bytearray(b""), bytearray(range(256))]
    for impl, protocol in each():
        back = impl.loads(impl.dumps(values, protocol))
        assert back == values and [type(x) for x in back] == [type(x) for x in values]


@requirement(61, "Tuples, lists, sets and dicts are stored if all that they hold can be.", CAN_BE)
def _():
    good = [(), (1,), (1, 2, 3, 4), [], [1, [2]], {}, {1: {2: 3}}, set(), {1, 2}, frozenset([3])]
    for impl, protocol in each():
        assert impl.loads(impl.dumps(good, protocol)) == good
        leaf = bad()
        for holder in ((leaf,), (1, 2, 3, leaf), [leaf], {leaf}, frozenset([leaf]), {leaf: 1},
                       {1: leaf}, [({1: [leaf]},)]):
            raises((TypeError, pickle.PicklingError), impl.dumps, holder, protocol)


@requirement(62, "Functions are stored that a module's top level defines, by def and not by lambda.",
             CAN_BE, contradicted="a lambda is stored as well if its qualified name leads to it")
def _():
    for impl, protocol in each():
        for function in (bad, len, Outer.method):
            assert impl.loads(impl.dumps(function, protocol)) is function
        assert impl.loads(impl.dumps(named_lambda, protocol)) is named_lambda
        raises(pickle.PicklingError, impl.dumps, nameless["it"], protocol)


@requirement(63, "Classes are stored that can be reached from a module's top level.", CAN_BE)
def _():
    class Local:
        pass

    for impl, protocol in each():
        for kind in (Plain, Outer.Nested, dict, OSError):
            assert impl.loads(impl.dumps(kind, protocol)) is kind
        raises((pickle.PicklingError, AttributeError), impl.dumps, Local, protocol)


@requirement(64, "Instances are stored if what __getstate__ returns can be.", CAN_BE)
def _():
    for impl, protocol in each():
        assert impl.loads(impl.dumps(Stateful([1]), protocol)).state == [1]
        raises((TypeError, pickle.PicklingError), impl.dumps, Stateful(bad()), protocol)


@requirement(65, "Instances are stored if their __dict__ can be.", CAN_BE2)
def _():
    for impl, protocol in each():
        one = Plain()
        one.x = [one]
        back = impl.loads(impl.dumps(one, protocol))
        assert type(back) is Plain and back.x[0] is back
        one.x = bad()
        raises((TypeError, pickle.PicklingError), impl.dumps, one, protocol)


@requirement(66, "Functions are stored by qualified name, not by value.", CAN_BE)
def _():
    for impl, protocol in each():
        data = impl.dumps(Outer.method, protocol)
        assert b"requirements.picklable" in data and b"method" in data
        assert len(data) < 100 and b"co_code" not in data and b"staticmethod" not in data


@requirement(67, "Neither the code of a function nor its attributes are stored.", CAN_BE)
def _():
    with scratch(worker="def f(): return 'theirs'\n") as folder:
        with importable("worker", "def f(): return 'ours'") as module:
            module.f.attribute = 1
            streams = [impl.dumps(module.f, protocol) for impl, protocol in each()]
        program = ("import pickle\nstreams = pickle.load(sys.stdin.buffer)\n"
                   "for f in map(pickle.loads, streams): print(f(), hasattr(f, 'attribute'))")
        told = fresh(program, pickle.dumps(streams), path=folder)
    assert told.split("\n") == ["theirs False"] * len(streams)


@requirement(68, "The module must hold the named object when it is stored and when it is loaded.",
             CAN_BE2)
def _():
    with importable("passing_module", "def f(): pass") as module:
        f = module.f
        streams = [(impl, impl.dumps(f, protocol)) for impl, protocol in each()]
        module.f = len
        for impl, protocol in each():
            raises(pickle.PicklingError, impl.dumps, f, protocol)
        for impl, data in streams:
            assert impl.loads(data) is len
        del module.f
        for impl, protocol in each():
            raises(pickle.PicklingError, impl.dumps, f, protocol)


@requirement(69, "Attributes of a class are not stored with it.", CAN_BE)
def _():
    with scratch(worker="class Foo: pass\n") as folder:
        with importable("worker", "class Foo:\n    attr = 'A class attribute'") as module:
            streams = [impl.dumps(x, protocol) for impl, protocol in each()
                       for x in (module.Foo, module.Foo())]
        assert not any(b"A class attribute" in data for data in streams)
        program = ("import pickle\nstreams = pickle.load(sys.stdin.buffer)\n"
                   "for x in map(pickle.loads, streams): print(hasattr(x, 'attr'))")
        told = fresh(program, pickle.dumps(streams), path=folder)
    assert told.split() == ["False"] * len(streams)


@requirement(70, "Objects of an earlier version of a class can be loaded after methods were added.",
             CAN_BE)
def _():
    with importable("versions", "class Kept:\n    pass") as module:
        old = module.Kept()
        old.value = 20
        streams = [(impl, impl.dumps(old, protocol)) for impl, protocol in each()]
        exec("class Kept:\n    def twice(self): return 2 * self.value", module.__dict__)
        for impl, data in streams:
            assert impl.loads(data).twice() == 40


@requirement(71, "A version number in the object lets __setstate__ convert it.", CAN_BE)
def _():
    old = "class Kept:\n    def __init__(self): self.version, self.metres = 1, 2"
    new = ("class Kept:\n    def __setstate__(self, state):\n"
           "        if state['version'] == 1: state = {'version': 2, 'mm': state['metres'] * 1000}\n"
           "        self.__dict__.update(state)")
    with importable("versions", old) as module:
        streams = [(impl, impl.dumps(module.Kept(), protocol)) for impl, protocol in each()]
        exec(new, module.__dict__)
        for impl, data in streams:
            assert impl.loads(data).__dict__ == {"version": 2, "mm": 2000}
