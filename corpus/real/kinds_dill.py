"""Kinds of dill: functions, classes and run-time objects that plain pickle refuses.

Written with dill 0.3 by CPython 3.11 and with 0.4 by CPython 3.13. By default dill stores a
function's globals as a reference to `__main__`; with `recurse` it stores the names that the
function uses.
"""

import functools
import itertools
import threading
import types
import weakref

import dill

import registry
import structure
from by_value import define
from registry import pinned


def dump(kind, value, protocol, keep):
    return dill.dumps(value, protocol)


def dump_recursively(kind, value, protocol, keep):
    return dill.dumps(value, protocol, recurse=True)


def load(data, buffers):
    return dill.loads(data)


default = functools.partial(registry.kind, "dill", libraries=("dill",), picklers=("pickle.py",),
                            dump=dump, load=load)
recursive = functools.partial(default, dump=dump_recursively)


@default(pinned((2,), ()), look=lambda f: f(3))
def lambda_plain():
    """A lambda, whose globals are a reference to the main module."""
    return define("double = lambda x: x * 2")["double"]


@recursive(pinned((), (3,)), look=lambda f: f(2))
def function_with_globals():
    """A function with the global number, function and module that it uses."""
    return define('''
        import math
        FACTOR = 2.5
        def helper(x):
            return math.floor(x * FACTOR)
        def entry(x, y=1, *, z=[2]):
            "Adds."
            return helper(x) + y + z[0]
    ''')["entry"]


@recursive(pinned((4,), ()), look=lambda f: f(5))
def recursive_function():
    """A function that calls itself by its global name."""
    return define('''
        def factorial(n):
            return 1 if n < 2 else n * factorial(n - 1)
    ''')["factorial"]


@default(pinned((4,), ()), look=lambda pair: (pair[0](), pair[0](), pair[1]()))
def closures_sharing_a_cell():
    """Two closures over one counter, which they still share after loading."""
    return define('''
        def counter(start):
            def up():
                nonlocal start
                start += 1
                return start
            def value():
                return start
            return [up, value]
    ''')["counter"](10)


@default(pinned((), (4,)), look=lambda f: f(5))
def recursive_closure():
    """A local function that refers to itself through its own cell."""
    return define('''
        def make():
            def fib(n):
                return n if n < 2 else fib(n - 1) + fib(n - 2)
            return fib
    ''')["make"]()


@default(pinned((), (2,)), look=lambda c: (c(3).area(), c.unit().side, c(2).double))
def class_by_value():
    """A class with methods of three sorts and a property."""
    return define('''
        class Square:
            kinds = ["plain"]
            def __init__(self, side):
                self.side = side
            def area(self):
                return self.side ** 2
            @classmethod
            def unit(cls):
                return cls(1)
            @staticmethod
            def name():
                return "square"
            @property
            def double(self):
                return self.side * 2
    ''')["Square"]


@default(pinned((), (5,)), look=lambda v: (v.speak(), v.sound))
def instance_of_subclass():
    """An instance of a class whose base is by value too."""
    return define('''
        class Animal:
            def speak(self):
                return "the " + self.sound
        class Dog(Animal):
            def __init__(self):
                self.sound = "woof"
    ''')["Dog"]()


@default(pinned((4,), ()), look=lambda v: (repr(v), v._fields))
def named_tuple_by_value():
    """A named tuple whose class is made anew from its fields."""
    return define('''
        import collections
        Spot = collections.namedtuple("Spot", "x y", defaults=[2])
    ''')["Spot"](3)


@default(pinned((2,), ()), look=lambda v: (v.name, v.tags))
def dataclass_by_value():
    """A data class by value, without the repr that a library writes."""
    return define('''
        import dataclasses
        @dataclasses.dataclass(repr=False)
        class Task:
            name: str
            tags: list = dataclasses.field(default_factory=list)
    ''')["Task"]("a")


@default(pinned((), (5,)), look=lambda p: p(2))
def partial_of_lambda():
    """A partial application of a lambda."""
    return functools.partial(define("power = lambda base, n: n ** base")["power"], 3)


@default(pinned((), (3,)), look=lambda f: [f(3), f(3), f.cache_info().maxsize])
def cached_function():
    """A function with a cache, which is rebuilt empty."""
    return define('''
        import functools
        @functools.lru_cache(maxsize=7)
        def square(x):
            return x * x
    ''')["square"]


@default(pinned((2,), ()), look=structure.by_repr)
def types_without_names():
    """Types that dill finds in a table of its own, among them the type of functions."""
    return [type(None), types.FunctionType, types.GeneratorType, type(Ellipsis), int,
            type({}.keys())]


@default(pinned((0,), ()), look=structure.by_repr)
def builtin_values():
    """Ellipsis, a range, a slice and a complex number, for which dill has its own calls."""
    return [Ellipsis, NotImplemented, range(1, 9, 2), slice(1, None), 1j, set([1]), b""]


@default(pinned((4,), ()), look=lambda v: [list(v[0]), list(v[1]), dict(v[2])])
def dict_views():
    """Views of a dict that stay linked to it, and a read-only proxy of it."""
    table = {"a": 1, "b": 2}
    return [table.keys(), table.values(), types.MappingProxyType(table), table]


@default(pinned((), (2,)), look=lambda v: [v[0].cell_contents, v[1].__name__, v[2]()])
def cells_and_methods():
    """A cell, a function that makes cells, and a bound method of an instance by value."""
    made = define('''
        class Door:
            def knock(self):
                return "who?"
        def around(x):
            return lambda: x
    ''')
    return [made["around"](5).__closure__[0], made["around"], made["Door"]().knock]


@default(pinned((4,), ()), look=lambda v: [lock.locked() for lock in v])
def locks():
    """A free lock and one that is held."""
    held = threading.Lock()
    held.acquire()
    return [threading.Lock(), held]


@default(pinned((), (5,)), look=lambda v: (v[1]() is v[0], v[2]()))
def weak_references():
    """A weak reference beside its object, and one whose object is gone."""
    made = define('''
        class Owner:
            pass
    ''')["Owner"]
    owner = made()
    return [owner, weakref.ref(owner), weakref.ref(made())]


@default(pinned((2,), ()), look=lambda v: [v[0].__get__(None, int)(), v[1].fget(3), v[2]])
def descriptors():
    """A class method, a property and a descriptor of a built-in type."""
    made = define('''
        def of_class(cls):
            return cls.__name__
        def of_instance(self):
            return self + 1
    ''')
    return [classmethod(made["of_class"]), property(made["of_instance"]), float.real]


@default(pinned((), (5,)), look=lambda v: [m.__name__ for m in v])
def modules():
    """Modules, by name."""
    return [types, itertools]


@recursive(pinned((), (5,)), look=lambda f: (f("x"), f.__name__, f.__wrapped__("y")))
def decorated_function():
    """A function under a decorator that keeps the original beside."""
    return define('''
        import functools
        def shout(f):
            @functools.wraps(f)
            def inner(*args):
                return f(*args).upper()
            return inner
        @shout
        def greet(name):
            return "hello " + name
    ''')["greet"]
