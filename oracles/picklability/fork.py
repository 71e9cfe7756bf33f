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


def _child(write_end, steps, group):
    # Never returns. What a step prints must not reach the answers on standard output.
    status = 0
    try:
        if group:
            os.setsid()
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


class Child:
    """A forked process that runs the generator function `steps`. Time runs from its making on.

    With `group`, whatever it starts ends with it.
    """

    def __init__(self, steps, timeout, first=None, group=False):
        self.timeout = timeout
        self.patience = timeout if first is None else first  # until the next answer
        self.deadline = time.monotonic() + self.patience
        self.group = group
        self.read_end, write_end = os.pipe()
        self.pid = self.leader = os.fork()
        if self.pid == 0:
            os.close(self.read_end)
            _child(write_end, steps, group)
        os.close(write_end)

    def answers(self):
        """Yields what `steps` yields.

        Ends early with {"hang": true} when nothing came for `timeout` seconds while it slept, or
        used as much of the processor, and with {"crash": "SIGSEGV"} when the child died.
        """
        try:
            for line in self._lines():
                if line is None:
                    yield {"hang": True}
                    return
                yield json.loads(line.decode())
            crash = self._end()
            if crash:
                yield {"crash": crash}
        finally:
            os.close(self.read_end)
            if self.group:
                self._stop_group()
            if self.pid:
                self._stop()

    def _lines(self):
        """Yields the lines that come through the pipe, and None where none came in time."""
        parts = []
        while True:
            left = max(self.deadline - time.monotonic(), 0)
            if not select.select([self.read_end], [], [], left)[0]:
                if self._is_at_work():
                    self.deadline = time.monotonic() + self.patience
                    continue
                yield None
                return
            chunk = os.read(self.read_end, 1 << 20)
            if not chunk:
                return
            # Joined at the end of a line only: a line may be as long as a stream.
            parts.append(chunk)
            if b"\n" in chunk:
                lines = b"".join(parts).split(b"\n")
                parts = [lines.pop()]
                yield from lines
                self.patience = self.timeout
                self.deadline = time.monotonic() + self.timeout

    def _is_at_work(self):
        """Whether the child has had less than its time, since the machine is busy with others."""
        with open("/proc/%d/stat" % self.pid) as file:
            fields = file.read().rpartition(")")[2].split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return fields[0] in "RD" and used < self.patience

    def _end(self):
        # The pipe is closed, so that the child has ended or is about to.
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self.pid = 0
                return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else ""
            time.sleep(0.0001)
        return self._stop() or "hang at exit"

    def _stop_group(self):
        try:
            os.killpg(self.leader, signal.SIGKILL)
        except ProcessLookupError:  # all of it has ended
            pass

    def _stop(self):
        """Kills the child and returns what it died of, or ""."""
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL:
            return signal.Signals(os.WTERMSIG(status)).name
        return ""


def run(steps, timeout, first=None, group=False):
    """Yields what the generator function `steps` yields in a forked child: see Child.answers.

    `first` is how long the first answer may take, where that is not `timeout`.
    """
    return Child(steps, timeout, first, group).answers()
