"""Defines functions and classes in `__main__`, as an interactive session does.

cloudpickle and dill store such definitions by value, code objects included. The file name in the
code is a neutral one, so that no path of the writing machine gets into a stream.
"""

import sys
import textwrap

FILE_NAME = "<pickleproof>"


def define(source):
    """Runs indented source text in `__main__`; returns that module's names."""
    names = vars(sys.modules["__main__"])
    exec(compile(textwrap.dedent(source), FILE_NAME, "exec"), names)
    return names
