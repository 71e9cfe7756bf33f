"""Builds the module for every CPython from 3.9 to 3.13 found, and runs its tests with each.

    python3 every_python.py [--build FOLDER] [--leaks] [CMAKE_ARGUMENT ...]

Interpreters are found as corpus/real/interpreters.py says: PICKLEPROOF_PYTHONS, PATH, pyenv. Each
gets a build folder of its own inside FOLDER (build/module), in which only the module is built. One
line per version at the end; status 1 where a build or a test fails.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent.parent
MINORS = ("3.9", "3.10", "3.11", "3.12", "3.13")
SKIPPED = 77

sys.path.insert(0, str(SOURCE / "corpus" / "real"))
import interpreters  # noqa: E402


def build(interpreter, folder, arguments):
    """The folder of the built module, or None."""
    configure = ["cmake", "-S", str(SOURCE), "-B", str(folder), "-G", "Ninja",
                 "-DCMAKE_BUILD_TYPE=Release", "-DPICKLEPROOF_TESTS=OFF",
                 "-DPICKLEPROOF_PYTHON=" + interpreter.executable, *arguments]
    compile_ = ["ninja", "-C", str(folder), "pickleproof_module"]
    for command in (configure, compile_):
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False)
        if ran.returncode != 0:
            print(ran.stdout)
            return None
    return folder / "harness" / "python" / "module"


def tests(built, leaks):
    yield "run_pickletester.py", ["--module", built, "--left-out", HERE / "left_out.txt"]
    yield "live_test.py", [built]
    yield "cloudpickle_test.py", [built]
    if leaks:
        yield "leak_test.py", ["--module", built]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build" / "module")
    parser.add_argument("--leaks", action="store_true", help="look for leaks too, a minute each")
    arguments, cmake_arguments = parser.parse_known_args()
    found = interpreters.discover(MINORS)
    print("interpreters not found: %s" % (", ".join(set(MINORS) - set(found)) or "none"))
    lines, failures = [], 0
    for minor, interpreter in found.items():
        print("== CPython %s, %s" % (interpreter.version, interpreter.executable), flush=True)
        built = build(interpreter, arguments.build / minor, cmake_arguments)
        verdicts = ["no module"] if built is None else []
        for script, its_arguments in tests(built, arguments.leaks) if built else ():
            ran = subprocess.run([interpreter.executable, "-s", "-B", str(HERE / script),
                                  *map(str, its_arguments)], check=False)
            verdict = {0: "passes", SKIPPED: "skipped"}.get(ran.returncode, "FAILS")
            verdicts.append("%s %s" % (script, verdict))
        failures += any(verdict.endswith(("FAILS", "no module")) for verdict in verdicts)
        lines.append("%s: %s" % (interpreter.version, ", ".join(verdicts)))
    print("\n".join(lines))
    return 1 if failures or not found else 0


if __name__ == "__main__":
    sys.exit(main())
