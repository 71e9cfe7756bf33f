"""Runs functions in forked children, with time limits, and tells a crash from a hang."""

import json
import os
import resource
import select
import signal
import time

MEMORY = 4 << 30  # bytes of address space of a child


def _limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _child(write_end, steps):
    # Never returns. What a step prints must not reach the answers on standard output.
    status = 0
    try:
        _limit()
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        for answer in steps():
            os.write(write_end, (json.dumps(answer) + "\n").encode())
    except BaseException as error:
        # A pipe takes this at once: the message is short.
        os.write(write_end, (json.dumps({"failed": repr(error)[:300]}) + "\n").encode())
        status = 3
    finally:
        os._exit(status)


def stop(pid):
    """Kills the child and returns what it died of, or ""."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL:
        return signal.Signals(os.WTERMSIG(status)).name
    return ""


def run(steps, timeout):
    """Yields what the generator function `steps` yields in a forked child.

    Ends early with {"hang": true} when nothing came for `timeout` seconds, and with
    {"crash": "SIGSEGV"} when the child died.
    """
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        _child(write_end, steps)
    os.close(write_end)
    ended = False
    try:
        for line in _lines(read_end, timeout):
            if line is None:
                yield {"hang": True}
                return
            yield json.loads(line.decode())
        crash = _end(pid, timeout)
        ended = True
        if crash:
            yield {"crash": crash}
    finally:
        os.close(read_end)
        if not ended:
            stop(pid)


def _lines(read_end, timeout):
    """Yields the lines that come through the pipe, and None where none came in time."""
    rest = b""
    while True:
        if not select.select([read_end], [], [], timeout)[0]:
            yield None
            return
        chunk = os.read(read_end, 1 << 20)
        if not chunk:
            return
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        yield from lines


def _end(pid, timeout):
    # The pipe is closed, so that the child has ended or is about to.
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else ""
        time.sleep(0.0001)
    return stop(pid) or "hang at exit"
