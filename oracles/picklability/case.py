"""One way of making an object, and what is asked of it. Runs inside forked children."""

import importlib
import sys
import types

from .describe import ATOMS, describe, type_name

HOME = "row_home"  # the module that a source lives in, where it is importable
CHECK = "row_check"  # the module that a check lives in

VALUE_TYPES = ATOMS + (tuple, frozenset, float, complex)


def tidy(error):
    return type(error).__name__


def raises(expected, function, *args, **kwargs):
    """The exception that the call raises. AssertionError where it raises another, or none."""
    try:
        function(*args, **kwargs)
    except expected as error:
        return error
    except Exception as error:
        raise AssertionError("raised %s: %s" % (tidy(error), error))
    raise AssertionError("nothing was raised")


class Case:
    """The fields of one case as they come from the table."""

    def __init__(self, fields, folder):
        self.source = fields.get("source", "")
        self.probes = fields.get("probes") or ["describe(x)"]
        self.home = fields.get("home", "main")
        self.cached = fields.get("cached", False)
        self.stream = fields.get("stream", "")
        self.check = fields.get("check", "")
        self.folder = folder

    def run_source(self):
        """Executes the source where it lives, and returns the object that it makes."""
        if self.home == "module":
            sys.path.insert(0, self.folder)
            importlib.invalidate_caches()
            return importlib.import_module(HOME).obj
        space = sys.modules["__main__"].__dict__
        exec(compile(self.source, "<row>", "exec"), space)
        return space.get("obj")

    def answers(self, x):
        """The results of the probes on an object, as texts."""
        space = {"x": x, "describe": describe, "type_name": type_name, "sys": sys, "types": types}
        results = []
        for probe in self.probes:
            try:
                value = eval(probe, dict(space))
                results.append(value if isinstance(value, str) else describe(value))
            except Exception as error:
                results.append("raises " + tidy(error))
        return results

    def load(self, api, data, expected):
        """Loads a stream here, twice, and says how the object came back."""
        try:
            first = api.loads(data)
            second = api.loads(data)
        except Exception as error:
            return {"treatment": "Xl " + tidy(error), "detail": str(error)[:200]}
        same = first is second and type(first) not in VALUE_TYPES
        by_reference = same and not self.cached and not api.is_tracked(first)
        results = self.answers(first)
        for probe, want, got in zip(self.probes, expected, results):
            if want != got:
                name = got[7:] if got.startswith("raises ") else ""
                detail = "%s: %s, not %s" % (probe, got[:150], want[:150])
                return {"treatment": ("D " + name).strip(), "detail": detail}
        return {"treatment": "R" if by_reference else "V", "detail": ""}

    def run_check(self, api, protocol):
        """Runs the check of a row that is about machinery: H where it holds."""
        api.protocol = protocol
        space = {"api": api, "dumps": api.dumps, "loads": api.loads, "protocol": protocol,
                 "Pickler": api.Pickler, "Unpickler": api.Unpickler, "name": api.name,
                 "raises": raises, "describe": describe}
        # Importable, so that cloudpickle and dill refer to what the check defines, as pickle does.
        module = sys.modules[CHECK] = types.ModuleType(CHECK)
        module.__dict__.update(space)
        try:
            exec(compile(self.check, "<row>", "exec"), module.__dict__)
        except AssertionError as error:
            return {"treatment": "D", "detail": str(error)[:200]}
        except Exception as error:
            phase = getattr(error, "pickleproof_phase", "D")
            return {"treatment": "%s %s" % (phase, tidy(error)), "detail": str(error)[:200]}
        return {"treatment": "H", "detail": ""}
