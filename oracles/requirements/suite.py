"""All requirements, or those of one file."""

import importlib
import importlib.util

from . import registry

MODULES = ("streams", "sharing", "interface", "errors", "picklable", "instances", "hooks", "buffers",
           "python2_names", "globals_", "examples", "cloudpickle_", "dill_", "answer")


def load(file=""):
    """The requirements by number; ValueError where a number is there twice."""
    if file:
        spec = importlib.util.spec_from_file_location("given_requirements", file)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    else:
        for name in MODULES:
            importlib.import_module("." + name, __package__)
    found = sorted(registry.REQUIREMENTS, key=lambda one: one.number)
    numbers = [one.number for one in found]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise ValueError("requirements that are there twice: %s" % twice)
    return found
