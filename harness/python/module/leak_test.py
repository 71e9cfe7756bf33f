"""Runs CPython's tests on the module again and again, and looks for objects that stay.

    python3 leak_test.py --module FOLDER [--rounds N] [CLASS ...]

What is counted after each round: references where this Python counts them (a debug build), else the
objects that the collector knows and the memory blocks in use. A class leaks where a count grows in
every one of the measured rounds, unless it grows alike with _pickle in a fresh process: some tests
of some versions leak by themselves. Exit status 77: the interpreter comes without its tests.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import unittest

import run_pickletester

HERE = os.path.dirname(os.path.abspath(__file__))
WARM_UP = 3


def counts():
    for _ in range(3):
        gc.collect()
    if hasattr(sys, "gettotalrefcount"):
        return {"references": sys.gettotalrefcount()}
    return {"objects": len(gc.get_objects()), "blocks": sys.getallocatedblocks()}


def run_once(cls):
    """One round: no result of it is kept."""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(cls)
    suite.run(unittest.TestResult())
    if hasattr(sys, "_clear_internal_caches"):
        sys._clear_internal_caches()
    elif hasattr(sys, "_clear_type_cache"):
        sys._clear_type_cache()


def growth(cls, rounds):
    """How much each count grew in each of the measured rounds."""
    deltas = {}
    before = None
    for number in range(WARM_UP + rounds):
        run_once(cls)
        now = counts()
        if number >= WARM_UP:
            for name in now:
                deltas.setdefault(name, []).append(now[name] - before[name])
        before = now
    return deltas


def with_pickle(name, rounds):
    """growth() of a class of CPython's with _pickle in its own place."""
    code = ("import json, sys; sys.path.insert(0, sys.argv[1]); import leak_test, test.test_pickle; "
            "cls = getattr(test.test_pickle, sys.argv[2]); "
            "print(json.dumps(leak_test.growth(cls, int(sys.argv[3]))))")
    ran = subprocess.run([sys.executable, "-s", "-B", "-c", code, HERE, name, str(rounds)],
                         stdout=subprocess.PIPE, check=True)
    return json.loads(ran.stdout.splitlines()[-1])


def leaks_more(name, deltas, rounds):
    """The counts that grow all the time, and more than with _pickle."""
    growing = [count for count, per_round in deltas.items() if min(per_round) > 0]
    if not growing or name == "ErrorPaths":
        return growing
    theirs = with_pickle(name, rounds)
    print("%-32s %s with _pickle" % (name, theirs))
    return [count for count in growing
            if min(theirs[count]) <= 0 or sum(deltas[count]) > 1.5 * sum(theirs[count])]


def exercise_errors(pickleproof):
    """Paths that CPython's tests go seldom: every prefix of a pickle, and pickling that fails."""
    import io

    class Unwilling:
        def __reduce__(self):
            raise ValueError("unwilling")

    value = [1, "text", b"bytes", {"key": (1, 2, 3, 4)}, {1, 2}, frozenset([3]), 2.5, 1 << 80,
             bytearray(b"abc"), unittest.TestCase, complex(1, 2)]
    for protocol in range(6):
        data = pickleproof.dumps(value, protocol)
        for end in range(len(data)):
            for load in (pickleproof.loads, lambda text: pickleproof.load(io.BytesIO(text))):
                try:
                    load(data[:end])
                except (pickleproof.UnpicklingError, EOFError):
                    pass
        for unwilling in ([value, Unwilling()], {1: Unwilling()}, (value, {2: (Unwilling(),)})):
            try:
                pickleproof.dumps(unwilling, protocol)
            except ValueError:
                pass
        pickler = pickleproof.Pickler(io.BytesIO(), protocol)
        pickler.dump(value)
        pickler.memo = pickler.memo.copy()
        pickler.clear_memo()
        unpickler = pickleproof.Unpickler(io.BytesIO(data + data))
        unpickler.load()
        unpickler.memo = unpickler.memo.copy()
        unpickler.load()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--module", required=True)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("classes", nargs="*")
    arguments = parser.parse_args()
    module = run_pickletester.take_place(arguments.module)
    pickleproof = sys.modules["_pickle"]

    class ErrorPaths(unittest.TestCase):
        def test_errors(self):
            exercise_errors(pickleproof)

    classes = {name: cls for name, cls in vars(module).items()
               if isinstance(cls, type) and issubclass(cls, unittest.TestCase)
               and run_pickletester.concerns_c(name) and name != "SizeofTests"}
    classes["ErrorPaths"] = ErrorPaths
    leaks = 0
    for name, cls in sorted(classes.items()):
        if arguments.classes and name not in arguments.classes:
            continue
        deltas = growth(cls, arguments.rounds)
        leaking = leaks_more(name, deltas, arguments.rounds)
        leaks += bool(leaking)
        print("%-32s %s%s" % (name, deltas, "  LEAKS " + " ".join(leaking) if leaking else ""),
              flush=True)
    print("%d of %d classes leak" % (leaks, len(classes)))
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
