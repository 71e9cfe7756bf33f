"""Asks an object the probes of a source. Runs inside forked children."""

from picklability.describe import describe


def run(coroutine):
    """The result of a coroutine that waits for nothing."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


def run_all(generator):
    """What an asynchronous generator gives that waits for nothing."""
    out = []
    try:
        while True:
            out.append(run(generator.__anext__()))
    except StopAsyncIteration:
        return out


def answers(x, probes):
    """The answers as texts; probes are asked in order, since they may change what they ask."""
    results = []
    for probe in probes:
        try:
            results.append(describe(eval(probe, {"x": x, "run": run, "run_all": run_all})))
        except Exception as error:
            results.append("raises " + type(error).__name__)
    return results
