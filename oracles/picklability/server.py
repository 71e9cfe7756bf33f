"""A clean process that forks once per check.

Reads one case per line on standard input as JSON and answers on standard output: a line per pickler
and protocol, then {"done": ...}. First of all it says who it is. The process itself never runs a
source, so that every fork of it is an interpreter that has never seen the object.

Treatments: V by value, R by reference, VN by value but with names of the source, Xd T dump raises T,
Xl T load raises T, D it loads and behaves differently (D T: a probe raises T), H a check holds,
"hang dump", "hang load", "crash SIGNAL", "n/a".
"""

import base64
import json
import os
import pathlib
import platform
import shutil
import sys
import tempfile
import warnings

from . import fork, picklers
from .case import HOME, Case, tidy


class Server:
    def __init__(self, group, apis):
        self.group = group
        self.apis = {api.name: api for api in apis}
        self.folder = tempfile.mkdtemp(prefix="pickleproof-")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def answer(self, fields):
        """Yields {"pickler", "protocol", "treatment", "detail"} for every cell of a case."""
        case = Case(fields, self.prepare(fields))
        timeout = fields.get("timeout", 10)
        wanted = fields.get("picklers") or list(self.apis)
        jobs = [(name, protocol) for name in wanted for protocol in fields["protocols"]]
        if case.check:
            for name, protocol in jobs:
                yield self.cell(name, protocol, self.check(case, name, protocol, timeout))
            return
        expected, streams = self.dump(case, jobs, timeout)
        for name, protocol in jobs:
            made = streams[name, protocol]
            if "stream" in made:
                made = self.load(case, name, base64.b64decode(made["stream"]), expected, timeout)
            yield self.cell(name, protocol, made)

    @staticmethod
    def cell(name, protocol, answer):
        return {"pickler": name, "protocol": protocol, "treatment": answer["treatment"],
                "detail": answer.get("detail", "")}

    def prepare(self, fields):
        """A folder with the source as a module, where it is to be importable; else ""."""
        if fields.get("home") != "module":
            return ""
        folder = tempfile.mkdtemp(dir=self.folder)
        pathlib.Path(folder, HOME + ".py").write_text(fields["source"], encoding="utf-8")
        return folder

    def dump(self, case, jobs, timeout):
        """What the probes say at the origin, and a stream or a treatment for every job."""
        if case.stream:
            return self.given(case, jobs)
        streams, expected, left = {}, [], list(jobs)
        while left or not expected:
            before = len(left)
            for message in fork.run(lambda todo=tuple(left): self.dump_steps(case, todo), timeout):
                if "expected" in message:
                    expected = message["expected"]
                elif "failed" in message:
                    raise RuntimeError("the source does not run: " + message["failed"])
                elif left:
                    streams[left.pop(0)] = self.made(message, "dump")
                else:
                    raise RuntimeError("probes at the origin: %r" % message)
            if len(left) == before and not expected:
                raise RuntimeError("the source made nothing")
        return expected, streams

    @staticmethod
    def made(message, phase):
        if "hang" in message:
            return {"treatment": "hang " + phase}
        if "crash" in message:
            return {"treatment": "crash " + message["crash"]}
        return message

    def dump_steps(self, case, jobs):
        # One process for all dumps of a source: what they leave behind is the source's own.
        obj = case.run_source()
        for name, protocol in jobs:
            try:
                data = self.apis[name].dumps(obj, protocol)
                yield {"stream": base64.b64encode(data).decode()}
            except Exception as error:
                yield {"treatment": "Xd " + tidy(error), "detail": str(error)[:200]}
        yield {"expected": case.answers(obj)}

    @staticmethod
    def given(case, jobs):
        """A stream of the table, below the header of each protocol."""
        data = eval(case.stream, {})
        space = {}
        exec(compile(case.source or "obj = None", "<row>", "exec"), space)
        streams = {}
        for job in jobs:
            header = b"" if job[1] < 2 else b"\x80" + bytes([job[1]])
            streams[job] = {"stream": base64.b64encode(header + data).decode()}
        return case.answers(space["obj"]), streams

    def load(self, case, name, data, expected, timeout):
        """Loads without the source; where that fails, with it."""
        api = self.apis[name]
        fresh = self.one(lambda: iter([case.load(api, data, expected)]), timeout, "load")
        if case.stream or not fresh["treatment"].startswith("Xl"):
            return fresh

        def with_source():
            case.run_source()
            yield case.load(api, data, expected)

        home = self.one(with_source, timeout, "load")
        treatment = "VN" if home["treatment"] == "V" else home["treatment"]
        detail = home["detail"] or fresh["treatment"] + " without the source"
        return {"treatment": treatment, "detail": detail}

    def check(self, case, name, protocol, timeout):
        return self.one(lambda: iter([case.run_check(self.apis[name], protocol)]), timeout, "check")

    def one(self, steps, timeout, phase):
        message = {"crash": "without an answer"}
        for message in fork.run(steps, timeout):
            break
        if "failed" in message:
            return {"treatment": "D", "detail": message["failed"]}
        return self.made(message, phase)


def serve(group):
    """Answers until standard input ends."""
    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    hello = {"python": platform.python_version(), "group": group}
    try:
        apis = picklers.make(group)
        hello["library"] = picklers.version(group)
        hello["picklers"] = [api.name for api in apis]
    except ImportError as error:
        hello["unavailable"] = str(error)
        apis = None
    print(json.dumps(hello), flush=True)
    if apis is None:
        return
    server = Server(group, apis)
    try:
        for line in sys.stdin:
            fields = json.loads(line)
            answers = []
            try:
                answers = list(server.answer(fields))
                done = {"done": True}
            except Exception as error:
                done = {"done": True, "error": "%s: %s" % (tidy(error), error)}
            done["answers"] = answers
            done["row"], done["case"] = fields["row"], fields["case"]
            print(json.dumps(done), flush=True)
    finally:
        server.close()
