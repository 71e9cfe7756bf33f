"""Where the user's object comes from: a name in a file, or an expression. Runs in forked children."""

import ast
import difflib
import importlib.util
import os
import re
import sys
import traceback

# Packages of this suite; a user's module may have the same name.
OURS = ("explain", "live", "picklability", "requirements")

ADDRESS = re.compile(" at 0x[0-9a-fA-F]+")


class Unusable(Exception):
    """There is no object, for a reason that fits on a line."""


def leave(scripts):
    """Makes this process one that has never heard of this suite."""
    for name in list(sys.modules):
        if name.split(".")[0] in OURS:
            del sys.modules[name]
    away = os.path.realpath(scripts)
    # python -c puts "" there.
    sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != away]


def load(target):
    """The object of {"file", "name", "main"} or {"code"}. Raises Unusable."""
    if "code" in target:
        sys.path.insert(0, "")
        sys.argv = ["-c"]
        return _evaluate(target["code"], _main_space(), "-c")
    path = os.path.abspath(target["file"])
    if not os.path.isfile(path):
        raise Unusable("%s: no such file" % target["file"])
    sys.argv = [target["file"]]
    space = _as_script(path) if target["main"] else _as_module(path)
    return _lookup(target["name"], space, os.path.basename(path))


def module_name(path):
    """The name by which a file is imported, and the folder from which: packages have __init__.py."""
    folder, name = os.path.split(os.path.splitext(path)[0])
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = package if name == "__init__" else package + "." + name
    return name, folder


def home(target):
    """The folder from which the file is imported, or ""."""
    if "file" not in target:
        return ""
    path = os.path.abspath(target["file"])
    return os.path.dirname(path) if target["main"] else module_name(path)[1]


def _main_space():
    # dill keeps the module __main__ that it saw first; another one would be no __main__ to it.
    space = sys.modules["__main__"].__dict__
    space["__name__"] = "__main__"
    return space


def _as_script(path):
    sys.path.insert(0, os.path.dirname(path))
    space = _main_space()
    space["__file__"] = path
    with open(path, "rb") as file:
        text = file.read()
    _run(lambda: exec(compile(text, path, "exec"), space), path)
    return space


def _as_module(path):
    name, folder = module_name(path)
    base = os.path.basename(path)
    if not path.endswith(".py") or "." in base[:-3]:
        raise Unusable("%s can't be imported by its name; add --main to run it as the script" % base)
    sys.path.insert(0, folder)
    if name in sys.modules:
        raise Unusable("%s has the name of Python's own module %s, which is loaded already; rename "
                       "it, or add --main to run it as the script" % (base, name))
    package = name.rpartition(".")[0]
    if package:
        _run(lambda: importlib.import_module(package), path)
    # Not import_module(): another module of this name may come first on the path.
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _run(lambda: spec.loader.exec_module(module), path)
    if package:
        setattr(sys.modules[package], name.rpartition(".")[2], module)
    return module.__dict__


def _lookup(name, space, where):
    """A dotted name, or any other expression over what the file defines."""
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return _evaluate(name, space, "NAME")
    if parts[0] not in space:
        raise Unusable("%s has no %r%s" % (where, parts[0], _near(parts[0], space)))
    value, done = space[parts[0]], parts[0]
    for part in parts[1:]:
        try:
            value = getattr(value, part)
        except AttributeError:
            raise Unusable("%s in %s has no %r%s" % (done, where, part, _near(part, dir(value))))
        done += "." + part
    return value


def _near(name, names):
    close = difflib.get_close_matches(name, [one for one in names if isinstance(one, str)])
    if close:
        return "; there is " + ", ".join(close)
    public = sorted(one for one in names if isinstance(one, str) and not one.startswith("_"))
    return "; there are " + ", ".join(public[:8]) if public else ""


def _evaluate(text, space, where):
    """Executes all statements but the last one, whose value this is."""
    def run():
        tree = ast.parse(text, "<%s>" % where)
        if not tree.body or not isinstance(tree.body[-1], ast.Expr):
            raise Unusable("%s: the last statement must be an expression: the object" % where)
        last = ast.Expression(tree.body.pop().value)
        exec(compile(tree, "<%s>" % where, "exec"), space)
        return eval(compile(last, "<%s>" % where, "eval"), space)

    return _run(run, "<%s>" % where)


def _run(function, path):
    """Calls; whatever is raised is said on one line, with the line of the user's code."""
    try:
        return function()
    except Unusable:
        raise
    except SyntaxError as error:
        where = os.path.basename(error.filename or path)
        raise Unusable("%s:%s: %s: %s" % (where.strip("<>"), error.lineno or 0,
                                          type(error).__name__, error.msg))
    except BaseException as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
                 if frame.filename == path]
        where = os.path.basename(path).strip("<>") + (":%d" % lines[-1] if lines else "")
        raise Unusable("%s raises %s" % (where, one_line(error)))


def one_line(error, length=300):
    """An exception as one line, without addresses; also where its own text can't be had."""
    try:
        text = ADDRESS.sub("", " ".join(str(error).split()))
    except Exception:
        text = "(its text can't be had)"
    return (type(error).__name__ + (": " + text if text else ""))[:length]
