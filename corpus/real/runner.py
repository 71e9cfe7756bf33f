"""Writes and re-reads the streams of one kinds module inside one interpreter.

The driver starts it as `python -s -S -B -c "...; import runner; runner.main()" VERB JOB`, so that
`__main__` stays empty (functions and classes defined there are pickled by value) and nothing
but the pinned libraries can be imported. JOB is a JSON file:

    {"module": kinds module, "spool": folder for the streams,
     "libraries": folder of the pinned libraries or null}

`write` fills the spool with `N.pkl` and `N.bufM` files and `records.json`; `verify` re-reads the
records, all or the one whose number is named, and prints a line for each that comes back
different. Runs under Python 2.7 too.
"""

import contextlib
import importlib
import io
import json
import os
import platform
import sys

try:
    import cPickle
    import copy_reg as copyreg
    import pickle

    PICKLERS = {"cPickle": (cPickle.Pickler, cPickle.Unpickler),
                "pickle": (pickle.Pickler, pickle.Unpickler)}
    DEFAULT_PICKLERS = ("cPickle",)
except ImportError:
    import copyreg
    import pickle

    PICKLERS = {"_pickle": (pickle.Pickler, pickle.Unpickler),
                "pickle.py": (pickle._Pickler, pickle._Unpickler)}
    DEFAULT_PICKLERS = ("_pickle",)


def hooked(base, hooks, wanted):
    """Returns a factory of picklers or unpicklers that have the wanted ones of the hooks."""
    from registry import HOOK_METHODS

    hooks = dict((name, hook) for name, hook in hooks.items() if name in wanted)
    methods = dict((n, staticmethod(h)) for n, h in hooks.items() if n in HOOK_METHODS)
    if methods and sys.version_info[0] > 2:
        base = type(base.__name__, (base,), methods)

    def make(*args, **options):
        made = base(*args, **options)
        for name, hook in hooks.items():
            if name not in methods or sys.version_info[0] == 2:
                setattr(made, name, hook)
        return made

    return make


def dump(kind, value, protocol, pickler, keep):
    """Returns the stream of a value; hands each buffer to `keep`, which says if it stays."""
    if kind.dump:
        return kind.dump(kind, value, protocol, keep)
    out = io.BytesIO()
    wanted = ("persistent_id", "reducer_override", "dispatch_table", "fast")
    options = {"buffer_callback": keep} if kind.in_band else {}
    make = hooked(PICKLERS[pickler][0], kind.hooks, wanted)
    make(out, protocol, **options).dump(value)
    return out.getvalue()


def load(kind, data, pickler, buffers):
    """Returns the value of a stream, read by the counterpart of the pickler that wrote it."""
    if kind.load:
        return kind.load(data, buffers)
    options = {"buffers": buffers} if kind.in_band else {}
    make = hooked(PICKLERS[pickler][1], kind.hooks, ("persistent_load",))
    return make(io.BytesIO(data), **options).load()


@contextlib.contextmanager
def extensions(entries):
    """Registers (module, name, code) entries of the extension registry for a while."""
    for entry in entries:
        copyreg.add_extension(*entry)
    try:
        yield
    finally:
        for entry in entries:
            copyreg.remove_extension(*entry)


def version_of(library):
    """Returns the version of an installed distribution."""
    if sys.version_info >= (3, 8):
        from importlib import metadata

        return metadata.version(library)
    return importlib.import_module(library).__version__


def write_one(kind, protocol, pickler, stem):
    """Writes one stream and its buffers below the stem; returns its record."""
    kept = []

    def keep(buffer):
        stays = kind.in_band(buffer)
        if not stays:
            kept.append(buffer)
        return stays

    with extensions(kind.extensions):
        data = dump(kind, kind.build(), protocol, pickler, keep)
    with open(stem + ".pkl", "wb") as out:
        out.write(data)
    flags = []
    for number, buffer in enumerate(kept):
        raw = buffer.raw()
        flags.append("r" if raw.readonly else "w")
        with open("%s.buf%d" % (stem, number), "wb") as out:
            out.write(raw)
    return {"kind": kind.name, "group": kind.group, "what": kind.what, "protocol": protocol,
            "pickler": pickler, "python": platform.python_version(), "buffers": "".join(flags),
            "libraries": [[name, version_of(name)] for name in kind.libraries]}


def write(job, kinds):
    """Writes every stream of the module that this interpreter can write."""
    records = []
    for kind in kinds:
        for protocol in kind.protocols_here():
            for pickler in kind.picklers or DEFAULT_PICKLERS:
                stem = os.path.join(job["spool"], str(len(records)))
                records.append(write_one(kind, protocol, pickler, stem))
    with open(os.path.join(job["spool"], "records.json"), "w") as out:
        json.dump(records, out)


def read_buffers(stem, flags):
    """Returns the buffers of a record, writable or read-only as they were when written."""
    buffers = []
    for number, flag in enumerate(flags):
        with open("%s.buf%d" % (stem, number), "rb") as source:
            data = source.read()
        buffers.append(bytearray(data) if flag == "w" else data)
    return buffers


def difference(expected, got):
    """Returns the surroundings of the first place where two texts differ."""
    same = len(os.path.commonprefix([expected, got]))
    start = max(0, same - 60)
    return "\n  expected ...%s\n  got      ...%s" % (
        expected[start:same + 140], got[start:same + 140])


def verify_one(kind, record, stem):
    """Returns None, or how the loaded value differs from one that was built anew."""
    with open(stem + ".pkl", "rb") as source:
        data = source.read()
    with extensions(kind.extensions):
        got = load(kind, data, record["pickler"], read_buffers(stem, record["buffers"]))
    got = kind.look(got)
    expected = kind.look(kind.build())
    return None if got == expected else difference(str(expected), str(got))


def verify(job, kinds, number=None):
    """Prints each record that does not come back; returns how many there are."""
    by_name = dict((kind.name, kind) for kind in kinds)
    with open(os.path.join(job["spool"], "records.json")) as source:
        records = json.load(source)
    failures = 0
    for index, record in enumerate(records):
        if number is not None and index != number:
            continue
        try:
            complaint = verify_one(by_name[record["kind"]], record,
                                   os.path.join(job["spool"], str(index)))
        except Exception as error:
            complaint = "%s: %s" % (type(error).__name__, error)
        if complaint:
            failures += 1
            print("%s protocol %s: %s" % (record["kind"], record["protocol"], complaint))
    return failures


def main():
    """Carries out the verb of the command line; exits with 1 when a record differs."""
    with open(sys.argv[2]) as source:
        job = json.load(source)
    if job["libraries"]:
        sys.path.append(job["libraries"])
    from registry import kinds_of

    kinds = kinds_of(importlib.import_module(job["module"]))
    if sys.argv[1] == "write":
        write(job, kinds)
    else:
        number = int(sys.argv[3]) if len(sys.argv) > 3 else None
        sys.exit(1 if verify(job, kinds, number) else 0)
