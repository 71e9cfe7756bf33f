"""A clean process that pickles the user's object, and loads what was pickled, in forked children.

Reads a request per line on standard input as JSON and answers lines on standard output, the last of
them {"done": true}. First of all it says who it is. The process itself never runs the user's code.

  {"do": "write", "target": ..., "protocols": [...], "timeout": seconds}
      {"object": ...} or {"unusable": ...}, then for every pickler and protocol
      {"pickler", "protocol", "stream": base64} or {"pickler", "protocol", "failure", "error"},
      and for those that fail alike {"pickler", "protocols", "search": {...}}; {"modules": {...}}
  {"do": "read", "streams": [base64, ...], "target": ..., "timeout": seconds}
      {"loaded": ...} or {"failure", "error"} for each, by dill's loads() in its group, else pickle's

Failures: "raises", "ends the process", "hangs".
"""

import base64
import gc
import importlib
import json
import os
import pickle
import platform
import sys
import warnings

from picklability import fork

from . import modules, origin, parts, picklers, search


def _fatal(answer):
    """A failure for what is no answer of a child but says how it went."""
    if "hang" in answer:
        return {"failure": "hangs", "error": "no end in time"}
    if "failed" in answer:
        return {"failure": "raises", "error": answer["failed"]}
    return {"failure": "ends the process", "error": answer.get("crash", "")}


def _dump_steps(pickler, obj, protocols):
    for protocol in protocols:
        try:
            yield {"stream": base64.b64encode(pickler.dumps(obj, protocol)).decode()}
        except BaseException as error:  # also what ends a program
            yield {"failure": "raises", "error": origin.one_line(error)}


def _dumped(pickler, obj, protocols, timeout):
    """Yields an answer for each protocol; what ends a process doesn't end the others."""
    todo = list(protocols)
    while todo:
        before = len(todo)
        for answer in fork.run(lambda: _dump_steps(pickler, obj, todo), timeout):
            if not todo:
                break  # it ended badly after the last answer
            if "hang" in answer:
                # The others would hang as well, and cost as much.
                yield from (_fatal(answer) for _ in todo)
                return
            todo.pop(0)
            yield answer if "crash" not in answer and "failed" not in answer else _fatal(answer)
        if len(todo) == before:
            todo.pop(0)
            yield _fatal({})


def _last(steps, timeout):
    answer = {}
    for answer in fork.run(steps, timeout):
        pass
    return answer if "labels" in answer else {}


def _searched(pickler, obj, protocol, failure, timeout):
    counter = search.Counter()
    if failure == "raises":
        def steps():
            yield search.search(pickler, obj, protocol, counter, timeout / 2)
    else:
        def count():
            search.run(pickler, obj, protocol, counter)
            yield {}

        _last(count, min(timeout, 3))

        def steps():
            yield search.search_fatal(pickler, obj, protocol, counter, timeout / 2)

    return _last(steps, 2 * timeout)


def _pickler_steps(pickler, obj, request):
    alike = {}
    answers = _dumped(pickler, obj, request["protocols"], request["timeout"])
    for protocol, answer in zip(request["protocols"], answers):
        yield dict(answer, pickler=pickler.name, protocol=protocol)
        if "failure" in answer:
            key = answer["failure"], answer["error"]
            alike.setdefault(key, []).append(protocol)
    for (failure, _), protocols in alike.items():
        found = _searched(pickler, obj, protocols[-1], failure, request["timeout"])
        yield {"pickler": pickler.name, "protocols": protocols, "search": found}


def _write_steps(found, request, scripts):
    origin.leave(scripts)
    target = request["target"]
    try:
        obj = origin.load(target)
    except origin.Unusable as error:
        yield {"unusable": str(error)}
        return
    yield {"object": parts.describe(obj)}
    for pickler in found:
        yield from _pickler_steps(pickler, obj, request)
    yield {"modules": modules.loaded(origin.home(target))}


def write(group, found, request, scripts):
    timeout = request["timeout"]
    answers = fork.run(lambda: _write_steps(found, request, scripts), 40 * timeout + 60,
                       first=timeout, group=True)
    first = next(answers, {})
    if "object" not in first and "unusable" not in first:
        name = os.path.basename(request["target"].get("file", "-c"))
        failure = _fatal(first)
        first = {"unusable": "%s is not done after %g seconds; --timeout gives it more" % (
            name, timeout) if "hang" in first else "%s %s" % (
                name, " ".join([failure["failure"], failure["error"]]).strip())}
    yield first
    yield from answers


def read(group, found, request, scripts):
    loads = importlib.import_module("dill").loads if group == "dill" else pickle.loads
    away = os.path.realpath(origin.home(request["target"]) or os.devnull)

    def load(data):
        origin.leave(scripts)
        sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) != away]
        try:
            value = loads(data)
        except BaseException as error:
            yield {"failure": "raises", "error": origin.one_line(error)}
            return
        yield {"loaded": parts.describe(value)}

    for data in request["streams"]:
        answer = {"crash": ""}
        for answer in fork.run(lambda: load(base64.b64decode(data)), request["timeout"],
                               group=True):
            break
        yield answer if "loaded" in answer or "failure" in answer else _fatal(answer)


def _hello(group, found, missing):
    listed = [{"name": one.name, "library": one.library,
               "version": importlib.import_module(one.library).__version__ if one.library else ""}
              for one in found]
    return {"python": platform.python_version(), "group": group, "picklers": listed,
            "missing": missing}


def serve(group, scripts, libraries, place):
    """Answers until standard input ends. `libraries` is a further folder to import from, or "", in
    the "first" or "last" place."""
    warnings.simplefilter("ignore")
    if libraries:
        sys.path.insert(0 if place == "first" else len(sys.path), libraries)
    found, missing = picklers.make(group)
    print(json.dumps(_hello(group, found, missing)), flush=True)
    # What is there already is no garbage; children need not copy its pages to find out.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        for answer in {"write": write, "read": read}[request["do"]](group, found, request, scripts):
            print(json.dumps(answer), flush=True)
        print(json.dumps({"done": True}), flush=True)
