"""A clean process that runs generated sources, and reads what was pickled of them, in forked children.

Reads a request per line on standard input as JSON and answers a line on standard output. First of
all it says who it is. The process itself never runs a source and never loads a stream, so that
every fork of it is an interpreter that has seen neither.

  {"do": "write", "text": ..., "root": ..., "probes": [...], "protocols": [...], "writers": [...]}
      {"expected": [...], "streams": {writer: [{"stream": base64} | {"error": ...} per protocol]}}
  {"do": "read", "streams": [base64, ...], "reads": [[reader, stream], ...], "probes": [...]}
      {"results": [{"answers": [...]} | {"error": ...} | {"hang": true} | {"crash": ...}, ...]}

Each read has a process of its own: what a load leaves behind (cloudpickle remembers the classes that
it made, dill fills __main__) must not help the next one. Readers that are one function, as
cloudpickle.loads is pickle.loads, share an answer.
"""

import base64
import gc
import json
import platform
import sys
import warnings

from live import picklers, probing
from picklability import fork

TIMEOUT = 20  # seconds for one source or one stream, on a busy machine too


def _message(error):
    return {"error": "%s: %s" % (type(error).__name__, str(error)[:200])}


def _first(steps):
    answer = {"crash": "without an answer"}
    for answer in fork.run(steps, TIMEOUT):
        break
    return {"error": "child: " + answer["failed"]} if "failed" in answer else answer


def _run_source(request):
    space = sys.modules["__main__"].__dict__
    exec(compile(request["text"], "<source>", "exec"), space)
    return space[request["root"]]


def _write_steps(request, dumps):
    # One process for all protocols of a writer: what a dump leaves behind is the writer's own.
    root = _run_source(request)
    for protocol in request["protocols"]:
        try:
            yield {"stream": base64.b64encode(dumps(root, protocol)).decode()}
        except Exception as error:
            yield _message(error)


def _written(request, dumps):
    answers = []
    for answer in fork.run(lambda: _write_steps(request, dumps), TIMEOUT):
        answers.append({"error": "child: " + answer["failed"]} if "failed" in answer else answer)
    # After a crash or a hang there is one answer for the rest.
    while len(answers) < len(request["protocols"]):
        answers.append(answers[-1] if answers else {"crash": "without an answer"})
    return answers[:len(request["protocols"])]


def write(group, request):
    def expected():
        yield {"answers": probing.answers(_run_source(request), request["probes"])}

    origin = _first(expected)
    if "answers" not in origin:
        return {"unusable": origin}
    streams = {name: _written(request, dumps) for name, dumps in picklers.writers(group).items()
               if name in request["writers"]}
    return {"expected": origin["answers"], "streams": streams}


def read(group, request):
    readers = picklers.readers(group)
    streams = [base64.b64decode(text) for text in request["streams"]]

    def one(load, data):
        try:
            loaded = load(data)
        except Exception as error:
            yield _message(error)
        else:
            yield {"answers": probing.answers(loaded, request["probes"])}

    done = {}
    for name, index in request["reads"]:
        key = readers[name], index
        if key not in done:
            done[key] = _first(lambda: one(readers[name], streams[index]))
    return {"results": [done[readers[name], index] for name, index in request["reads"]]}


def serve(group):
    """Answers until standard input ends."""
    warnings.simplefilter("ignore")
    hello = {"python": platform.python_version(), "group": group}
    try:
        hello["versions"] = picklers.versions(group)
        hello["writers"] = list(picklers.writers(group))
        hello["readers"] = list(picklers.readers(group))
    except ImportError as error:
        hello["unavailable"] = str(error)
    print(json.dumps(hello), flush=True)
    # What is there already is no garbage; children need not copy its pages to find out.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"write": write, "read": read}[request["do"]](group, request)
        print(json.dumps(answer), flush=True)
