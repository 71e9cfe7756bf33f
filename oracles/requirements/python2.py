"""The requirements about Python 2, under Python 2.7: a JSON line per check. Valid in 2.7 only."""

import cPickle
import copy_reg
import json
import os
import pickle
import pickletools
import shutil
import sys
import tempfile
from cStringIO import StringIO

CHECKS = []
BOTH = (pickle, cPickle)


def check(number, contradicted=False):
    """`contradicted`: the document is wrong about this, and the check asserts what happens."""
    def register(function):
        CHECKS.append((number, contradicted, function))
        return function
    return register


def raises(expected, function, *args):
    try:
        function(*args)
    except expected as error:
        return error
    except Exception as error:
        raise AssertionError("raised %s: %s" % (type(error).__name__, error))
    raise AssertionError("nothing was raised")


def each():
    return [(module, protocol) for module in BOTH for protocol in range(3)]


SAMPLE = [None, True, -5, 1 << 80, 2.5, "text", u"\u20ac", (1, (2,)), {"k": [1]}, set([3])]


class Old:
    """A class of the old style."""

    def __init__(self, *args):
        self.args = args

    def __getinitargs__(self):
        return (1, 2)


class New(object):
    state = None

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.__dict__["got"] = state


class Reduces(object):
    value = None

    def __reduce__(self):
        return self.value


class Plain(object):
    pass


def unregistered(text):
    return [text]


def reducing(value):
    obj = Reduces()
    obj.value = value
    return obj


@check(3)
def _():
    for module in BOTH:
        data = module.dumps(SAMPLE)
        assert data == module.dumps(SAMPLE, 0) and data != module.dumps(SAMPLE, 1)
        assert all(c == "\n" or " " <= c <= "~" for c in data)


@check(4)
def _():
    for module in BOTH:
        assert module.dumps([1]) == module.dumps([1], 0)
        file = StringIO()
        module.dump([1], file)
        assert file.getvalue() == module.dumps([1], 0)


@check(6)
def _():
    for module in BOTH:
        raises(ValueError, module.loads, b"\x80\x03C\x01aq\x00.")


@check(14)
def _():
    for module, protocol in each():
        assert module.loads(module.dumps(SAMPLE, protocol) + "more") == SAMPLE


@check(15)
def _():
    for writer, protocol in each():
        for reader in BOTH:
            assert reader.loads(writer.dumps(SAMPLE, protocol)) == SAMPLE


@check(17, contradicted=True)
def _():
    for protocol in range(3):
        one, other = [module.dumps([["a"], "b"], protocol) for module in BOTH]
        assert one != other and pickle.loads(other) == cPickle.loads(one)

        def numbers(data):
            return [argument for code, argument, _ in pickletools.genops(data) if "PUT" in code.name]

        # A memo that begins at 1.
        assert min(numbers(one)) == 0 and min(numbers(other)) == 1


@check(44)
def _():
    for name in ("Pickler", "Unpickler"):
        raises(TypeError, type, "Derived", (getattr(cPickle, name),), {})
        assert type(getattr(cPickle, name)).__name__ == "builtin_function_or_method"
        type("Derived", (getattr(pickle, name), object), {})


@check(50, contradicted=True)
def _():
    assert raises(Exception, pickle.dumps, lambda: 0).__class__ is pickle.PicklingError
    raises(TypeError, cPickle.dumps, (x for x in ()))
    raises((TypeError, cPickle.PicklingError), cPickle.dumps, lambda: 0)
    assert issubclass(cPickle.PicklingError, cPickle.PickleError)


@check(56)
def _():
    deep = []
    for _ in range(20000):
        deep = [deep]
    for module in BOTH:
        raises(RuntimeError, module.dumps, deep)
    while deep:  # freed step by step
        deep = deep[0]


@check(85, contradicted=True)
def _():
    for module, protocol in each():
        for state in ({}, 0, ""):
            obj = New()
            obj.state = state
            back = module.loads(module.dumps(obj, protocol))
            assert ("got" in back.__dict__) == (protocol == 2)


@check(87)
def _():
    for module, protocol in each():
        one = Old(5)
        assert module.loads(module.dumps(one, protocol)).args == (5,)
        del one.args
        assert module.loads(module.dumps(one, protocol)).args == (1, 2)


@check(90)
def _():
    for module, protocol in each():
        for more in range(4):
            assert module.loads(module.dumps(reducing((list, ()) + (None,) * more), protocol)) == []
        for value in ((list,), (list, (), None, None, None, None)):
            raises(module.PicklingError, module.dumps, reducing(value), protocol)


@check(94)
def _():
    for module, protocol in each():
        raises(module.PicklingError, module.dumps, reducing((list, None)), protocol)


@check(95, contradicted=True)
def _():
    for module, protocol in each():
        data = module.dumps(reducing((unregistered, ("a",))), protocol)
        assert module.loads(data) == ["a"]
    copy_reg.constructor(unregistered)
    raises(TypeError, copy_reg.constructor, 5)


def stored(module, protocol, obj, identify):
    """The pickle that a pickler with this persistent_id makes."""
    src = StringIO()
    pickler = module.Pickler(src, protocol)
    pickler.persistent_id = identify
    pickler.dump(obj)
    return src.getvalue()


def name_of_plain(obj):
    return "name" if isinstance(obj, Plain) else None


@check(120)
def _():
    for module, protocol in each():
        unpickler = module.Unpickler(StringIO(stored(module, protocol, [Plain()], name_of_plain)))
        unpickler.persistent_load = str.upper
        assert unpickler.load() == ["NAME"]


@check(121)
def _():
    for protocol in range(3):
        data = stored(cPickle, protocol, [Plain(), 1, Plain()], name_of_plain)
        unpickler = cPickle.Unpickler(StringIO(data))
        ids = []
        unpickler.persistent_load = ids
        unpickler.load()
        assert ids == ["name", "name"]


@check(122)
def _():
    assert not hasattr(pickle.Unpickler(StringIO()), "noload")
    for protocol in range(3):
        data = stored(cPickle, protocol, [Plain(), New()], name_of_plain)
        unpickler = cPickle.Unpickler(StringIO(data))
        ids = []
        unpickler.persistent_load = ids
        left = unpickler.noload()
        assert ids == ["name"] and not any(isinstance(x, New) for x in left or [])


@check(144)
def _():
    class Restricted(pickle.Unpickler):
        dispatch = pickle.Unpickler.dispatch.copy()

        def load_global(self):
            module, name = self.readline()[:-1], self.readline()[:-1]
            if (module, name) != (Plain.__module__, "Plain"):
                raise pickle.UnpicklingError("%s.%s is forbidden" % (module, name))
            self.append(Plain)

        dispatch[pickle.GLOBAL] = load_global

    assert type(Restricted(StringIO(pickle.dumps(Plain(), 2))).load()) is Plain
    raises(pickle.UnpicklingError, Restricted(StringIO("cos\nsystem\n(S'ls'\ntR.")).load)


@check(145)
def _():
    unpickler = cPickle.Unpickler(StringIO(cPickle.dumps(Plain(), 2)))
    unpickler.find_global = None
    raises(cPickle.UnpicklingError, unpickler.load)
    unpickler = cPickle.Unpickler(StringIO(cPickle.dumps(Plain(), 2)))
    unpickler.find_global = lambda module, name: {"Plain": Plain}[name]
    assert type(unpickler.load()) is Plain


@check(149)
def _():
    selfref_list = [1, 2, 3]
    selfref_list.append(selfref_list)
    folder = tempfile.mkdtemp()
    try:
        name = os.path.join(folder, "data.pkl")
        for module in BOTH:
            with open(name, "wb") as output:
                module.dump({"a": [1, 4 + 6j]}, output)
                module.dump(selfref_list, output, -1)
            with open(name, "rb") as pkl_file:
                assert module.load(pkl_file) == {"a": [1, 4 + 6j]}
                back = module.load(pkl_file)
                assert back[3] is back
    finally:
        shutil.rmtree(folder)


class Integer:
    def __init__(self, x):
        self.x = x


class FancyInteger(Integer):
    def __str__(self):
        return "I am the integer %d" % self.x


@check(150, contradicted=True)
def _():
    def persistent_id(obj):
        if hasattr(obj, "x"):
            return "the value %d" % obj.x

    def persistent_load(persid):
        if persid.startswith("the value "):
            return FancyInteger(int(persid.split()[2]))

    for module, protocol in each():
        datastream = stored(module, protocol, Integer(7), persistent_id)
        for text, expected in ((datastream, "I am the integer 7"), ("Pother\n.", "None")):
            up = module.Unpickler(StringIO(text))
            up.persistent_load = persistent_load
            assert str(up.load()) == expected


def main():
    wanted = [int(text) for text in sys.argv[1:]]
    for number, contradicted, function in CHECKS:
        if wanted and number not in wanted:
            continue
        detail = ""
        try:
            function()
            verdict = "contradicted" if contradicted else "holds"
        except Exception as error:
            verdict, detail = "fails", "%s: %s" % (type(error).__name__, error)
        print(json.dumps({"number": number, "verdict": verdict, "detail": detail}))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
