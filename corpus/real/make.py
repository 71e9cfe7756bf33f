#!/usr/bin/env python3
"""Writes the corpus of real pickles, or checks that it is as its index says.

    make.py             writes every stream with every interpreter found, and the index
    make.py --check     compares the folder with index.tsv; runs nothing else
    make.py --pin       resolves requirements.in into requirements.txt

Each kinds module runs in a process of the interpreter that writes (`runner.py`); a second process,
with another hash seed, loads each stream and compares the value with one that is built anew.
"""

import argparse
import hashlib
import io
import json
import os
import pathlib
import pickletools
import platform
import socket
import subprocess
import sys
import tempfile
from collections import namedtuple

sys.dont_write_bytecode = True

import index  # noqa: E402
import interpreters  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PYTHON3 = ("3.6", "3.8", "3.9", "3.11", "3.12", "3.13")
PYTHONS = ("2.7",) + PYTHON3
PINNED = ("3.11", "3.13")

# A kinds module: the interpreters that run it, whether it needs the pinned libraries, and whether
# each stream is verified in a process of its own, because loading one changes how others load.
Module = namedtuple("Module", "name pythons libraries isolated", defaults=(False, False))
MODULES = (
    Module("kinds_values", PYTHON3),
    Module("kinds_everyday", PYTHON3),
    Module("kinds_library", PYTHON3),
    Module("kinds_library_more", PYTHON3),
    Module("kinds_instances", PYTHON3),
    Module("kinds_hooks", PYTHON3),
    Module("kinds_py2", ("2.7",)),
    Module("kinds_numpy", ("2.7",) + PINNED, libraries=True),
    Module("kinds_pandas", PINNED, libraries=True),
    Module("kinds_scipy", PINNED, libraries=True),
    Module("kinds_sklearn", PINNED, libraries=True),
    Module("kinds_symbolic", PINNED, libraries=True),
    Module("kinds_models", PINNED, libraries=True),
    Module("kinds_zones", PINNED, libraries=True),
    Module("kinds_zoo", ("3.13",), libraries=True),
    Module("kinds_zodb", ("3.13",), libraries=True),
    Module("kinds_oob", PINNED, libraries=True),
    Module("kinds_cloudpickle", PINNED, libraries=True, isolated=True),
    Module("kinds_dill", PINNED, libraries=True, isolated=True),
)

# pickletools takes the argument of STRING for ASCII and refuses bytes above 127, which Python 2
# wrote all the same; here it takes the line as it is.
pickletools.stringnl.reader = lambda source: source.readline().decode("latin-1")

# What a path says about the pickler; the C picklers of Python 3 and of libraries say nothing.
SUFFIX = {"pickle.py": "-pure", "pickle": "-pickle", "cPickle": "-cpickle"}
START = "import sys; sys.path[0] = %r; import runner; runner.main()"


class Failure(Exception):
    """A stream that could not be written, read again or kept; the message names it."""


def run(interpreter, spool, job, hash_seed, *arguments):
    """Runs `runner.py` inside an interpreter; returns what it printed, raises Failure with it."""
    command = [interpreter.executable, "-s", "-S", "-B", "-W", "ignore", "-c", START % str(HERE)]
    done = subprocess.run(
        [*command, arguments[0], str(job), *arguments[1:]], cwd=spool, text=True, timeout=900,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=interpreters.environment(hash_seed))
    if done.returncode:
        raise Failure("CPython %s: %s" % (interpreter.version, done.stdout))
    return done.stdout


def write_module(module, interpreter, build, spool):
    """Writes and verifies one module's streams with one interpreter; yields (record, data)."""
    libraries = interpreters.install(interpreter, build) if module.libraries else None
    job = spool / "job.json"
    job.write_text(json.dumps({"module": module.name, "spool": str(spool),
                               "libraries": str(libraries) if libraries else None}))
    run(interpreter, spool, job, 0, "write")
    records = json.loads((spool / "records.json").read_text())
    numbers = [[str(n)] for n in range(len(records))] if module.isolated else [[]]
    for number in numbers:
        run(interpreter, spool, job, 1, "verify", *number)
    for number, record in enumerate(records):
        yield record, (spool / ("%d.pkl" % number)).read_bytes()


def machine_traces(build):
    """Returns byte strings that would give away where and by whom the streams were written."""
    names = [str(HERE.parent), str(build), tempfile.gettempdir(), os.path.expanduser("~"),
             platform.node(), socket.gethostname(), os.environ.get("USER", "")]
    return [name.encode() for name in names if len(name) > 4]


def examine(path, data, more_traces):
    """Raises Failure unless a stream is small, free of traces and one complete pickle."""
    if len(data) > index.LARGEST:
        raise Failure("%s has %d bytes" % (path, len(data)))
    found = index.traces(data, more_traces)
    if found:
        raise Failure("%s holds %s" % (path, found))
    try:
        pickletools.dis(data, io.StringIO())
    except ValueError as error:
        raise Failure("%s: pickletools.dis: %s" % (path, error)) from error


class Collection:
    """The streams of a run by their bytes; equal ones are one stream with several writers."""

    def __init__(self):
        self.by_digest = {}

    def add(self, path, record, data):
        """Adds a stream; its path is used only if no stream with the same bytes is there."""
        digest = hashlib.sha256(data).hexdigest()
        entry = self.by_digest.setdefault(digest, (path, record, data, {}))
        pickler = record["pickler"]
        made_by = (pickler, tuple(map(tuple, record["libraries"])))
        versions = entry[3].setdefault(made_by, [])
        if record["python"] not in versions:
            versions.append(record["python"])

    def rows(self):
        """Yields (row, data) for each stream."""
        for digest, (path, record, data, writers) in self.by_digest.items():
            flags = record["buffers"]
            buffers = "%d %s" % (len(flags), flags) if flags else "0"
            yield index.Row(path, digest, str(len(data)), str(record["protocol"]),
                            "; ".join(map(writer, writers.items())), buffers, record["what"]), data


def writer(item):
    """Returns the index's text for one pickler: its interpreters and libraries."""
    (pickler, libraries), versions = item
    text = "CPython %s %s" % (", ".join(versions), pickler)
    return ", ".join([text] + ["%s %s" % library for library in libraries])


def write_all(found, modules, build):
    """Runs the modules with the interpreters; returns the collection of their streams."""
    collection, more_traces = Collection(), machine_traces(build)
    for module in modules:
        for interpreter in (found[minor] for minor in module.pythons if minor in found):
            print("%s with CPython %s" % (module.name, interpreter.version), file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=build) as spool:
                for record, data in write_module(module, interpreter, build, pathlib.Path(spool)):
                    path = "%s/%s-p%d-cpython%s%s.pkl" % (
                        record["group"], record["kind"], record["protocol"], interpreter.minor,
                        SUFFIX.get(record["pickler"], ""))
                    examine(path, data, more_traces)
                    collection.add(path, record, data)
    return collection


def replace(folder, collection, found, everything):
    """Puts the streams into the folder and writes its index.

    Streams of the listed interpreters that were not found stay as they are. So do, when only some
    modules ran, those of kinds that these modules do not have.
    """
    absent = set(PYTHONS) - set(found)
    fresh = list(collection.rows())
    kinds = {index.kind_of(row.path) for row, _ in fresh}
    kept = [row for row in index.read(folder)
            if index.minor_of(row.path) in absent
            or not everything and index.kind_of(row.path) not in kinds]
    known = {row.sha256 for row in kept}
    fresh = [(row, data) for row, data in fresh if row.sha256 not in known]
    wanted = {row.path for row in kept}
    for path in folder.glob("*/*.pkl"):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for row, data in fresh:
        path = folder / row.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    index.write(folder, kept + [row for row, _ in fresh])


def summary(folder):
    """Prints how many streams, bytes and opcodes the folder holds, and the opcodes it lacks."""
    rows = index.read(folder)
    seen = set()
    for row in rows:
        data = (folder / row.path).read_bytes()
        seen.update(opcode.name for opcode, _, _ in pickletools.genops(data))
    missing = [opcode.name for opcode in pickletools.opcodes if opcode.name not in seen]
    print("%d streams, %d bytes, %d of %d opcodes; lacking: %s" % (
        len(rows), sum(int(row.size) for row in rows), len(seen), len(pickletools.opcodes),
        ", ".join(missing) or "none"))


def check(folder):
    """Prints where folder and index disagree; returns the exit status."""
    try:
        lines = index.check(folder)
    except ValueError as error:
        lines = [str(error)]
    for line in lines:
        print("corpus/real: " + line)
    if not lines:
        print("corpus/real: %d streams are as index.tsv says" % len(index.read(folder)))
    return 1 if lines else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare folder and index")
    parser.add_argument("--pin", action="store_true", help="only write requirements.txt")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parents[1] / "build" / "real",
                        help="folder for libraries and work files (default: build/real)")
    parser.add_argument("--folder", type=pathlib.Path, default=HERE,
                        help="folder of the streams and of index.tsv (default: this one)")
    parser.add_argument("modules", nargs="*", metavar="kinds_MODULE",
                        help="run only these kinds modules")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    folder, build = arguments.folder.resolve(), arguments.build.resolve()
    if arguments.check:
        return check(folder)
    unknown = set(arguments.modules) - {module.name for module in MODULES}
    if unknown:
        print("no such module: " + ", ".join(sorted(unknown)), file=sys.stderr)
        return 2
    build.mkdir(parents=True, exist_ok=True)
    found = interpreters.discover(PYTHONS)
    absent = [minor for minor in PYTHONS if minor not in found]
    print("interpreters not found: %s" % (", ".join(absent) or "none"), file=sys.stderr)
    if arguments.pin:
        interpreters.pin([found[minor] for minor in ("2.7",) + PINNED], build)
        return 0
    modules = [m for m in MODULES if not arguments.modules or m.name in arguments.modules]
    try:
        collection = write_all(found, modules, build)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    replace(folder, collection, found, not arguments.modules)
    summary(folder)
    return check(folder)


if __name__ == "__main__":
    sys.exit(main())
