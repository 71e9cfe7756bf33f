"""R36 to R47: the functions and classes of the module, files, the command line."""

import inspect
import io
import os
import pickle
import pickletools
import subprocess
import sys

from .registry import (AS_WRITTEN, BOTH, C, MANUAL, MANUAL2, PY, each, python2, raises, requirement,
                       scratch)

INTERFACE = MANUAL + "'Module Interface', "
COMMANDS = MANUAL + "'Command-line interface'"
# Makes a file of this name where it is loaded.
MAKES_A_FILE = b"cbuiltins\nopen\n(S'made'\nS'w'\ntR."


class Sink:
    """A file that can only be written to, and answers nonsense."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += bytes(data)
        return "nonsense"


class Source:
    """A file with read and readline only."""

    def __init__(self, data):
        self.file = io.BytesIO(data)

    def read(self, count):
        return self.file.read(count)

    def readline(self):
        return self.file.readline()


@requirement(36, "dump takes obj, file and protocol, and fix_imports and buffer_callback by name only.",
             INTERFACE + "dump")
def _():
    for dump in (pickle.dump, pickle._dump):
        signature = "(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)"
        assert str(inspect.signature(dump)) == signature
        raises(TypeError, dump, 1, io.BytesIO(), 4, True)
    for impl, dump in ((C, pickle.dump), (PY, pickle._dump)):
        for protocol in range(6):
            file = io.BytesIO()
            dump({"a": [1]}, file, protocol)
            assert file.getvalue() == impl.dumps({"a": [1]}, protocol)


@requirement(37, "loads takes its data by position only, and everything else by name only.",
             INTERFACE + "loads", contradicted="the C implementation of 3.8 takes data= too")
def _():
    old = sys.version_info < (3, 9)
    for loads in (pickle.loads, pickle._loads):
        raises(TypeError, loads, b"N.", True)
        assert loads(b"N.", fix_imports=True, encoding="ASCII", errors="strict", buffers=None) is None
    if old:
        assert pickle.loads(data=b"N.") is None
        return None
    for loads in (pickle.loads, pickle._loads):
        raises(TypeError, loads, data=b"N.")
    return AS_WRITTEN


@requirement(38, "loads takes any bytes-like object.", INTERFACE + "loads")
def _():
    for loads in (pickle.loads, pickle._loads):
        for kind in (bytes, bytearray, memoryview, pickle.PickleBuffer):
            assert loads(kind(b"K\x05.")) == 5
        raises(TypeError, loads, "K\x05.")
        raises(BufferError, loads, memoryview(b"K_\x05_._")[::2])


@requirement(39, "A file to dump to needs only a write that takes bytes.", INTERFACE + "Pickler")
def _():
    for impl, protocol in each():
        sink = Sink()
        impl.Pickler(sink, protocol).dump([1, "a" * 100000])
        assert impl.loads(sink.data) == [1, "a" * 100000]
    for impl in BOTH:
        raises(TypeError, impl.Pickler, object())


@requirement(40, "A file to load from has three methods: read, readinto and readline.",
             INTERFACE + "Unpickler",
             contradicted="readinto may be missing, read is called instead; pickle.py never calls it")
def _():
    class Full(Source):
        def __init__(self, data):
            super().__init__(data)
            self.into = 0

        def readinto(self, buffer):
            self.into += 1
            return self.file.readinto(buffer)

    for impl in BOTH:
        data = impl.dumps(bytearray(b"a" * 100000), 5)
        file = Full(data)
        assert impl.Unpickler(file).load() == bytearray(b"a" * 100000)
        assert file.into == (1 if impl is C else 0)
        assert impl.Unpickler(Source(data)).load() == bytearray(b"a" * 100000)


@requirement(41, "A file to load from needs read(n) and readline().", MANUAL2 + "'Usage', load")
def _():
    class Reads:
        def read(self, count):
            return b""

    class ReadsLines:
        def readline(self):
            return b""

    for impl, protocol in each():
        assert impl.Unpickler(Source(impl.dumps(["a", 5, 2.5], protocol))).load() == ["a", 5, 2.5]
    for impl in BOTH:
        for file in (Reads(), ReadsLines(), object()):
            raises((AttributeError, TypeError), impl.Unpickler, file)


@requirement(42, "Pickles must be written to and read from files opened in binary mode.",
             MANUAL2 + "'Usage', note")
def _():
    for impl, protocol in each():
        raises(TypeError, impl.Pickler(io.StringIO(), protocol).dump, 1)
    for protocol in range(6):
        text = C.dumps(1, protocol).decode("latin-1")
        raises(TypeError, C.Unpickler(io.StringIO(text)).load)
        raises((TypeError, AssertionError), PY.Unpickler(io.StringIO(text)).load)


@requirement(43, "The module has three classes: Pickler, Unpickler and PickleBuffer.",
             INTERFACE + "'exports three classes'")
def _():
    assert {"Pickler", "Unpickler", "PickleBuffer"} <= set(pickle.__all__)
    for impl in BOTH:
        class Derived(impl.Pickler):
            pass

        class Reader(impl.Unpickler):
            pass

        file = io.BytesIO()
        Derived(file).dump([1])
        assert Reader(io.BytesIO(file.getvalue())).load() == [1]
    raises(TypeError, type, "Derived", (pickle.PickleBuffer,), {})


python2(44, "Pickler and Unpickler of cPickle can't be subclassed.", MANUAL2 + "introduction")


@requirement(45, "HIGHEST_PROTOCOL is an int that can be given as a protocol.",
             INTERFACE + "HIGHEST_PROTOCOL")
def _():
    assert type(pickle.HIGHEST_PROTOCOL) is int and pickle.HIGHEST_PROTOCOL == 5
    for impl in BOTH:
        assert impl.dumps(1, pickle.HIGHEST_PROTOCOL) == b"\x80\x05K\x01."


def command(module, folder, *arguments, data=b""):
    return subprocess.run([sys.executable, "-s", "-m", module] + list(arguments), input=data,
                          cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)


@requirement(46, "python -m pickle shows the contents of files, or of standard input as '-'.", COMMANDS,
             contradicted="'-' fails before 3.9.11 and 3.10.3, where standard input is opened as text")
def _():
    with scratch() as folder:
        for name, value in (("one", {"a": [1]}), ("two", "second")):
            with open(os.path.join(folder, name), "wb") as file:
                pickle.dump(value, file)
        shown = command("pickle", folder, "one", "two")
        assert shown.stdout.decode().split() == ["{'a':", "[1]}", "'second'"], shown
        piped = command("pickle", folder, "-", data=pickle.dumps({"a": [1]}))
    if piped.returncode != 0:
        assert sys.version_info < (3, 10, 3) and not piped.stdout, piped
        return None
    assert piped.stdout.decode().strip() == "{'a': [1]}", piped
    return AS_WRITTEN


@requirement(47, "python -m pickletools does not execute what it shows, as python -m pickle does.",
             COMMANDS)
def _():
    with scratch() as folder:
        made = os.path.join(folder, "made")
        with open(os.path.join(folder, "hostile"), "wb") as file:
            file.write(MAKES_A_FILE)
        shown = command("pickletools", folder, "hostile")
        assert b"builtins open" in shown.stdout and not os.path.exists(made)
        command("pickle", folder, "hostile")
        assert os.path.exists(made)
    out = io.StringIO()
    pickletools.dis(MAKES_A_FILE, out)
    assert "REDUCE" in out.getvalue()
