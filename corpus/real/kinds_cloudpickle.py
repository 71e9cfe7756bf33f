"""Kinds of cloudpickle: functions and classes by value, as `__main__` defines them.

Written with cloudpickle 2.2 by CPython 3.11 and with 3.1 by CPython 3.13; the code objects inside
can be read only by the Python version that wrote them. Classes with methods that a library writes,
such as named tuples, are left out: the methods take the path of the library's module along.
"""

import functools
import random
import sys
import types
import uuid

import cloudpickle

import registry
from by_value import define
from registry import pinned


def dump(kind, value, protocol, keep):
    """Returns cloudpickle's stream, with class tracker ids that are the same in every run.

    The ids are random and a reader takes classes with equal ids for one class, so each stream
    gets ids of its own.
    """
    chance = random.Random("%s %d %s" % (kind.name, protocol, sys.version_info[:2]))
    uuid.uuid4 = lambda: uuid.UUID(int=chance.getrandbits(128), version=4)
    return cloudpickle.dumps(value, protocol)


def load(data, buffers):
    return cloudpickle.loads(data)


kind = functools.partial(registry.kind, "cloudpickle", libraries=("cloudpickle",), dump=dump,
                         load=load)


@kind(pinned((2,), (0,)), look=lambda f: f(3))
def lambda_plain():
    """A lambda without free variables."""
    return define("double = lambda x: x * 2")["double"]


@kind(pinned((4,), ()), look=lambda f: (f(1), f(1, scale=3), f.__doc__, f.note, f.__defaults__))
def function_with_everything():
    """A function with defaults, keyword-only parameters, annotations, a docstring, an attribute."""
    return define('''
        def area(width: int, height=[2], *rest, scale: float = 1.0, **more) -> float:
            """Returns an area."""
            return width * height[0] * scale
        area.note = ("kept", 1)
    ''')["area"]


@kind(pinned((), (1,)), look=lambda f: f(2))
def function_with_globals():
    """A function that uses a global number, another function and two modules."""
    return define('''
        import math
        import collections.abc
        FACTOR = 2.5
        def helper(x):
            return math.floor(x * FACTOR)
        def entry(x):
            return [helper(x), isinstance([], collections.abc.Sized), unused_until_called]
        unused_until_called = None
    ''')["entry"]


@kind(pinned((4,), ()), look=lambda pair: (pair[0](), pair[0](), pair[1].__closure__ is not None))
def closures_sharing_a_cell():
    """Two closures over one counter."""
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


@kind(pinned((), (5,)), look=lambda f: f(6))
def recursive_function():
    """A function that calls itself, and one pair that call each other."""
    return define('''
        def even(n):
            return n == 0 or odd(n - 1)
        def odd(n):
            return n != 0 and even(n - 1)
        def factorial(n):
            return 1 if n < 2 else n * factorial(n - 1) + even(n) - 1
    ''')["factorial"]


@kind(pinned((5,), ()), look=lambda f: f(5))
def recursive_closure():
    """A local function that refers to itself through its own cell."""
    return define('''
        def make():
            def fib(n):
                return n if n < 2 else fib(n - 1) + fib(n - 2)
            return fib
    ''')["make"]()


@kind(pinned((), (5,)), look=lambda fs: [list(fs[0](3)), fs[1].__name__, fs[2].__name__])
def generators_and_coroutines():
    """A generator function, a coroutine function and an asynchronous generator function."""
    return define('''
        def squares(n):
            yield from (i * i for i in range(n))
        async def fetch(x):
            return await x
        async def stream(n):
            for i in range(n):
                yield i
        ALL = [squares, fetch, stream]
    ''')["ALL"]


@kind(pinned((3,), ()), look=lambda f: (f("x"), f.__name__, f.__wrapped__("y")))
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


@kind(pinned((), (5,)), look=lambda p: p(2))
def partial_of_lambda():
    """A partial application of a lambda."""
    return functools.partial(define("power = lambda base, n: n ** base")["power"], 3)


@kind(pinned((), (2,)), look=lambda c: (c(3).area(), c.unit().side, c(2).double, c.__doc__))
def class_by_value():
    """A class with a docstring, methods of three sorts, a property and a class attribute."""
    return define('''
        class Square:
            """A square."""
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
                return Square(self.side * 2).side
    ''')["Square"]


@kind(pinned((4,), ()), look=lambda v: (v.speak(), v.sound, [c.__name__ for c in type(v).mro()]))
def instance_of_subclass():
    """An instance of a class whose base is by value too, with a call of `super`."""
    return define('''
        class Animal:
            def speak(self):
                return "the " + self.sound
        class Dog(Animal):
            def __init__(self):
                self.sound = "woof"
            def speak(self):
                return super().speak() + "!"
    ''')["Dog"]()


@kind(pinned((4,), ()), look=lambda v: (v.x, v.y, type(v).__name__))
def instance_with_slots():
    """An instance of a class by value with slots."""
    return define('''
        class Pair:
            __slots__ = ("x", "y")
            def __init__(self, x, y):
                self.x, self.y = x, y
    ''')["Pair"](1, "two")


@kind(pinned((), (4,)), look=lambda e: [(m.name, m.value) for m in e[0]] + [e[1].name])
def enum_by_value():
    """An enumeration by value and one of its members."""
    made = define('''
        import enum
        class Shade(enum.Enum):
            DARK = 1
            LIGHT = "two"
            def upper(self):
                return self.name.upper()
    ''')["Shade"]
    return [made, made.LIGHT]


@kind(pinned((), (5,)), look=lambda v: (v.name, v == type(v)("a"), v.tags))
def dataclass_by_value():
    """A data class by value with a default factory, without the repr that a library writes."""
    return define('''
        import dataclasses
        @dataclasses.dataclass(repr=False, order=True)
        class Task:
            name: str
            tags: list = dataclasses.field(default_factory=list)
    ''')["Task"]("a")


@kind(pinned((4,), ()), look=lambda c: (sorted(c.__abstractmethods__), isinstance(1, c)))
def abstract_class():
    """An abstract class by value with a registered class."""
    return define('''
        import abc
        class Shape(abc.ABC):
            @abc.abstractmethod
            def area(self):
                ...
        Shape.register(int)
    ''')["Shape"]


@kind(pinned((), (4,)), look=lambda v: (v.content, type(v).__name__, type(type(v)).__name__))
def metaclass_by_value():
    """An instance of a class by value whose metaclass is by value too."""
    return define('''
        class Tracked(type):
            def __call__(cls, *args):
                made = super().__call__(*args)
                made.tracked = True
                return made
        class Holder(metaclass=Tracked):
            def __init__(self, content):
                self.content = content
    ''')["Holder"]([1])


@kind(pinned((5,), ()), look=lambda v: (v.args, v.code, type(v).__name__))
def exception_by_value():
    """An exception whose class is by value, with an attribute."""
    made = define('''
        class Refused(ValueError):
            code = 7
    ''')["Refused"]("no", 1)
    made.extra = {"at": 3}
    return made


@kind(pinned((4,), ()), look=lambda v: (v[0].name, v[0].peer.peer is v[0], v[1] is type(v[0])))
def class_and_instance_cycle():
    """A class by value whose attribute is its own instance."""
    made = define('''
        class Player:
            def __init__(self, name):
                self.name = name
        Player.first = Player("ann")
        Player.first.peer = Player("bo")
        Player.first.peer.peer = Player.first
    ''')["Player"]
    return [made.first, made]


@kind(pinned((), (5,)), look=lambda f: f.__code__.co_code and f.__code__.co_name)
def code_with_many_constants():
    """A function whose code holds nested code, frozen sets, tuples, bytes and a large integer."""
    return define('''
        def mixed(x):
            table = {n: (lambda m: m + n) for n in (1, 2.5, 3j)}
            try:
                return x in {"a", b"b", 10 ** 30, None, ...}, [y async for y in x] if 0 else table
            except* ValueError as group:
                raise RuntimeError from group
    '''.replace("[y async for y in x] if 0 else ", ""))["mixed"]


@kind(pinned((), (5,)), look=lambda v: [bytes(v[0]), list(v[1]), list(v[2])])
def views():
    """What plain pickle refuses: a memory view and the views of a dict."""
    table = {"a": 1, "b": 2}
    return [memoryview(b"view"), table.keys(), table.values()]


@kind(pinned((), (4,)), look=lambda v: (v.__name__, v.answer, v.double(4)))
def dynamic_module():
    """A module made at run time, by value."""
    module = types.ModuleType("made_at_run_time")
    module.answer = 42
    exec(compile("def double(x):\n    return x * 2\n", "<pickleproof>", "exec"), vars(module))
    return module
