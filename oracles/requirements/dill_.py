"""R164 to R184: what an article says about pickle, dill and cloudpickle."""

import functools
import os
import pickle
import sys
import threading
import weakref

from .cloudpickle_ import LOADS, Module
from .registry import (ARTICLE, AS_WRITTEN, C, PY, cloudpickle, dill, each, fresh, in_main,
                       not_checkable, of_cloudpickle, of_dill, raises, requirement, scratch)

WHY_DILL = ARTICLE + "'why dill can and pickle can't'"
WHY_CLOUDPICKLE = ARTICLE + "'why cloudpickle is more common'"
WHICH = ARTICLE + "'which one when'"
FAILURES = ARTICLE + "'three frequent reasons'"

# The same as LOADS, with dill.
DILL_LOADS = "import dill\nf = dill.loads(sys.stdin.buffer.read())\n"


def makers():
    """A lambda, an inner function and a closure."""
    free = "free"

    def inner():
        return "inner"

    def closure():
        return free

    return [lambda: "lambda", inner, closure]


class WithMethod:
    def make(self, suffix):
        def temporary(text):
            return text + suffix
        return temporary

    def greet(self, text):
        return "hello " + text


@requirement(164, "pickle takes no lambda, no inner function and no closure.", WHY_DILL)
def _():
    for impl, protocol in each():
        for function in makers():
            raises((AttributeError, pickle.PicklingError), impl.dumps, function, protocol)


@requirement(165, "It raises AttributeError: Can't pickle local object.", WHY_DILL,
             contradicted="pickle.py raises PicklingError, and so does _pickle from 3.14 on; in 3.13 the "
                          "words are Can't get local object")
def _():
    error = raises((AttributeError, pickle.PicklingError), C.dumps, makers()[1])
    assert ("get" if sys.version_info[:2] == (3, 13) else "pickle") + " local object" in str(error)
    assert isinstance(error, AttributeError) == (sys.version_info < (3, 14))
    raises(pickle.PicklingError, PY.dumps, makers()[1])


@of_dill(166, "dill stores byte code, free variables and the closure.", WHY_DILL)
def _():
    lib = dill()
    for function, says in zip(makers(), ("lambda", "inner", "free")):
        for protocol in range(2, 6):
            data = lib.dumps(function, protocol, recurse=True)
            assert says.encode() in data
        assert fresh(DILL_LOADS + "print(f())", data) == says


@of_dill(167, "dill stores inner functions with variables of the outer one.", WHY_DILL)
def _():
    source = ("def outer(n):\n    total = [n]\n    def add(x):\n        total.append(x)\n"
              "        return sum(total)\n    return add\n")
    add = in_main(source).outer(40)
    for recurse in (False, True):
        data = dill().dumps([add, add], recurse=recurse)
        assert fresh(DILL_LOADS + "print(f[0](1), f[1](1))", data) == "41 42"


@of_dill(168, "dill stores functions that a method defines.", WHY_DILL)
def _():
    source = ("class Maker:\n    suffix = '!'\n    def make(self):\n"
              "        def temporary(text): return text + self.suffix\n        return temporary\n")
    temporary = in_main(source).Maker().make()
    assert fresh(DILL_LOADS + "print(f('a'))", dill().dumps(temporary)) == "a!"


@of_dill(169, "dill keeps an interactive session.", WHICH)
def _():
    write = ("import dill, os\nexec(\"x = [1]\\ny = x\\ndef f(): return x\\nclass C:\\n    z = 2\\n"
             "c = C()\\nlam = lambda: c.z\", globals())\ndill.dump_module(sys.argv[1])")
    read = ("import dill\ndill.load_module(sys.argv[1])\nx.append(3)\n"
            "print(f(), y is x, lam(), type(c) is C)")
    with scratch() as folder:
        file = os.path.join(folder, "session.pkl")
        assert fresh(write, b"", file) == ""
        assert fresh(read, b"", file) == "[1, 3] True 2 True"


@of_dill(170, "dill stores chains of decorators, functools.partial and bound methods.", WHICH)
def _():
    source = ("import functools\ndef shout(f):\n    @functools.wraps(f)\n"
              "    def wrapped(*args): return f(*args).upper()\n    return wrapped\n"
              "def twice(f):\n    def wrapped(*args): return f(*args) * 2\n    return wrapped\n"
              "@twice\n@shout\ndef decorated(text): return text\n"
              "class C:\n    def m(self, text): return text + '.'\n")
    main = in_main(source)
    for obj in (main.decorated, functools.partial(main.decorated, "a"), main.C().m):
        arguments = "" if isinstance(obj, functools.partial) else "'a'"
        told = fresh(DILL_LOADS + "print(f(%s))" % arguments, dill().dumps(obj))
        assert told == ("a." if obj.__class__.__name__ == "method" else "AA")


# lambda x: x + 1, as dill 0.4.0 writes it under Python 3.8.
PLUS_ONE_OF_3_8 = (
    b"\x80\x04\x8c\ndill._dill\x94\x8c\x10_create_function\x93(h\0\x8c\x0c_create_code\x93(K\x01K\0K\0K\x01"
    b"K\x02KCC\x08|\0d\x01\x17\0S\0NK\x01\x86)\x8c\x01x\x85\x8c\x08<string>\x8c\x08<lambda>\x94K\x03C\0))tRc"
    b"__builtin__\n__main__\nh\x01NNtR}}\x8c\x0f__annotations__}s\x86b.")


@of_dill(171, "What dill writes can't be moved between versions of Python: it may fail to load.", WHY_DILL,
         contradicted="it always loads: dill makes a code object of this version of any other's byte code, "
                      "which from 3.11 on does something else than in 3.8")
def _():
    assert fresh(DILL_LOADS + "print(type(f).__name__)", PLUS_ONE_OF_3_8) == "function"
    try:
        told = fresh(DILL_LOADS + "print(f(1))", PLUS_ONE_OF_3_8)
    except AssertionError:
        told = "crash"
    # Byte code changed much with 3.11.
    understood = sys.version_info < (3, 11)
    assert (told == "2") == understood, told
    return AS_WRITTEN if understood else None


not_checkable(172, "What dill writes can't be loaded in PyPy.", FAILURES,
              "only CPython is run here; PyPy has byte code of its own, and one would have to be "
              "installed")


@of_dill(173, "settings['recurse'] = True may recurse infinitely, for example on circular references.",
         WHICH, contradicted="it ends with RecursionError, for functions that reach themselves through "
                             "cells or each other through globals; circular objects are fine")
def _():
    lib = dill()
    main = in_main("def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\n"
                   "def fact(n): return n < 2 or n * fact(n - 1)\n"
                   "def outer():\n    def inner(n): return n < 2 or inner(n - 1)\n    return inner\n"
                   "circle = []\ncircle.append(circle)\ndef f(): return circle\n")
    assert lib.settings["recurse"] is False
    lib.settings["recurse"] = True
    try:
        for function in (main.even, main.outer()):
            raises(RecursionError, lib.dumps, function)
        assert fresh(DILL_LOADS + "print(f(4))", lib.dumps(main.fact)) == "24"
        assert fresh(DILL_LOADS + "print(f()[0] is f())", lib.dumps(main.f)) == "True"
    finally:
        lib.settings["recurse"] = False


@of_cloudpickle(174, "cloudpickle does not go into modules.", WHICH,
                contradicted="it does go into modules that can't be imported, which travel by value")
def _():
    import types

    lib = cloudpickle()
    with Module("large = 'a' * 10000") as my:
        assert len(lib.dumps(my.module)) < 200
    dynamic = types.ModuleType("dynamic")
    dynamic.content = "content of the module"
    data = lib.dumps(dynamic)
    assert b"content of the module" in data
    assert fresh(LOADS + "print(f.content)", data) == "content of the module"


def taken(dumps, loads, obj):
    """Whether the object comes back as one of its type. Objects of all kinds raise errors of all kinds."""
    try:
        return type(loads(dumps(obj))) is type(obj)
    except Exception:
        return False


@of_dill(175, "cloudpickle does not promise to take all that dill takes.", WHY_CLOUDPICKLE)
def _():
    libs = dill(), cloudpickle()
    kept = WithMethod()
    with open(os.devnull, "rb") as file:
        for obj in (threading.Lock(), weakref.ref(kept), super(WithMethod, kept), file):
            assert taken(libs[0].dumps, libs[0].loads, obj)
            assert not taken(libs[1].dumps, pickle.loads, obj)


@of_dill(176, "cloudpickle is more robust with what __main__ defines.", WHY_CLOUDPICKLE)
def _():
    main = in_main("G = 5\ndef uses_global(): return G\n")
    # By default dill stores that the globals are those of __main__, and not what is in them.
    assert fresh(DILL_LOADS + "print(f())", dill().dumps(main.uses_global)) == "NameError"
    assert fresh(DILL_LOADS + "print(f())", dill().dumps(main.uses_global, recurse=True)) == "5"
    assert fresh(LOADS + "print(f())", cloudpickle().dumps(main.uses_global)) == "5"


@of_cloudpickle(177, "cloudpickle tries to freeze os.environ and what open() depends on.", WHICH,
                contradicted="it does not: the function finds the environment and folder of where it "
                             "runs")
def _():
    main = in_main("import os\ndef f(): return os.environ.get('PICKLEPROOF_PLACE'), os.getcwd()\n")
    os.environ["PICKLEPROOF_PLACE"] = "here"
    try:
        data = cloudpickle().dumps(main.f)
        with scratch() as folder:
            folder = os.path.realpath(folder)
            program = LOADS.replace("import pickle", "import os, pickle\nos.chdir(sys.argv[1])\n"
                                    "os.environ['PICKLEPROOF_PLACE'] = 'there'") + "print(*f())"
            assert fresh(program, data, folder) == "there " + folder
    finally:
        del os.environ["PICKLEPROOF_PLACE"]
    assert b"here" not in data.replace(b"__main__", b"")


@of_cloudpickle(178, "cloudpickle forbids dangerous operations by default, such as running any code.",
                WHY_CLOUDPICKLE, contradicted="its loads is pickle.loads, which calls whatever it is told")
def _():
    lib = cloudpickle()
    assert lib.loads is pickle.loads
    with scratch() as folder:
        made = os.path.join(folder, "made")
        lib.loads(b"cos\nmkdir\n(S'" + made.encode() + b"'\ntR.")
        assert os.path.isdir(made)


@of_cloudpickle(179, "cloudpickle leaves the state of modules of this process behind.", WHY_CLOUDPICKLE)
def _():
    with Module("setting = 'as installed'\ndef get(): return setting") as my:
        my.module.setting = "changed here"
        main = in_main("import my_module\ndef f(): return my_module.setting\n")
        for obj in (main.f, my.module.get):
            data = cloudpickle().dumps(obj)
            assert b"changed here" not in data
            assert fresh(LOADS + "print(f())", data, path=my.path) == "as installed"


@of_cloudpickle(180, "cloudpickle adds no import that a function forgot.", FAILURES)
def _():
    main = in_main("def f(): return json_of_nobody.loads('1')\n")
    data = cloudpickle().dumps(main.f)
    assert fresh(LOADS + "print('loaded')\nprint(f())", data) == "loaded\nNameError"


@of_cloudpickle(181, "A function by reference needs the globals of its module as the target has them.",
                FAILURES)
def _():
    lib = cloudpickle()
    with Module("CONFIG = {'a': 1}\ndef f(): return CONFIG['a']") as my:
        data = lib.dumps(my.module.f)
        with scratch(my_module="def f(): return CONFIG['a']") as elsewhere:
            assert fresh(LOADS + "print(f())", data, path=elsewhere) == "NameError"
        assert fresh(LOADS + "print(f())", data, path=my.path) == "1"
    # A function by value brings them.
    main = in_main("CONFIG = {'a': 1}\ndef f(): return CONFIG['a']\n")
    assert fresh(LOADS + "print(f())", lib.dumps(main.f)) == "1"


@of_cloudpickle(182, "A module that was found by a path of this process is missing elsewhere.",
                WHY_CLOUDPICKLE)
def _():
    with Module("def g(): return 1") as my:
        main = in_main("import my_module\ndef f(): return my_module.g()\n")
        data = cloudpickle().dumps(main.f)
        assert fresh(LOADS + "print(f())", data) == "ModuleNotFoundError"
        assert fresh(LOADS + "print(f())", data, path=my.path) == "1"


@of_cloudpickle(183, "Where the target has other versions of packages, there is ImportError, or silently "
                     "another behaviour.", WHY_CLOUDPICKLE,
                contradicted="a name that is missing is an AttributeError where the stream asks for it, "
                             "an ImportError only where an import statement does")
def _():
    with Module("def g(): return 1") as my:
        by_name = cloudpickle().dumps(my.module.g)
        imports = cloudpickle().dumps(in_main("def f():\n    from my_module import g\n    return g()\n").f)
    with scratch(my_module="def g(): return 2") as other, scratch(my_module="") as lacking:
        for data, error in ((by_name, "AttributeError"), (imports, "ImportError")):
            assert fresh(LOADS + "print(f())", data, path=other) == "2"
            assert fresh(LOADS + "print(f())", data, path=lacking) == error


@of_cloudpickle(184, "loads(dumps(obj)) shows quickly whether an object can be loaded.", FAILURES,
                contradicted="it shows less than a fresh process: a class comes back as the very same "
                             "one, and what only a call needs is not asked for")
def _():
    lib = cloudpickle()
    main = in_main("class C:\n    pass\ndef f():\n    import no_such_module\n")
    assert lib.loads(lib.dumps(main.C)) is main.C
    program = LOADS.replace("\nf", "\nclass C: pass\nf") + "print(f is C)"
    assert fresh(program, lib.dumps(main.C)) == "False"
    raises(ModuleNotFoundError, lib.loads(lib.dumps(main.f)))
