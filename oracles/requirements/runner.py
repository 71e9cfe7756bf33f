"""Runs every library's checks in processes of their own, so that none takes the others with it."""

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile

PATIENCE = 120  # seconds for one check

PACKAGE = pathlib.Path(__file__).resolve().parent

PROGRAM = "import requirements.child as child; child.main()"


class Process:
    """A child that answers line by line; gone at the end of the block, with all that it started."""

    def __init__(self, arguments, folder):
        environment = dict(os.environ, PYTHONPATH=str(PACKAGE.parent), PYTHONDONTWRITEBYTECODE="1",
                           PYTHONHASHSEED="0", PYTHONIOENCODING="utf-8")
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-c", PROGRAM] + arguments, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self.errors, cwd=folder, env=environment,
            start_new_session=True)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def line(self, patience):
        """The next line; None where none came in time, b"" where the process ended before."""
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], patience)[0]:
                return None
            chunk = os.read(self.process.stdout.fileno(), 1 << 16)
            if not chunk:
                return b""
            self.rest += chunk
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def death(self):
        """What it died of, in words."""
        status = self.process.wait()
        self.errors.seek(0)
        told = self.errors.read()[-300:].decode(errors="replace").strip().split("\n")[-1]
        how = signal.Signals(-status).name if status < 0 else "exit status %d" % status
        return "the process ended with %s%s" % (how, ": " + told if told else "")


def run(source, library, numbers, patience=PATIENCE):
    """Yields {"number", "verdict", "detail"} for each; after a hang or a crash the rest go on."""
    todo = list(numbers)
    while todo:
        with tempfile.TemporaryDirectory(prefix="pickleproof-") as folder:
            with Process([source, library] + [str(number) for number in todo], folder) as process:
                while todo:
                    line = process.line(patience)
                    if line:
                        yield json.loads(line.decode())
                        todo.pop(0)
                        continue
                    detail = ("no answer in %g s" % patience) if line is None else process.death()
                    yield {"number": todo.pop(0), "verdict": "fails", "detail": detail}
                    break
