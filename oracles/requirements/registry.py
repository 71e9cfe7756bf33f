"""Requirements: a number, a sentence, where it is written, and a check that raises where it is not so.

A check tests how things are. Where a document says otherwise, `contradicted` tells how, the check
asserts what really happens, and the result shows the contradiction. Where the document is right on
some versions only, the check returns AS_WRITTEN there.
"""

import collections
import contextlib
import functools
import importlib
import io
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import types

# `library` says in which process the check runs: "stdlib" (which never imports dill), "cloudpickle",
# "dill", or "python2"; "" where no check is possible, and `why` says why.
Requirement = collections.namedtuple("Requirement",
                                     "number sentence source check contradicted why library")

REQUIREMENTS = []

AS_WRITTEN = object()

MANUAL = "library reference, pickle, "
MANUAL2 = "library reference of Python 2.7, pickle, "
README = "cloudpickle README, "
ARTICLE = "article 'Python dill vs cloudpickle', "
ANSWER = "answer by dill's author on what can be pickled, "


class Unavailable(Exception):
    """The check can't run here, for this reason."""


def requirement(number, sentence, source, contradicted="", library="stdlib"):
    def register(check):
        REQUIREMENTS.append(Requirement(number, sentence, source, check, contradicted, "", library))
        return check
    return register


of_cloudpickle = functools.partial(requirement, library="cloudpickle")
of_dill = functools.partial(requirement, library="dill")


def python2(number, sentence, source, contradicted=""):
    """About Python 2: python2.py checks it under Python 2.7, where there is one."""
    REQUIREMENTS.append(Requirement(number, sentence, source, None, contradicted, "", "python2"))


def not_checkable(number, sentence, source, why):
    REQUIREMENTS.append(Requirement(number, sentence, source, None, "", why, ""))


class Implementation:
    """One of the two implementations of the standard library."""

    def __init__(self, name, pickler, unpickler):
        self.name = name
        self.Pickler = pickler
        self.Unpickler = unpickler

    def dumps(self, obj, protocol=None, **options):
        file = io.BytesIO()
        self.Pickler(file, protocol, **options).dump(obj)
        return file.getvalue()

    def loads(self, data, **options):
        return self.Unpickler(io.BytesIO(data), **options).load()


C = Implementation("_pickle", pickle.Pickler, pickle.Unpickler)
PY = Implementation("pickle.py", pickle._Pickler, pickle._Unpickler)
BOTH = (C, PY)
PROTOCOLS = range(6)


def each():
    """Both implementations at every protocol."""
    return [(impl, protocol) for impl in BOTH for protocol in PROTOCOLS]


def raises(expected, function, *args, **kwargs):
    """The exception that the call raises. AssertionError where it raises another, or none."""
    try:
        function(*args, **kwargs)
    except expected as error:
        return error
    except Exception as error:
        raise AssertionError("raised %s: %s" % (type(error).__name__, error))
    raise AssertionError("nothing was raised")


def fresh(program, data=b"", *arguments, path="", timeout=60):
    """What the program prints in a new process of this interpreter; `data` is its standard input.

    An exception that ends it is printed as its name, on a line of its own. `path` is a folder to
    import from.
    """
    guarded = ("import sys\ntry:\n" + "".join("    %s\n" % line for line in program.split("\n")) +
               "except Exception as e:\n    print(type(e).__name__)\n")
    environment = dict(os.environ, PYTHONPATH=path, PYTHONIOENCODING="utf-8")
    done = subprocess.run([sys.executable, "-s", "-c", guarded] + list(arguments), input=data,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
                          env=environment)
    assert done.returncode == 0, "%d: %s" % (done.returncode, done.stderr[-300:])
    return done.stdout.decode().strip()


@contextlib.contextmanager
def scratch(**modules):
    """A folder with these modules in it, as a path."""
    with tempfile.TemporaryDirectory() as folder:
        for name, source in modules.items():
            pathlib.Path(folder, name + ".py").write_text(source, encoding="utf-8")
        yield folder


@contextlib.contextmanager
def importable(name, source):
    """A module made of the source, for as long as the block lasts."""
    module = types.ModuleType(name)
    exec(compile(source, "<%s>" % name, "exec"), module.__dict__)
    sys.modules[name] = module
    try:
        yield module
    finally:
        del sys.modules[name]


def in_main(source):
    """Executes the source in __main__, as an interactive session does, and returns its names."""
    main = sys.modules["__main__"]
    exec(compile(source, "<session>", "exec"), main.__dict__)
    return main


def _library(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Unavailable(str(error))


def cloudpickle():
    return _library("cloudpickle")


def dill():
    return _library("dill")
