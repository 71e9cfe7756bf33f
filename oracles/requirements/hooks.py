"""R106 to R122: dispatch tables, reducer_override, persistent ids."""

import collections
import copyreg
import io
import pickle
import sys

from .registry import (AS_WRITTEN, BOTH, C, MANUAL, MANUAL2, PY, each, python2, raises, requirement)

PICKLER = MANUAL + "'Module Interface', Pickler."
UNPICKLER = MANUAL + "'Module Interface', Unpickler."
TABLES = MANUAL + "'Dispatch Tables'"
EXTERNAL = MANUAL + "'Persistence of External Objects'"
EXTERNAL2 = MANUAL2 + "'Pickling and unpickling external objects'"


class Some:
    pass


class Other:
    pass


class Number(int):
    pass


def reduce_some(obj):
    return str, ("some",)


def reduce_other(obj):
    return str, ("other",)


def dumped(pickler_class, obj, protocol=None, **attributes):
    file = io.BytesIO()
    pickler = pickler_class(file, protocol)
    for name, value in attributes.items():
        setattr(pickler, name, value)
    pickler.dump(obj)
    return file.getvalue()


def loaded(impl, data, load):
    """Loads with this function in the place of persistent_load."""
    class Reader(impl.Unpickler):
        def persistent_load(self, pid):
            return load(pid)

    return Reader(io.BytesIO(data)).load()


def with_ids(impl, protocol, obj, identify):
    """The pickle, with this function in the place of persistent_id."""
    class Writer(impl.Pickler):
        def persistent_id(self, obj):
            return identify(obj)

    return dumped(Writer, obj, protocol)


@requirement(106, "A Pickler has no dispatch_table by default, and copyreg's is used.",
             PICKLER + "dispatch_table")
def _():
    for impl in BOTH:
        raises(AttributeError, getattr, impl.Pickler(io.BytesIO()), "dispatch_table")
        copyreg.pickle(Some, reduce_some)
        try:
            assert impl.loads(impl.dumps(Some())) == "some"
        finally:
            del copyreg.dispatch_table[Some]


@requirement(107, "dispatch_table can be set to any dict-like object, for one Pickler.",
             PICKLER + "dispatch_table")
def _():
    copyreg.pickle(Other, reduce_other)
    try:
        for impl, protocol in each():
            for table in ({Some: reduce_some}, collections.ChainMap({}, {Some: reduce_some})):
                data = dumped(impl.Pickler, [Some(), Other()], protocol, dispatch_table=table)
                some, other = impl.loads(data)
                assert some == "some" and type(other) is Other  # copyreg's is not asked
            assert impl.loads(impl.dumps(Other(), protocol)) == "other"
    finally:
        del copyreg.dispatch_table[Other]


@requirement(108, "A dispatch_table of a subclass is shared by its instances.", TABLES)
def _():
    for impl, protocol in each():
        class MyPickler(impl.Pickler):
            dispatch_table = copyreg.dispatch_table.copy()
            dispatch_table[Some] = reduce_some

        for _ in range(2):
            assert impl.loads(dumped(MyPickler, Some(), protocol)) == "some"
        assert type(impl.loads(impl.dumps(Some(), protocol))) is Some


@requirement(109, "copyreg.pickle changes the table of all users of copyreg.", TABLES)
def _():
    copyreg.pickle(Some, reduce_some)
    try:
        for impl, protocol in each():
            assert impl.loads(impl.dumps(Some(), protocol)) == "some"
        raises(TypeError, copyreg.pickle, Some, "no function")
    finally:
        del copyreg.dispatch_table[Some]


def overriding(impl, override):
    class Writer(impl.Pickler):
        dispatch_table = {Some: reduce_some}

        def reducer_override(self, obj):
            return override(obj)

    return Writer


@requirement(110, "reducer_override goes before any reducer of dispatch_table.",
             PICKLER + "reducer_override")
def _():
    def override(obj):
        return reduce_other(obj) if isinstance(obj, Some) else NotImplemented

    for impl, protocol in each():
        assert impl.loads(dumped(overriding(impl, override), [Some()], protocol)) == ["other"]


@requirement(111, "Where reducer_override returns NotImplemented, dispatch_table is asked.",
             PICKLER + "reducer_override")
def _():
    for impl, protocol in each():
        asked = []

        def override(obj):
            asked.append(type(obj))
            return NotImplemented

        assert impl.loads(dumped(overriding(impl, override), [Some()], protocol)) == ["some"]
        assert Some in asked
        raises(pickle.PicklingError, dumped, overriding(impl, lambda obj: 5), Some(), protocol)


@requirement(112, "reducer_override may not be called for None, bools and exact instances of int, float, "
                  "bytes, str, dict, set, frozenset, list and tuple.",
             MANUAL + "'Custom Reduction for Types, Functions, and Other Objects', note")
def _():
    plain = (None, True, 5, 2.5, b"a", "a", {1: 2}, {1}, frozenset([1]), [1], (1, 2))

    for impl, protocol in each():
        asked = []

        def override(obj):
            asked.append(type(obj))
            return NotImplemented

        writer = overriding(impl, override)
        for obj in plain:
            assert impl.loads(dumped(writer, obj, protocol)) == obj
        # _pickle asks for none of them, but for the functions that make them; pickle.py for all.
        of_plain = {type(obj) for obj in plain} & set(asked)
        assert len(of_plain) == (0 if impl is C else len(plain)), of_plain
        assert impl.loads(dumped(writer, Number(5), protocol)) == 5 and Number in asked


@requirement(113, "The example: reducer_override stores a class by value, and it is loaded without it.",
             MANUAL + "'Custom Reduction for Types, Functions, and Other Objects'")
def _():
    for impl, protocol in each():
        class MyClass:
            my_attribute = 1

        class MyPickler(impl.Pickler):
            def reducer_override(self, obj):
                if getattr(obj, "__name__", None) == "MyClass":
                    return type, (obj.__name__, obj.__bases__, {"my_attribute": obj.my_attribute})
                return NotImplemented

        data = dumped(MyPickler, MyClass, protocol)
        del MyClass
        unpickled_class = impl.loads(data)
        assert isinstance(unpickled_class, type)
        assert unpickled_class.__name__ == "MyClass" and unpickled_class.my_attribute == 1


@requirement(114, "What persistent_id returns is stored for the object, unless it is None.",
             PICKLER + "persistent_id")
def _():
    for impl, protocol in each():
        for pid in ("name", "") + ((0, False) if protocol else ()):
            def identify(obj, pid=pid):
                return pid if isinstance(obj, Some) else None

            data = with_ids(impl, protocol, [Some(), 1, "a"], identify)
            given = []
            assert loaded(impl, data, lambda pid: given.append(pid) or "external") == ["external", 1, "a"]
            assert given == [pid] and type(given[0]) is type(pid)


@requirement(115, "A persistent id can have no persistent id itself.", PICKLER + "persistent_id")
def _():
    for impl in BOTH:
        for protocol in range(1, 6):
            def identify(obj):
                return ("id", "inside") if isinstance(obj, (Some, tuple)) else None

            data = with_ids(impl, protocol, Some(), identify)
            assert loaded(impl, data, lambda pid: pid) == ("id", "inside")

            def also_inside(obj):
                return "other" if obj == "inside" else identify(obj)

            data = with_ids(impl, protocol, Some(), also_inside)
            assert loaded(impl, data, lambda pid: pid) == ("id", "other")


@requirement(116, "At protocol 0 a persistent id is a string of alphanumeric characters.", EXTERNAL,
             contradicted="any ASCII text is taken, also line feeds, which break the stream, and other "
                          "objects as their str()")
def _():
    for impl in BOTH:
        def stored(pid):
            return with_ids(impl, 0, Some(), lambda obj: pid if isinstance(obj, Some) else None)

        assert loaded(impl, stored("a 1!"), str) == "a 1!"
        assert loaded(impl, stored(5), repr) == "'5'"
        raises(pickle.PicklingError, stored, "\xe9")
        raises(pickle.UnpicklingError if impl is C else Exception, loaded, impl, stored("a\n!"), str)


@requirement(117, "From protocol 1 on a persistent id is any object that can be pickled.", EXTERNAL)
def _():
    for impl in BOTH:
        for protocol in range(1, 6):
            for pid in (5, 2.5, (1, "a"), [1], {"a": 1}, b"a", "\xe9\n"):
                data = with_ids(impl, protocol, Some(), lambda obj: pid if isinstance(obj, Some) else None)
                back = loaded(impl, data, lambda pid: pid)
                assert back == pid and type(back) is type(pid)
            raises(TypeError, with_ids, impl, protocol, Some(), lambda obj: (x for x in ()))


@requirement(118, "persistent_load raises UnpicklingError by default.", UNPICKLER + "persistent_load")
def _():
    for impl in BOTH:
        for data in (b"Pname\n.", b"K\x05Q."):
            raises(pickle.UnpicklingError, impl.loads, data)


@requirement(119, "persistent_load should raise UnpicklingError for an id that it does not know.",
             UNPICKLER + "persistent_load")
def _():
    def load(pid):
        raise pickle.UnpicklingError("unsupported persistent object")

    for impl, protocol in each():
        data = with_ids(impl, protocol, [Some()], lambda obj: "x" if isinstance(obj, Some) else None)
        error = raises(pickle.UnpicklingError, loaded, impl, data, load)
        assert str(error) == "unsupported persistent object"


@requirement(120, "persistent_id and persistent_load are attributes to set on pickler and unpickler.",
             EXTERNAL2,
             contradicted="in Python 3 they are methods of subclasses; the C classes take the attributes "
                          "up to 3.12, and from 3.13 on they are read-only")
def _():
    def identify(obj):
        return "name" if isinstance(obj, Some) else None

    def attempt(impl):
        data = dumped(impl.Pickler, [Some()], 2, persistent_id=identify)
        unpickler = impl.Unpickler(io.BytesIO(data))
        unpickler.persistent_load = str.upper
        assert unpickler.load() == ["NAME"]

    attempt(PY)
    if sys.version_info >= (3, 13):
        raises(AttributeError, attempt, C)
        return None
    attempt(C)
    return AS_WRITTEN


python2(121, "persistent_load of cPickle may be a list, to which ids are appended.", EXTERNAL2)

python2(122, "noload is like load, but creates no objects; it finds persistent ids.",
        MANUAL2 + "'Usage', noload")
