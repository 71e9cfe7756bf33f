"""A clean process that forks once per check.

Reads one case per line on standard input as JSON and answers on standard output: a line per pickler
and protocol, then {"done": ...}. First of all it says who it is. The process itself never runs a
source, so that every fork of it is an interpreter that has never seen the object.

Treatments: V by value, R by reference, VN by value but with names of the source, Xd T dump raises T,
Xl T load raises T, D it loads and behaves differently (D T: a probe raises T), H a check holds,
"hang dump", "hang load", "crash SIGNAL", "n/a".
"""

import base64
import gc
import importlib
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

PROBES = ("probes", -1)  # the last job of a dumping process

# What many sources and libraries import. Imported here once, so that not every fork does it.
PRELOADED = ("abc array asyncio collections concurrent.futures contextlib contextvars copyreg ctypes "
             "dataclasses datetime decimal enum functools inspect io itertools json logging operator "
             "os pickletools queue re socket struct tempfile threading types typing weakref").split()


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
            for name, protocol, answer in self.check(case, jobs, timeout, fields.get("alone", False)):
                yield self.cell(name, protocol, answer)
            return
        expected, made = self.dump(case, jobs, timeout)
        self.load(case, made, expected, timeout, fields.get("alone", False))
        for name, protocol in jobs:
            yield self.cell(name, protocol, made[name, protocol])

    @staticmethod
    def cell(name, protocol, answer):
        return {"pickler": name, "protocol": protocol, "treatment": answer.get("treatment", "D"),
                "detail": answer.get("detail", answer.get("failed", ""))}

    def prepare(self, fields):
        """A folder with the source as a module, where it is to be importable; else ""."""
        if fields.get("home") != "module":
            return ""
        folder = tempfile.mkdtemp(dir=self.folder)
        pathlib.Path(folder, HOME + ".py").write_text(fields["source"], encoding="utf-8")
        return folder

    def each(self, steps, jobs, timeout, phase):
        """One message per job. A job that hangs or crashes ends its process; the rest get others."""
        messages = []
        while len(messages) < len(jobs):
            todo = jobs[len(messages):]
            got = self.messages(fork.Child(lambda todo=todo: steps(todo), timeout), todo, phase)
            messages += got
            if "failed" in got[-1]:
                return messages + [got[-1]] * (len(jobs) - len(messages))
            if got[-1].get("treatment") == "hang " + phase:
                # Where one hangs, others will: they wait side by side.
                children = [fork.Child(lambda job=job: steps([job]), timeout)
                            for job in jobs[len(messages):]]
                for child in children:
                    messages.append(self.messages(child, jobs[len(messages):][:1], phase)[0])
        return messages

    @staticmethod
    def messages(child, jobs, phase):
        """What one process says, at least one message and at most one for each of the jobs."""
        messages = []
        for message in child.answers():
            if len(messages) == len(jobs):
                messages.pop()  # a crash after the last answer takes its place
            if "hang" in message:
                message = {"treatment": "hang " + phase}
            elif "crash" in message:
                message = {"treatment": "crash " + message["crash"]}
            messages.append(message)
        return messages or [{"treatment": "crash without an answer"}]

    def dump(self, case, jobs, timeout):
        """What the probes say at the origin, and {"stream"} or {"treatment"} for every job."""
        if case.stream:
            return self.given(case, jobs)
        messages = self.each(lambda todo: self.dump_steps(case, todo), jobs + [PROBES], timeout,
                             "dump")
        answers = messages.pop()
        if "expected" not in answers:
            raise RuntimeError("the source or its probes do not run: %r" % answers)
        return answers["expected"], dict(zip(jobs, messages))

    def dump_steps(self, case, jobs):
        # One process for all dumps of a source: what they leave behind is the source's own.
        obj = case.run_source()
        for job in jobs:
            if job == PROBES:
                yield {"expected": case.answers(obj)}
                return
            name, protocol = job
            try:
                data = self.apis[name].dumps(obj, protocol)
                yield {"stream": base64.b64encode(data).decode()}
            except Exception as error:
                yield {"treatment": "Xd " + tidy(error), "detail": str(error)[:200]}

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

    def load(self, case, made, expected, timeout, alone):
        """Puts treatments where streams are: of loads without the source, and with it where needed.

        Streams share a process where a load leaves nothing behind that another could see.
        """
        together = {}
        for job in list(made):
            if "stream" not in made[job]:
                continue
            data = base64.b64decode(made[job]["stream"])
            if alone or self.apis[job[0]].leaves_traces(data):
                self.load_batch(case, {job: data}, made, expected, timeout)
            else:
                together[job] = data
        self.load_batch(case, together, made, expected, timeout)

    def load_batch(self, case, streams, made, expected, timeout):
        def fresh(jobs):
            for job in jobs:
                yield case.load(self.apis[job[0]], streams[job], expected)

        def with_source(jobs):
            case.run_source()
            yield from fresh(jobs)

        jobs = list(streams)
        made.update(zip(jobs, self.each(fresh, jobs, timeout, "load")))
        failed = [job for job in jobs if made[job]["treatment"].startswith("Xl")]
        if case.stream:
            return
        for job, home in zip(failed, self.each(with_source, failed, timeout, "load")):
            if home["treatment"] == "V":
                home["treatment"] = "VN"
            home["detail"] = home["detail"] or made[job]["treatment"] + " without the source"
            made[job] = home

    def check(self, case, jobs, timeout, alone):
        """Yields pickler, protocol and answer. The protocols of a pickler share a process."""
        def steps(todo):
            for name, protocol in todo:
                yield case.run_check(self.apis[name], protocol)

        batches = {}
        for name, protocol in jobs:
            batches.setdefault((name, protocol) if alone else name, []).append((name, protocol))
        for batch in batches.values():
            for (name, protocol), answer in zip(batch, self.each(steps, batch, timeout, "check")):
                yield name, protocol, answer


def serve(group):
    """Answers until standard input ends."""
    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    hello = {"python": platform.python_version(), "group": group}
    try:
        for name in PRELOADED:
            importlib.import_module(name)
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
    # Children share the memory of this process for as long as nobody writes to it.
    gc.disable()
    gc.freeze()
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
