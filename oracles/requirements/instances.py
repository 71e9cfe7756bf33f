"""R72 to R105: how instances are reduced, stored and made again."""

import collections
import copy
import copyreg
import pickle
import pickletools
import sys

from .instance_kinds import (Empty, GetState, InitRaises, Items, Made, NewArgs, NewArgsEx, Old,
                             OnlyAppends, Pairs, Plain, ReduceEx, ReduceOnly, Reduces, SetState,
                             Setter, Slots, SlotsAndDict, Watched, reduced, set_state, singleton)
from .registry import BOTH, MANUAL, MANUAL2, each, python2, raises, requirement

INSTANCES = MANUAL + "'Pickling Class Instances', "
PROTOCOL2 = MANUAL2 + "'The pickle protocol', "
ERRORS = (pickle.PicklingError, TypeError)


def copied(impl, protocol, obj):
    return impl.loads(impl.dumps(obj, protocol))


def opcodes(data):
    return [code.name for code, _, _ in pickletools.genops(data)]


def reducing(value):
    obj = Reduces()
    obj.value = value
    return obj


@requirement(72, "__init__ is not called when an instance is loaded.", INSTANCES + "introduction")
def _():
    for impl, protocol in each():
        assert type(copied(impl, protocol, InitRaises.__new__(InitRaises))) is InitRaises


@requirement(73, "An instance is made empty, and then its attributes are restored.",
             INSTANCES + "introduction")
def _():
    for impl, protocol in each():
        obj = Made(1, k=2)
        obj.x = [obj]
        back = copied(impl, protocol, obj)
        assert back.x[0] is back and back.made == ((1,), {"k": 2}) and back is not obj
        del obj.made
        # Protocols 0 and 1 call object.__new__.
        assert getattr(copied(impl, protocol, obj), "made", None) == (((), {}) if protocol >= 2 else None)


@requirement(74, "__getnewargs_ex__ returns the arguments of __new__, from protocol 2 on.",
             INSTANCES + "__getnewargs_ex__")
def _():
    for impl, protocol in each():
        data = impl.dumps(NewArgsEx(), protocol)
        made = ((1, 2), {"k": 3}) if protocol >= 2 else ((), {})
        # Below protocol 2 there is no call of NewArgsEx.__new__, but of object.__new__.
        assert getattr(impl.loads(data), "made", ((), {})) == made
        assert ("NEWOBJ_EX" in opcodes(data)) == (protocol >= 4)


@requirement(75, "Where there is __getnewargs_ex__, __getnewargs__ is not called.",
             INSTANCES + "__getnewargs__")
def _():
    for impl in BOTH:
        for protocol in range(2, 6):
            assert copied(impl, protocol, NewArgsEx()).made == ((1, 2), {"k": 3})


@requirement(76, "__getnewargs__ must return a tuple.", INSTANCES + "__getnewargs__")
def _():
    class NoTuple(NewArgs):
        args = [1, 2]

    for impl in BOTH:
        for protocol in range(2, 6):
            assert copied(impl, protocol, NewArgs()).made == ((1, 2), {})
            raises(TypeError, impl.dumps, NoTuple(), protocol)


@requirement(77, "Without __getnewargs__, __new__ gets no arguments.", PROTOCOL2 + "__getnewargs__")
def _():
    for impl in BOTH:
        for protocol in range(2, 6):
            obj = Made(1)
            obj.__dict__.clear()
            obj.kept = 1
            assert copied(impl, protocol, obj).made == ((), {})
            assert "EMPTY_TUPLE" in opcodes(impl.dumps(obj, protocol))


def state_of(obj):
    return obj.__reduce_ex__(2)[2]


@requirement(78, "Without __dict__ and __slots__ the state is None.", INSTANCES + "__getstate__")
def _():
    assert state_of(Empty()) is None and state_of(object()) is None
    for impl, protocol in each():
        assert "BUILD" not in opcodes(impl.dumps(Empty(), protocol))
        assert type(copied(impl, protocol, Empty())) is Empty


@requirement(79, "With a __dict__ and no __slots__ the state is the __dict__.",
             INSTANCES + "__getstate__",
             contradicted="the state is None where the __dict__ is empty")
def _():
    obj = Plain(x=1)
    assert state_of(obj) is obj.__dict__ and state_of(Plain()) in (None, {})
    for impl, protocol in each():
        assert copied(impl, protocol, obj).__dict__ == {"x": 1}
        assert "BUILD" not in opcodes(impl.dumps(Plain(), protocol))


@requirement(80, "With both, the state is the pair of __dict__ and of the slots that hold a value.",
             INSTANCES + "__getstate__")
def _():
    obj = SlotsAndDict()
    obj.a, obj.x = 1, 2
    assert state_of(obj) == ({"x": 2}, {"a": 1})
    for impl in BOTH:
        for protocol in range(2, 6):
            back = copied(impl, protocol, obj)
            assert back.a == 1 and back.__dict__ == {"x": 2} and not hasattr(back, "unset")
        for protocol in range(2):
            raises(ERRORS, impl.dumps, obj, protocol)


@requirement(81, "With __slots__ and no __dict__ the state is None and the slots.",
             INSTANCES + "__getstate__")
def _():
    obj = Slots()
    obj.a = 1
    assert state_of(obj) == (None, {"a": 1})
    for impl in BOTH:
        for protocol in range(2, 6):
            back = copied(impl, protocol, obj)
            assert back.a == 1 and not hasattr(back, "unset")


@requirement(82, "__setstate__ is called with the state, whatever kind of object that is.",
             INSTANCES + "__setstate__")
def _():
    for impl, protocol in each():
        for state in ({"x": 1}, [1], (1, 2), "text", 5, 2.5):
            obj = SetState()
            obj.state = state
            assert copied(impl, protocol, obj).got == state


@requirement(83, "Without __setstate__ the state must be a dict.", INSTANCES + "__setstate__",
             contradicted="a pair of dicts, or of None and a dict, is a state too: the second sets "
                          "attributes")
def _():
    for impl, protocol in each():
        obj = GetState()
        obj.state = {"x": 1}
        assert copied(impl, protocol, obj).__dict__ == {"x": 1}
        obj.state = (None, {"y": 1})
        assert copied(impl, protocol, obj).__dict__ == {"y": 1}
        for state, error in (([1], (pickle.UnpicklingError, AttributeError)),
                             (5, (pickle.UnpicklingError, AttributeError)),
                             ((1, 2, 3), (pickle.UnpicklingError, AttributeError))):
            obj.state = state
            raises(error, copied, impl, protocol, obj)


@requirement(84, "Where the state is None, __setstate__ is not called.", INSTANCES + "__setstate__, note")
def _():
    for impl, protocol in each():
        assert "got" not in copied(impl, protocol, SetState()).__dict__
        value = (SetState, (), None)
        assert "got" not in copied(impl, protocol, reducing(value)).__dict__


@requirement(85, "Where __getstate__ returns a false value, __setstate__ is not called.",
             PROTOCOL2 + "__setstate__, note",
             contradicted="true of protocols 0 and 1; from 2 on only None means no call")
def _():
    for impl, protocol in each():
        for state in ({}, 0, "", ()):
            obj = SetState()
            obj.state = state
            assert ("got" in copied(impl, protocol, obj).__dict__) == (protocol >= 2)


@requirement(86, "While loading, __getattr__, __getattribute__ or __setattr__ may be called.",
             PROTOCOL2 + "note on __getattr__")
def _():
    for impl in BOTH:
        for protocol in range(2, 6):
            obj = Watched()
            obj.x = 1
            data = impl.dumps(obj, protocol)
            Watched.calls.clear()
            impl.loads(data)
            assert Watched.calls.count("set x") == 1
            assert "get __setstate__" in Watched.calls


@requirement(87, "__getinitargs__ of a class of the old style gives arguments of its constructor.",
             PROTOCOL2 + "__getinitargs__")
def _():
    # Streams of Python 2, for a class of this module.
    name = Old.__module__.encode()
    for data in (b"(I1\nI2\ni" + name + b"\nOld\n(db.",
                 b"(c" + name + b"\nOld\nK\x01K\x02o}b."):
        for impl in BOTH:
            assert impl.loads(data).args == (1, 2)
    for impl in BOTH:
        assert impl.loads(b"(i" + name + b"\nOld\n.").__dict__ == {}


@requirement(88, "__reduce__ takes no argument and returns a string or a tuple.",
             INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        assert copied(impl, protocol, reducing((list, ("ab",)))) == ["a", "b"]
        assert copied(impl, protocol, singleton_named("singleton")) is singleton
        for value in (5, [list, ()], None, b"singleton"):
            raises(ERRORS, impl.dumps, reducing(value), protocol)


def singleton_named(name):
    singleton.value = name
    return singleton


@requirement(89, "A string from __reduce__ names a global of the object's module.",
             INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        assert copied(impl, protocol, singleton_named("singleton")) is singleton
        for name in ("not_there", "reduced"):
            raises(pickle.PicklingError, impl.dumps, singleton_named(name), protocol)
        raises(pickle.PicklingError, impl.dumps, reducing("singleton"), protocol)


python2(90, "A tuple of __reduce__ has two to five items.", PROTOCOL2 + "__reduce__")


@requirement(91, "A tuple of __reduce__ has two to six items; the optional ones may be None.",
             INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        for more in range(5):
            assert copied(impl, protocol, reducing((list, ()) + (None,) * more)) == []
        for value in ((), (list,), (list, (), None, None, None, None, None)):
            raises(pickle.PicklingError, impl.dumps, reducing(value), protocol)


@requirement(92, "The first item is callable, and makes the object.", INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        assert copied(impl, protocol, reducing((reduced, (5,)))) == [5]
        for first in (None, 5, "list"):
            raises(ERRORS, impl.dumps, reducing((first, ())), protocol)


@requirement(93, "The second item is a tuple, empty where there are no arguments.",
             INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        assert copied(impl, protocol, reducing((list, ()))) == []
        for second in (None, [], "", {}):
            raises(ERRORS, impl.dumps, reducing((list, second)), protocol)


python2(94, "The second item may be None no more.", PROTOCOL2 + "__reduce__, 'Changed in version 2.5'")

python2(95, "The callable must be a class, registered as safe, or have __safe_for_unpickling__.",
        PROTOCOL2 + "__reduce__",
        contradicted="2.7 calls any callable, and copy_reg.constructor only asks whether it is one")


@requirement(96, "The fourth item's items go in by append or extend, so that both must be there.",
             INSTANCES + "__reduce__",
             contradicted="append alone is enough: extend is not used where there is none")
def _():
    for impl, protocol in each():
        for count in (1, 3):
            items = Items()
            items.extend(range(count))
            back = copied(impl, protocol, items)
            assert back == list(range(count)) and set(back.calls) <= {"append", "extend"}
            assert copied(impl, protocol, OnlyAppends(*range(count))).items == list(range(count))


@requirement(97, "Which of append and extend is used depends on protocol and count.",
             INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        for count in (1, 3):
            items = Items()
            items.extend(range(count))
            names = opcodes(impl.dumps(items, protocol))
            expected = "APPEND" if protocol == 0 or count == 1 else "APPENDS"
            assert names.count(expected) == (count if expected == "APPEND" else 1)


@requirement(98, "The fifth item's pairs are stored by obj[key] = value.", INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        pairs = Pairs()
        dict.update(pairs, {"a": 1, "b": 2})
        back = copied(impl, protocol, pairs)
        assert type(back) is Pairs and back == {"a": ("set", 1), "b": ("set", 2)}


@requirement(99, "The sixth item, called with object and state, goes before __setstate__.",
             INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        obj = Setter()
        obj.__dict__["state"] = [1]
        assert copied(impl, protocol, obj).__dict__ == {"setter": [1]}
        obj.__dict__["state"] = None
        assert copied(impl, protocol, obj).__dict__ == {}


@requirement(100, "__reduce_ex__ is called with the protocol, an int.", INSTANCES + "__reduce_ex__")
def _():
    for impl in BOTH:
        ReduceEx.seen.clear()
        for protocol in range(6):
            impl.dumps(ReduceEx(), protocol)
        impl.dumps(ReduceEx(), -1)
        impl.dumps(ReduceEx())
        assert ReduceEx.seen == [0, 1, 2, 3, 4, 5, 5, pickle.DEFAULT_PROTOCOL]


@requirement(101, "__reduce_ex__ is called in place of __reduce__.", INSTANCES + "__reduce_ex__")
def _():
    for impl, protocol in each():
        assert type(copied(impl, protocol, ReduceEx())) is ReduceEx
        assert copied(impl, protocol, ReduceOnly()) == ["by __reduce__"]


@requirement(102, "__reduce_ex__ of object calls a __reduce__ that a class overrides.",
             PROTOCOL2 + "__reduce_ex__")
def _():
    for protocol in range(6):
        assert object.__reduce_ex__(ReduceOnly(), protocol) == (reduced, ("by __reduce__",))
        assert object.__reduce_ex__(Plain(), protocol)[0] in (copyreg._reconstructor,
                                                              copyreg.__newobj__)


@requirement(103, "A function registered with copyreg is called with the object, and is a __reduce__.",
             PROTOCOL2 + "copy_reg")
def _():
    copyreg.pickle(Plain, lambda obj: (reduced, (obj.text,)))
    try:
        for impl, protocol in each():
            assert copied(impl, protocol, Plain(text="registered")) == ["registered"]
    finally:
        del copyreg.dispatch_table[Plain]


@requirement(104, "The state setter stands in for __setstate__ of the object, and is stored with it.",
             INSTANCES + "__reduce__")
def _():
    for impl, protocol in each():
        value = (Plain, (), {"x": 1}, None, None, set_state)
        data = impl.dumps(reducing(value), protocol)
        assert b"set_state" in data and impl.loads(data).__dict__ == {"setter": {"x": 1}}
        raises(ERRORS, copied, impl, protocol, reducing(value[:5] + (5,)))


@requirement(105, "copy and deepcopy use the same protocol.", PROTOCOL2 + "note on the copy module",
             contradicted="they know no sixth item of a reduce tuple: a TypeError from 3.10 on, and "
                          "before it is taken for deepcopy's own function")
def _():
    slots = SlotsAndDict()
    slots.a, slots.x = [1], [2]
    pairs = Pairs()
    dict.update(pairs, {"a": 1})
    state = SetState()
    state.__dict__["state"] = [1]
    for obj in (Plain(x=[1]), slots, pairs, state, NewArgsEx(), NewArgs(), ReduceOnly(),
                collections.deque([1], 5), collections.Counter("aab"), OSError(1, "a")):
        for impl in BOTH:
            pickled = copied(impl, 4, obj)
            for other in (copy.copy(obj), copy.deepcopy(obj)):
                assert picture(other) == picture(pickled), (picture(other), picture(pickled))
    setter = Setter()
    setter.__dict__["state"] = [1]
    if sys.version_info >= (3, 10):
        raises(TypeError, copy.copy, setter)
        raises(TypeError, copy.deepcopy, setter)
    else:
        assert copy.copy(setter).__dict__ == {"got": [1]}


def picture(obj):
    slots = [(name, getattr(obj, name)) for name in ("a", "unset", "args") if hasattr(obj, name)]
    items = list(obj.items()) if isinstance(obj, dict) else list(obj) if hasattr(obj, "__iter__") else 0
    return type(obj), getattr(obj, "__dict__", None), slots, items
