"""CPython's own tests for _pickle, run on the module `pickleproof` in its place.

    python3 run_pickletester.py --module FOLDER [--left-out FILE] [-v] [NAME ...]

FOLDER holds the extension module, built for the interpreter that runs this. Every test class of
test.test_pickle that concerns the C implementation is run, and through them every class of
test.pickletester; NAMEs (Class or Class.test) restrict that. FILE lists the tests that may fail:
`Class.test  VERSIONS  REASON` per line, VERSIONS like 3.9-3.11, 3.12 or *. A failure that is not
listed is an error, and so is a listed test that passes, does not exist, or has no reason; more than
3 % listed is an error too. Exit status 77: the interpreter comes without its tests.
"""

import argparse
import collections
import fnmatch
import io
import re
import sys
import unittest

MAX_LEFT_OUT = 0.03


def take_place(folder):
    """Makes `import pickle` use pickleproof for _pickle; answers test.test_pickle."""
    sys.path.insert(0, folder)
    import pickleproof
    try:
        import test.support  # noqa: F401
    except ImportError:
        print("skipped: %s comes without the package `test` (Debian: libpython3-testsuite)"
              % sys.executable)
        sys.exit(77)
    for name in [n for n in sys.modules if n in ("pickle", "test.pickletester")]:
        del sys.modules[name]
    sys.modules["_pickle"] = pickleproof
    import pickle
    assert pickle.Pickler is pickleproof.Pickler and pickle.loads is pickleproof.loads
    try:
        import test.test_pickle
    except ImportError as error:
        print("skipped: %s: %s" % (sys.executable, error))
        sys.exit(77)
    return test.test_pickle


def concerns_c(name):
    """Classes named Py... are about pickle.py, the others left out about its tables and commands."""
    return not name.startswith("Py") and name not in ("CompatPickleTests", "CommandLineTests",
                                                      "CommandLineTest")


def all_tests(module, patterns):
    loader = unittest.TestLoader()
    for name, cls in sorted(vars(module).items()):
        if not (isinstance(cls, type) and issubclass(cls, unittest.TestCase)):
            continue
        if not concerns_c(name):
            continue
        for test in loader.loadTestsFromTestCase(cls):
            if not patterns or any(fnmatch.fnmatch(id_of(test), p) or name == p for p in patterns):
                yield test


def id_of(test):
    test = getattr(test, "test_case", test)  # of a subtest
    return "%s.%s" % (type(test).__name__, test._testMethodName)


class Result(unittest.TestResult):
    def __init__(self, verbose):
        super().__init__()
        self.failed = {}
        self.verbose = verbose

    def note(self, test, error):
        self.failed.setdefault(id_of(test), self._exc_info_to_string(error, test))

    def startTest(self, test):
        super().startTest(test)
        if self.verbose:
            print(id_of(test), flush=True)

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, err)

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, err)


def applies(versions, version):
    if versions == "*":
        return True
    first, _, last = versions.partition("-")
    as_pair = lambda text: tuple(int(part) for part in text.split("."))
    return as_pair(first) <= version <= as_pair(last or first)


def read_left_out(path):
    left_out, problems = {}, []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            match = re.fullmatch(r"(\w+\.\w+)\s+(\*|\d+\.\d+(?:-\d+\.\d+)?)\s+(\S.*)", line)
            if match is None:
                problems.append("%s:%d: not `Class.test  VERSIONS  REASON`" % (path, number))
            elif applies(match[2], sys.version_info[:2]):
                left_out[match[1]] = match[3]
    return left_out, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--module", required=True)
    parser.add_argument("--left-out")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    module = take_place(arguments.module)
    left_out, problems = read_left_out(arguments.left_out) if arguments.left_out else ({}, [])
    tests = list(all_tests(module, arguments.names))
    ids = [id_of(test) for test in tests]
    result = Result(arguments.verbose)
    unittest.TestSuite(tests).run(result)

    skipped = {id_of(test): reason for test, reason in result.skipped}
    for test, traceback in sorted(result.failed.items()):
        if test not in left_out:
            problems.append("failed: %s\n%s" % (test, traceback))
    if not arguments.names:
        for test in sorted(left_out):
            if test not in ids:
                problems.append("listed, but there is no such test: %s" % test)
            elif test not in result.failed:
                problems.append("listed, but passes: %s" % test)
        if len(left_out) > MAX_LEFT_OUT * len(ids):
            problems.append("more than %.0f %% left out" % (100 * MAX_LEFT_OUT))
    for problem in problems:
        print(problem)
    for reason, count in sorted(collections.Counter(skipped.values()).items()):
        print("skipped by CPython's own words, %d times: %s" % (count, reason))
    passed = len(ids) - len(skipped) - len(result.failed)
    print("CPython %s: %d tests, %d passed, %d left out (%.1f %%), %d skipped by themselves, "
          "%d other failures" % (
              sys.version.split()[0], len(ids), passed, len(set(left_out) & set(ids)),
              100.0 * len(set(left_out) & set(ids)) / max(len(ids), 1), len(skipped),
              len(set(result.failed) - set(left_out))))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
