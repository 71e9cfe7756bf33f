"""Runs the checks of one library, a JSON line each: in a process that may hang or die of one."""

import json
import os
import resource
import sys
import traceback
import warnings

from . import registry, suite

MEMORY = 4 << 30  # bytes of address space


def verdict(one):
    """The verdict of a check, and a detail where there is one."""
    try:
        written = one.check()
    except registry.Unavailable as reason:
        return "unavailable", str(reason)
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return "fails", ("%s: %s (%s:%d: %s)" % (type(error).__name__, error,
                                                 os.path.basename(frame.filename), frame.lineno,
                                                 frame.line))[:500]
    as_written = written is registry.AS_WRITTEN or not one.contradicted
    return "holds" if as_written else "contradicted", ""


def prepare(library):
    """Why the checks of this library can't run here, or ""."""
    if library in ("cloudpickle", "dill"):
        try:
            __import__(library)
        except ImportError as error:
            return str(error)
    return ""


def main():
    """Arguments: the file with the checks or "", the library, and the numbers."""
    source, library, numbers = sys.argv[1], sys.argv[2], [int(text) for text in sys.argv[3:]]
    warnings.simplefilter("ignore")
    # Also for what checks start: code of another version of Python may do anything.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a check prints must not reach the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    missing = prepare(library)
    by_number = {one.number: one for one in suite.load(source)}
    for number in numbers:
        found, detail = ("unavailable", missing) if missing else verdict(by_number[number])
        answers.write(json.dumps({"number": number, "verdict": found, "detail": detail}) + "\n")
        answers.flush()
