"""pickleproof against _pickle on live objects, in one process, alternating.

    python3 benchmark.py --module FOLDER [--repetitions N] [WORKLOAD ...]

The workloads are those of harness/python/pickle_benchmark.cc. Times are the best of N, of processor
time, with the garbage collector on, as users have it. "floor" is the time that it takes to make the
same objects through marshal or, where it has no such objects, copy.deepcopy's fastest rival there
is: a list comprehension. A ratio above 1 says that pickleproof is faster.
"""

import argparse
import gc
import marshal
import math
import random
import sys
import time


class Record:
    def __init__(self, i):
        self.number, self.text, self.nothing = i, str(i), None


def make_workloads():
    source = random.Random(1)
    names = ["name%d" % i for i in range(1000)]
    return {
        "ints": [source.randrange(1 << 39, 1 << 40) for _ in range(200000)],
        "small_ints": [source.randrange(300) for _ in range(400000)],
        "floats": [source.random() for _ in range(200000)],
        "strings": ["%020d" % i for i in range(100000)],
        "records": [{"id": i, "name": "user%d" % i, "score": i * 0.5, "tags": ["a", "b"],
                     "ok": True} for i in range(40000)],
        "nested": [[i, (i, [i, ()])] for i in range(60000)],
        "references": [source.choice(names) for _ in range(300000)],
        "big_bytes": [bytes(100000) for _ in range(100)],
        "objects": [Record(i) for i in range(40000)],
    }


def rebuild_objects(objects):
    """What is the least that makes such objects: new instances with a filled dict."""
    new, cls = object.__new__, Record
    states = [(r.number, r.text) for r in objects]

    def build():
        made = []
        for number, text in states:
            record = new(cls)
            record.__dict__ = {"number": number, "text": text, "nothing": None}
            made.append(record)
        return made
    return build


def floor_of(name, value):
    if name == "objects":
        return rebuild_objects(value)
    data = marshal.dumps(value)
    return lambda: marshal.loads(data)


def once(function):
    """Processor time of one call; what it returns is dropped outside of it."""
    start = time.process_time()
    result = function()
    spent = time.process_time() - start
    del result
    return spent


def best_of(functions, repetitions):
    """The best time of each, measured in turns so that none has a quieter machine."""
    best = [math.inf] * len(functions)
    for _ in range(repetitions):
        for i, function in enumerate(functions):
            best[i] = min(best[i], once(function))
    return best


def geometric_mean(numbers):
    return math.exp(sum(map(math.log, numbers)) / len(numbers))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--module", required=True)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--bar", type=float, help="fail where a geometric mean is below")
    parser.add_argument("workloads", nargs="*")
    arguments = parser.parse_args()
    sys.path.insert(0, arguments.module)
    import _pickle
    import pickleproof

    print("milliseconds, CPython %s; x: times as fast as _pickle" % sys.version.split()[0])
    print("%-11s|%9s%9s%7s |%9s%9s%7s%9s" % ("", "dumps", "_pickle", "x", "loads", "_pickle", "x",
                                             "floor"))
    dump_ratios, load_ratios = [], []
    for name, value in make_workloads().items():
        if arguments.workloads and name not in arguments.workloads:
            continue
        data = _pickle.dumps(value, 4)
        assert pickleproof.dumps(value, 4) == data
        gc.collect()
        ours, theirs = best_of([lambda: pickleproof.dumps(value, 4),
                                lambda: _pickle.dumps(value, 4)], arguments.repetitions)
        our_load, their_load, floor = best_of(
            [lambda: pickleproof.loads(data), lambda: _pickle.loads(data), floor_of(name, value)],
            arguments.repetitions)
        dump_ratios.append(theirs / ours)
        load_ratios.append(their_load / our_load)
        print("%-11s|%9.2f%9.2f%7.2f |%9.2f%9.2f%7.2f%9.2f" % (
            name, ours * 1e3, theirs * 1e3, theirs / ours, our_load * 1e3, their_load * 1e3,
            their_load / our_load, floor * 1e3), flush=True)
    means = geometric_mean(dump_ratios), geometric_mean(load_ratios)
    print("%-11s|%18s%7.2f |%18s%7.2f" % ("geom. mean", "", means[0], "", means[1]))
    return 1 if arguments.bar and min(means) < arguments.bar else 0


if __name__ == "__main__":
    sys.exit(main())
