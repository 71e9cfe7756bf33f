"""What a kind of pickle is, and the decorator by which the `kinds_*.py` modules declare one.

Runs inside every writing interpreter, Python 2.7 included, and therefore uses no newer syntax. It
is separate from `runner.py` so that a kinds module imports the declaration and nothing else.
"""

import sys

import structure

# Methods of the pickler or unpickler that a kind may supply; other hooks are plain attributes.
HOOK_METHODS = ("persistent_id", "persistent_load", "reducer_override")


class Kind(object):
    """One kind of object with the ways in which it is written.

    build       makes the object anew, the same each time; its docstring says what the stream is
    group       the folder of the streams
    protocols   the protocols to write, or a dict from "X.Y" to the protocols under that Python
    since       the first (major, minor) that can write it
    until       the last (major, minor) that can write it
    picklers    names of the picklers that write it, None for the interpreter's default one
    libraries   names of the distributions whose versions belong into the index
    look        what is compared between the built object and the loaded one
    hooks       persistent_id, persistent_load, reducer_override, dispatch_table, fast
    in_band     None, or the predicate that says which buffers stay in the stream (protocol 5)
    dump, load  replace the interpreter's pickler: dump(kind, value, protocol, keep) and
                load(data, buffers)
    extensions  (module, name, code) entries for the extension registry
    """

    def __init__(self, build, group, protocols, since=(2, 7), until=(3, 99), picklers=None,
                 libraries=(), look=structure.of, hooks=None, in_band=None, dump=None, load=None,
                 extensions=()):
        self.build = build
        self.name = build.__name__
        self.what = " ".join(build.__doc__.split())
        self.group = group
        self.protocols = protocols
        self.since = since
        self.until = until
        self.picklers = picklers
        self.libraries = libraries
        self.look = look
        self.hooks = hooks or {}
        self.in_band = in_band
        self.dump = dump
        self.load = load
        self.extensions = extensions

    def protocols_here(self):
        """Returns the protocols that the running interpreter writes for this kind."""
        version = sys.version_info[:2]
        if not self.since <= version <= self.until:
            return ()
        if isinstance(self.protocols, dict):
            return self.protocols.get("%d.%d" % version, ())
        highest = 2 if version[0] == 2 else 4 if version < (3, 8) else 5
        return tuple(p for p in self.protocols if p <= highest)


def kind(group, protocols, **options):
    """Declares the decorated function as the builder of a kind; see Kind for the options."""

    def declare(build):
        build.kind = Kind(build, group, protocols, **options)
        return build

    return declare


def kinds_of(module):
    """Returns the kinds that a module declares, in the order of its source."""
    builders = [value for value in vars(module).values() if hasattr(value, "kind")]
    builders = [value for value in builders if isinstance(value.kind, Kind)]
    builders.sort(key=lambda build: build.__code__.co_firstlineno)
    return [build.kind for build in builders]


def pinned(older=(), newer=(), oldest=()):
    """Returns the protocols of a kind that needs pinned libraries.

    They are written with the older libraries by CPython 3.11, with the newer ones by 3.13 and
    with the oldest ones by 2.7; see requirements.in.
    """
    return {"3.11": older, "3.13": newer, "2.7": oldest}


def everything_out_of_band(buffer):
    """An `in_band` predicate that keeps no buffer in the stream."""
    return False
