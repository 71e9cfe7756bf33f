"""Classes whose instances are reduced, stored and made in all the ways that the checks of instances.py
ask about. Importable, since pickles name them.
"""


class Plain:
    """Reduces to whatever it is given."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class InitRaises:
    def __init__(self):
        raise AssertionError("__init__ was called")


class Made:
    """Remembers how it was made."""

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        self.made = (args, kwargs)
        return self


class NewArgsEx(Made):
    def __getnewargs_ex__(self):
        return (1, 2), {"k": 3}

    def __getnewargs__(self):
        raise AssertionError("__getnewargs__ was called")

    def __getstate__(self):
        return None


class NewArgs(Made):
    args = (1, 2)

    def __getnewargs__(self):
        return self.args

    def __getstate__(self):
        return None


class Empty:
    __slots__ = ()


class Slots:
    __slots__ = ("a", "unset")


class SlotsAndDict(Slots):
    pass


class SetState:
    """Hands out a state, and remembers what __setstate__ got."""

    state = None

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.__dict__["got"] = state


class GetState:
    state = None

    def __getstate__(self):
        return self.state


class Reduces:
    value = None

    def __reduce__(self):
        return self.value


class Watched:
    """Tells which special methods were called while it was loaded."""

    __slots__ = ("x",)
    calls = []

    def __getattribute__(self, name):
        Watched.calls.append("get " + name)
        return object.__getattribute__(self, name)

    def __setattr__(self, name, value):
        Watched.calls.append("set " + name)
        object.__setattr__(self, name, value)


class Old:
    def __init__(self, *args):
        self.args = args


class Items(list):
    """Remembers how items were put in."""

    def __init__(self):
        self.calls = []

    def __reduce__(self):
        return Items, (), None, iter(list(self))

    def append(self, item):
        self.calls.append("append")
        super().append(item)

    def extend(self, items):
        self.calls.append("extend")
        super().extend(items)


class OnlyAppends:
    def __init__(self, *items):
        self.items = list(items)

    def __reduce__(self):
        return OnlyAppends, (), None, iter(self.items)

    def append(self, item):
        self.items.append(item)


class Pairs(dict):
    def __reduce__(self):
        return Pairs, (), None, None, iter(self.items())

    def __setitem__(self, key, value):
        super().__setitem__(key, ("set", value))


class Setter(SetState):
    def __reduce__(self):
        return Setter, (), self.state, None, None, set_state


def set_state(obj, state):
    obj.__dict__["setter"] = state


class ReduceEx:
    seen = []

    def __reduce_ex__(self, protocol):
        ReduceEx.seen.append(protocol)
        return ReduceEx, ()

    def __reduce__(self):
        raise AssertionError("__reduce__ was called")


class ReduceOnly:
    def __reduce__(self):
        return reduced, ("by __reduce__",)


def reduced(text):
    return [text]


singleton = Reduces()
