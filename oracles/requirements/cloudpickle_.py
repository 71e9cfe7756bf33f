"""R151 to R163: cloudpickle. By-value results are looked at in a fresh process, which does not have the
classes and functions that this one remembers.
"""

import importlib
import os
import pickle
import pickletools
import sys

from .registry import (AS_WRITTEN, README, cloudpickle, fresh, in_main, of_cloudpickle, raises,
                       scratch)

# Loads a stream of the standard input in a process that has only pickle, and what it imports.
LOADS = "import pickle\nf = pickle.loads(sys.stdin.buffer.read())\n"
PROTOCOLS = range(6)


def opcodes(data):
    return {code.name for code, _, _ in pickletools.genops(data)}


def names_code(data):
    """Whether the stream makes a function of its code, and not by name."""
    return b"_make_function" in data


class Module:
    """A module that can be imported here, and not in fresh processes that don't get its folder."""

    def __init__(self, source, name="my_module"):
        self.source = source
        self.name = name

    def __enter__(self):
        self.folder = scratch(**{self.name: self.source})
        self.path = self.folder.__enter__()
        sys.path.insert(0, self.path)
        importlib.invalidate_caches()
        self.module = importlib.import_module(self.name)
        return self

    def __exit__(self, *error):
        sys.path.remove(self.path)
        del sys.modules[self.name]
        return self.folder.__exit__(*error)


@of_cloudpickle(151, "A lambda is pickled, and plain pickle loads it.",
                README + "'Pickling a lambda expression'")
def _():
    lib = cloudpickle()
    for protocol in PROTOCOLS:
        squared = lambda x: x ** 2  # noqa: E731
        assert pickle.loads(lib.dumps(squared, protocol))(2) == 4
    assert fresh(LOADS + "print(f(2))", lib.dumps(squared)) == "4"
    raises((pickle.PicklingError, AttributeError), pickle.dumps, squared)


SESSION = "CONSTANT = 42\ndef my_function(data: int) -> int:\n    return data + CONSTANT\n"


@of_cloudpickle(152, "A function defined interactively travels with the globals that it uses.",
                README + "'Pickling a function interactively defined'")
def _():
    lib = cloudpickle()
    main = in_main(SESSION + "UNUSED = 'left behind'\n")
    for protocol in PROTOCOLS:
        data = lib.dumps(main.my_function, protocol)
        assert b"left behind" not in data
        assert pickle.loads(data)(43) == 85
    program = LOADS + "print(f(43), 'CONSTANT' in globals())"
    assert fresh(program, lib.dumps(main.my_function)) == "85 False"


@of_cloudpickle(153, "Such a function keeps its name, its module and its annotations.",
                README + "'Pickling a function interactively defined'")
def _():
    data = cloudpickle().dumps(in_main(SESSION).my_function)
    program = LOADS + "import inspect\nprint(f.__module__, f.__qualname__, inspect.signature(f))"
    assert fresh(program, data) == "__main__ my_function (data: int) -> int"


@of_cloudpickle(154, "cloudpickle can pickle functions and classes by value, pickle only by reference.",
                README + "'An important difference'")
def _():
    lib = cloudpickle()
    main = in_main("def f(): return 'a value'\nclass C:\n    attr = 'a value'\n")
    for obj in (main.f, main.C):
        assert b"a value" in lib.dumps(obj) and b"a value" not in pickle.dumps(obj)
    for obj in (os.path.join, pickle.Pickler, Module):
        assert lib.dumps(obj, 4) == pickle.dumps(obj, 4)
    program = LOADS + "print(f().attr, f.__name__)"
    assert fresh(program, lib.dumps(main.C)) == "a value C"
    assert fresh(program, pickle.dumps(main.C)) == "AttributeError"


@of_cloudpickle(155, "What an interactive session defines is detected, and pickled by value.",
                README + "'An important difference'")
def _():
    lib = cloudpickle()
    main = in_main("import enum\nclass Color(enum.Enum):\n    RED = 1\n"
                   "class C:\n    def m(self): return Color.RED\ndef f(): return C().m()\ninstance = C()\n")
    program = LOADS + "print(f().name)"
    assert fresh(program, lib.dumps(main.f)) == "RED"
    assert fresh(program.replace("f()", "f.m()"), lib.dumps(main.instance)) == "RED"
    raises(pickle.PicklingError, pickle.dumps, eval("lambda: 0", main.__dict__))


@of_cloudpickle(156, "A module that can be imported is not detected as missing elsewhere.",
                README + "'locally importable modules'")
def _():
    lib = cloudpickle()
    with Module("def my_function(): return 'imported'") as my:
        data = lib.dumps(my.module.my_function)
        assert not names_code(data)
        assert fresh(LOADS + "print(f())", data) == "ModuleNotFoundError"
        assert fresh(LOADS + "print(f())", data, path=my.path) == "imported"


@of_cloudpickle(157, "register_pickle_by_value makes a module's functions travel by value; the text once "
                     "calls its opposite unregister_pickle.",
                README + "'register_pickle_by_value'",
                contradicted="its name is unregister_pickle_by_value, as the example has it")
def _():
    lib = cloudpickle()
    assert not hasattr(lib, "unregister_pickle") and hasattr(lib, "unregister_pickle_by_value")
    with Module("X = 'by value'\ndef my_function(): return X\nclass C: pass") as my:
        lib.register_pickle_by_value(my.module)
        try:
            assert lib.list_registry_pickle_by_value() == {"my_module"}
            assert fresh(LOADS + "print(f())", lib.dumps(my.module.my_function)) == "by value"
            assert fresh(LOADS + "print(f.__module__)", lib.dumps(my.module.C)) == "my_module"
        finally:
            lib.unregister_pickle_by_value(my.module)
        raises(ValueError, lib.unregister_pickle_by_value, my.module)
    raises(ValueError, lib.register_pickle_by_value, "my_module")


@of_cloudpickle(158, "After unregister_pickle_by_value they travel by reference again.",
                README + "'register_pickle_by_value', example")
def _():
    lib = cloudpickle()
    with Module("def my_function(): return 'mine'") as my:
        before = lib.dumps(my.module.my_function)
        lib.register_pickle_by_value(my.module)
        by_value = lib.dumps(my.module.my_function)
        lib.unregister_pickle_by_value(my.module)
        after = lib.dumps(my.module.my_function)
        assert names_code(by_value) and not names_code(after) and before == after
        assert fresh(LOADS + "print(f())", after) == "ModuleNotFoundError"


@of_cloudpickle(159, "An import in the body of a function by value may fail where it is called.",
                README + "'may fail in the following situations', first")
def _():
    lib = cloudpickle()
    with Module("def g(): return 1", name="another_module") as another:
        main = in_main("def f():\n    from another_module import g\n    return g() + 1\n")
        data = lib.dumps(main.f)
        assert fresh(LOADS + "print('loaded')\nprint(f())", data) == "loaded\nModuleNotFoundError"
        assert fresh(LOADS + "print(f())", data, path=another.path) == "2"


@of_cloudpickle(160, "A function by reference that uses one by value may fail.",
                README + "'may fail in the following situations', second")
def _():
    lib = cloudpickle()
    # Elsewhere both modules are older: what was changed here arrives only with what is by value.
    with Module("def value(): return 'new'", name="by_value") as changed:
        with Module("import by_value\ndef outer(): return by_value.value()", name="by_name") as named:
            lib.register_pickle_by_value(changed.module)
            try:
                data = lib.dumps([changed.module.value, named.module.outer])
            finally:
                lib.unregister_pickle_by_value(changed.module)
            with scratch(by_value="def value(): return 'old'", by_name=named.source) as elsewhere:
                program = LOADS + "print(f[0](), f[1]())"
                assert fresh(program, data, path=elsewhere) == "new old"


# lambda x: x + 1, as cloudpickle 3.1.2 writes it under Python 3.8.
PLUS_ONE_OF_3_8 = (
    b"\x80\x04\x8c\x17cloudpickle.cloudpickle\x94\x8c\x0e_make_function\x93(h\0\x8c\r_builtin_type\x93"
    b"\x8c\x08CodeType\x85R(K\x01K\0K\0K\x01K\x02KCC\x08|\0d\x01\x17\0S\0NK\x01\x86)\x8c\x01x\x85"
    b"\x8c\x08<string>\x8c\x08<lambda>K\x03C\0))tR}(\x8c\x0b__package__N\x8c\x08__name__\x94"
    b"\x8c\x08__main__\x94uNNNtR.")


@of_cloudpickle(161, "Objects can be sent only between the very same versions of Python.",
                README + "introduction",
                contradicted="nothing checks it: 3.9 and 3.10 take the code of 3.8 as it is, right or "
                             "wrong; from 3.11 on it raises TypeError")
def _():
    lib = cloudpickle()
    # No version is in the stream.
    version = "%d.%d" % sys.version_info[:2]
    data = lib.dumps(lambda: 1, 2)
    assert version.encode() not in data and lib.__version__.encode() not in data
    told = fresh(LOADS + "print(f(1))", PLUS_ONE_OF_3_8)
    assert told == ("2" if sys.version_info < (3, 11) else "TypeError")
    return None if sys.version_info[:2] in ((3, 9), (3, 10)) else AS_WRITTEN


@of_cloudpickle(162, "cloudpickle is not for storing objects for long: its streams call private functions "
                     "of the release that wrote them.", README + "introduction")
def _():
    data = cloudpickle().dumps(lambda: 1, 2)
    called = {name for name in ("_make_function", "_builtin_type", "_function_setstate")
              if name.encode() in data}
    assert len(called) >= 2
    # A release without one of the functions can't load it.
    gone = data.replace(b"_make_function", b"_gone_function")
    raises(AttributeError, pickle.loads, gone)


@of_cloudpickle(163, "Loading a stream can run any code, so that only trusted ones should be loaded.",
                README + "'Security notice'")
def _():
    lib = cloudpickle()
    assert lib.loads is pickle.loads and lib.load is pickle.load
    with scratch() as folder:
        made = os.path.join(folder, "made")
        lib.loads(b"cos\nmkdir\n(S'" + made.encode() + b"'\ntR.")
        assert os.path.isdir(made)
