"""Live objects of every kind that picklers treat apart, for the tests of the module."""

import collections
import datetime
import decimal
import enum
import functools
import random


class Record:
    def __init__(self, number):
        self.number, self.text, self.nothing = number, str(number), None


class Outer:
    class Middle:
        class Inner:
            pass


class Color(enum.Enum):
    RED = 1


class Keyword:
    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.args = args, kwargs
        return self

    def __getnewargs_ex__(self):
        return (1,), {"key": 2}


class MyList(list):
    pass


class MyDict(dict):
    pass


class Slots:
    __slots__ = ("left", "right")

    def __init__(self):
        self.left = self.right = 1


def set_state(target, state):
    target.__dict__.update(state)


class WithSetter:
    def __reduce__(self):
        return object.__new__, (WithSetter,), {"a": 1}, None, None, set_state


def recursive():
    in_list, in_dict = [], {}
    in_list.append(in_list)
    in_dict["self"] = in_dict
    in_tuple = ([],)
    in_tuple[0].append(in_tuple)
    long_tuple = ([], 1, 2, 3)
    long_tuple[0].append(long_tuple)
    member = Record(1)
    member.members = frozenset([member])
    shared = MyList([Record(2)])
    shared[0].back = shared
    return [in_list, in_dict, in_tuple, long_tuple, member, shared]


def values():
    """A list of them; the same in each run."""
    edges = [n + d for bits in (7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 2040) for n in
             (1 << bits, -(1 << bits)) for d in (-1, 0, 1)]
    text = ["", "a", "\xe4", "\u20ac\U0001f600", "\ud800", "\n\\\0\x1a\r", "x" * 255, "x" * 256,
            "x" * 65535, "x" * 65536, "\xfc" * 70000]
    octets = [b"", b"a", b"x" * 255, b"\xff" * 256, b"x" * 65536]
    sizes = [0, 1, 2, 999, 1000, 1001, 2000, 2001]
    result = edges + text + octets + [bytearray(item) for item in octets]
    result += [1.5, -0.0, float("inf"), float("nan"), 1e-300, None, True, False, ..., NotImplemented]
    result += [list(range(n)) for n in sizes] + [tuple(range(n)) for n in (0, 1, 2, 3, 4, 1001)]
    result += [{i: str(i) for i in range(n)} for n in sizes]
    result += [set(range(n)) for n in sizes] + [frozenset(range(n)) for n in sizes]
    result += [MyList(range(n)) for n in sizes] + [MyDict((i, i) for i in range(n)) for n in sizes]
    result += [Outer, Outer.Middle, Outer.Middle.Inner, Outer.Middle.Inner(), type(None), type(...),
               type, len, str.join, [].append, Color.RED, Keyword(), Slots(), WithSetter()]
    result += [datetime.datetime(2020, 2, 2), decimal.Decimal("1.50"), 1j, range(5), slice(1, 2),
               functools.partial(int, "3", base=10), collections.OrderedDict(a=1, b=2),
               collections.deque([1, 2]), collections.defaultdict(list, {1: [2]}),
               collections.Counter("abca"), random.Random(1), ValueError("words")]
    result += recursive()
    result += [[Record(i) for i in range(3000)], [(i, [i]) for i in range(30000)],
               [str(i) for i in range(30000)]]
    return result
