"""Builds the module for every CPython from 3.9 to 3.13 found, and runs its tests with each.

    python3 every_python.py [--build FOLDER] [--leaks] [CMAKE_ARGUMENT ...]

Interpreters are found as corpus/real/interpreters.py says: PICKLEPROOF_PYTHONS, PATH, pyenv. Each
gets a build folder of its own inside FOLDER (build/module), in which only the module is built, and
runs in an environment with cloudpickle, where one can be made (oracles/picklability/setup.sh).
`./pickleproof cross --live --interpreters all` asks the modules that are in build/module. What each
test counted, per version, at the end; status 1 where a build or a test fails.
"""

import argparse
import pathlib
import re
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


def environment_of(interpreter):
    """The interpreter's program with cloudpickle, or else without."""
    folder = SOURCE / "build" / "python"
    subprocess.run(["bash", str(SOURCE / "oracles" / "picklability" / "setup.sh"), str(folder),
                    interpreter.executable], check=False)
    program = folder / interpreter.version / "bin" / "python"
    return str(program) if program.exists() else interpreter.executable


def tests(built, leaks):
    yield "run_pickletester.py", ["--module", built, "--left-out", HERE / "left_out.txt"]
    yield "live_test.py", [built]
    yield "cloudpickle_test.py", [built]
    if leaks:
        yield "leak_test.py", ["--module", built]


def run_test(program, script, arguments):
    """Shows what the test says; returns its verdict with the line in which it counts."""
    ran = subprocess.run([program, "-s", "-B", str(HERE / script), *map(str, arguments)],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(ran.stdout, flush=True)
    verdict = {0: "passes", SKIPPED: "skipped"}.get(ran.returncode, "FAILS")
    lines = [line for line in ran.stdout.splitlines() if re.search(r"\d", line)]
    return verdict, "%s %s: %s" % (script, verdict, lines[-1] if lines else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build" / "module")
    parser.add_argument("--leaks", action="store_true", help="look for leaks too, a minute each")
    parser.add_argument("--only", help="versions with commas between them, such as 3.9,3.13")
    arguments, cmake_arguments = parser.parse_known_args()
    minors = tuple(arguments.only.split(",")) if arguments.only else MINORS
    found = interpreters.discover(minors)
    print("interpreters not found: %s" % (", ".join(sorted(set(minors) - set(found))) or "none"))
    lines, failed = [], not found
    for minor, interpreter in found.items():
        print("== CPython %s, %s" % (interpreter.version, interpreter.executable), flush=True)
        lines.append("CPython %s" % interpreter.version)
        built = build(interpreter, arguments.build / minor, cmake_arguments)
        if built is None:
            lines.append("  the module can't be built")
            failed = True
            continue
        program = environment_of(interpreter)
        for script, its_arguments in tests(built, arguments.leaks):
            verdict, line = run_test(program, script, its_arguments)
            lines.append("  " + line)
            failed = failed or verdict == "FAILS"
    print("\n".join(lines))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
