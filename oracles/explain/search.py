"""Where in an object a pickler fails: the path to the part that it can't take.

A pickler asks for the persistent id of everything that it comes to. The last object it asked for
before it failed is the culprit, and the path to it is found by walking the object as the pickler
does. Where that is not possible (parts that are made anew each time) the parts are tried one by one,
with those above them cut off, so that cycles end. Nothing here recurses.
"""

import mmap
import struct
import time

from .origin import one_line
from .parts import describe, parts

WALKED = 2000000  # parts, the most that one walk looks at
TRIED = 2000  # parts, the most that are tried one by one


class _Reached(BaseException):
    pass


class Counter:
    """Counts the objects that a pickler came to, also for whoever outlives this process."""

    def __init__(self):
        self._memory = mmap.mmap(-1, 8)

    @property
    def value(self):
        return struct.unpack("q", self._memory[:8])[0]

    @value.setter
    def value(self, number):
        self._memory[:8] = struct.pack("q", number)


def run(pickler, obj, protocol, counter, stop_at=None):
    """Pickles, counting. Returns the exception and the last object that the pickler came to.

    `stop_at` ends it at the object of that number, before the pickler does anything with it.
    """
    last = [None]

    def hook(found):
        counter.value += 1
        last[0] = found
        if counter.value == stop_at:
            raise _Reached()

    counter.value = 0
    try:
        pickler.make(hook, protocol).dump(obj)
    except _Reached:
        return None, last[0]
    except Exception as error:
        return error, last[0]
    return None, None


def locate(pickler, root, target, protocol, seconds):
    """The labels from the root to the object that is `target`, or None."""
    deadline = time.monotonic() + seconds
    labels = []
    stack = [parts(pickler, root, protocol)]
    seen = {id(root): root}  # the objects too, so that ids stay theirs
    if target is root:
        return labels
    while stack:
        try:
            label, part = next(stack[-1])
        except Exception:  # the end of the parts, or a reduction that raises
            stack.pop()
            if labels:
                labels.pop()
            continue
        if part is target:
            return labels + [label]
        if id(part) in seen:
            continue
        if len(seen) > WALKED or (len(seen) % 1024 == 0 and time.monotonic() > deadline):
            return None
        seen[id(part)] = part
        labels.append(label)
        stack.append(parts(pickler, part, protocol))
    return None


def try_parts(pickler, root, protocol, seconds):
    """The labels to the deepest part that fails alone, with its object and exception."""
    deadline = time.monotonic() + seconds
    above = {}
    tried = 0

    def fails(part):
        # A persistent id stands for what is above, so that the part is tried without it.
        def hook(found):
            return str(id(found)) if id(found) in above else None

        try:
            pickler.make(hook, protocol).dump(part)
        except Exception as error:
            return error
        return None

    labels, node, error = [], root, None
    while tried < TRIED and time.monotonic() < deadline:
        above[id(node)] = node
        worse = None
        try:
            for label, part in parts(pickler, node, protocol):
                tried += 1
                problem = None if id(part) in above else fails(part)
                if problem is not None:
                    worse = (label, part, problem)
                    break
                if tried >= TRIED or time.monotonic() > deadline:
                    break
        except Exception as problem:  # the reduction itself
            return labels, node, problem
        if worse is None:
            break
        labels.append(worse[0])
        node, error = worse[1:]
    return labels, node, error


def search(pickler, root, protocol, counter, seconds):
    """{"labels", "leaf", "error"} of a dump that raises; {} where nothing can be said."""
    error, last = run(pickler, root, protocol, counter)
    if error is None:
        return {}
    recursion = isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError)
    alone = run(pickler, last, protocol, counter)[0]
    if recursion or (alone is not None and type(alone) is type(error)):
        labels = locate(pickler, root, last, protocol, seconds)
        if labels is not None:
            return _answer(labels, last, error)
    if recursion:
        return {}
    labels, leaf, own = try_parts(pickler, root, protocol, seconds)
    return _answer(labels, leaf, own or error)


def search_fatal(pickler, root, protocol, counter, seconds):
    """The same of a dump that ended its process or never ended, after `counter` objects."""
    _, last = run(pickler, root, protocol, Counter(), stop_at=counter.value)
    if last is None and root is not None:
        return {}
    labels = locate(pickler, root, last, protocol, seconds)
    return {} if labels is None else _answer(labels, last, None)


def _answer(labels, leaf, error):
    answer = {"labels": compress(labels), "levels": len(labels), "leaf": describe(leaf)}
    if error is not None:
        answer["error"] = one_line(error)
    return answer


def compress(labels, most=24):
    """Pairs of label and how often it comes in a row; None for what is left out in the middle."""
    pairs = []
    for label in labels:
        if pairs and pairs[-1][0] == label:
            pairs[-1][1] += 1
        else:
            pairs.append([label, 1])
    if len(pairs) > most:
        pairs[most // 2:-most // 2] = [["", sum(n for _, n in pairs[most // 2:-most // 2])]]
    return pairs
