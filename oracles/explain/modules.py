"""What the modules of this process are: Python's own, the user's file, or of a distribution."""

import importlib.metadata
import os
import sys
import sysconfig


def loaded(folder):
    """For each loaded top-level module {"kind", "file", "distribution", "version"}.

    Kinds: "python" for the standard library, "source" for the user's own file and what lies beside
    it, "distribution" for what was installed, "unknown" for the rest. `folder` is what the user's
    file is imported from, or "".
    """
    owners = None
    answer = {}
    for name in sorted({full.split(".")[0] for full in sys.modules}):
        file = getattr(sys.modules.get(name), "__file__", None) or ""
        if name == "__main__" or (folder and _is_below(folder, file)):
            answer[name] = {"kind": "source", "file": file}
        elif _is_standard(name, file):
            answer[name] = {"kind": "python"}
        else:
            owners = _owners() if owners is None else owners
            entry = {"kind": "unknown", "file": file}
            if name in owners:
                entry.update(kind="distribution", distribution=owners[name][0],
                             version=owners[name][1])
            answer[name] = entry
    return answer


def _is_below(folder, file):
    # A virtual environment may lie there too.
    return os.path.realpath(file).startswith(os.path.realpath(folder) + os.sep) and (
        "-packages" not in file)


def _is_standard(name, file):
    names = getattr(sys, "stdlib_module_names", None)  # from Python 3.10 on
    if names is not None:
        return name in names
    if name in sys.builtin_module_names or not file:
        return True
    folder = os.path.dirname(os.path.realpath(file))
    libraries = {os.path.realpath(sysconfig.get_path(path)) for path in ("stdlib", "platstdlib")}
    return "-packages" not in folder and any(folder.startswith(one) for one in libraries)


def _owners():
    """By top-level module: the distribution that brings it, and its version."""
    owners = {}
    for distribution in importlib.metadata.distributions():
        try:
            title, version = distribution.metadata["Name"], distribution.version
            names = (distribution.read_text("top_level.txt") or "").split()
            if not names:
                names = {path.parts[0].split(".")[0] for path in distribution.files or ()}
        except Exception:  # a damaged installation owns nothing
            continue
        for name in names:
            owners.setdefault(name, (title, version))
    return owners
