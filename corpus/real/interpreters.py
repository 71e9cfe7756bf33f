"""Finds CPython interpreters and gives them the pinned libraries.

No path is built in: an interpreter comes from PICKLEPROOF_PYTHONS (paths separated like PATH), from
`pythonX.Y` on PATH, or from the versions of pyenv. Libraries go into a folder per version inside
the build folder; nothing is installed into an interpreter.

    python3 interpreters.py VERSION ...

prints the path of each of these versions that is found, one a line.
"""

import dataclasses
import glob
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
PROBE = ("import json, platform, sys; print(json.dumps([platform.python_implementation(), "
         "platform.python_version(), sys.executable]))")


@dataclasses.dataclass(frozen=True)
class Interpreter:
    """One CPython: where it is and its version, such as 3.11.7."""

    executable: str
    version: str

    @property
    def minor(self):
        """The version without its last part, such as 3.11."""
        return self.version.rpartition(".")[0]


def candidates(minors):
    """Yields paths that may be interpreters, the most explicit source first."""
    yield from filter(None, os.environ.get("PICKLEPROOF_PYTHONS", "").split(os.pathsep))
    for minor in minors:
        found = shutil.which("python" + minor)
        if found:
            yield found
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    yield from sorted(glob.glob(os.path.join(root, "versions", "*", "bin", "python")))


def probe(path):
    """Returns the interpreter at a path, or None if that is no working CPython."""
    try:
        answer = subprocess.run([path, "-c", PROBE], capture_output=True, timeout=60, check=True)
        implementation, version, executable = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Interpreter(executable, version) if implementation == "CPython" else None


def discover(minors):
    """Returns a dict from minor version to the first interpreter found, in the order of minors."""
    found = {}
    for path in candidates(minors):
        interpreter = probe(path)
        if interpreter:
            found.setdefault(interpreter.minor, interpreter)
    return {minor: found[minor] for minor in minors if minor in found}


def environment(hash_seed):
    """Returns the environment in which streams are written: one language, zone and hash seed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return dict(kept, PYTHONHASHSEED=str(hash_seed), LC_ALL="C.UTF-8", TZ="UTC")


def pip(interpreter, *arguments):
    """Runs the interpreter's pip; raises CalledProcessError when it fails."""
    command = [interpreter.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr, env=environment(0))


def install(interpreter, build):
    """Installs the pinned libraries for an interpreter, once; returns their folder."""
    folder = build / ("libraries-" + interpreter.minor)
    stamp = folder / "installed-from"
    pins = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == pins:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    pip(interpreter, "install", "--quiet", "--target", str(folder), "--require-hashes",
        "--no-deps", "--only-binary=:all:", "--requirement", str(REQUIREMENTS))
    stamp.write_text(pins)
    return folder


def pinned_lines(interpreter, build):
    """Yields requirement lines with hashes for the wheels that an interpreter's pip chooses."""
    wheels = build / ("wheels-" + interpreter.minor)
    shutil.rmtree(wheels, ignore_errors=True)
    pip(interpreter, "download", "--quiet", "--dest", str(wheels), "--only-binary=:all:",
        "--requirement", str(HERE / "requirements.in"))
    for wheel in sorted(wheels.iterdir(), key=lambda path: path.name.lower()):
        name, version = wheel.name.split("-")[:2]
        name = re.sub(r"[-_.]+", "-", name).lower()
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        yield '%s==%s ; python_version == "%s" \\\n    --hash=sha256:%s\n' % (
            name, version, interpreter.minor, digest)


def pin(interpreters, build):
    """Writes requirements.txt: every library with its version and the hash of its wheel."""
    lines = ["# Made by `make.py --pin` from requirements.in. Hashes of the wheels for %s.\n"
             % sys.platform]
    for interpreter in interpreters:
        lines.append("\n")
        lines.extend(pinned_lines(interpreter, build))
    REQUIREMENTS.write_text("".join(lines))


if __name__ == "__main__":
    for found in discover(sys.argv[1:]).values():
        print(found.executable)
