"""R134 to R138: streams between Python 2 and Python 3."""

import collections
import datetime
import io

from .registry import BOTH, MANUAL, each, raises, requirement

PICKLER = MANUAL + "'Module Interface', Pickler"
UNPICKLER = MANUAL + "'Module Interface', Unpickler"

# What Python 2 writes for a datetime of 2000-01-02 03:04:05.000200, a str of ten bytes in it.
DATETIME = b"cdatetime\ndatetime\n(U\n\x07\xd0\x01\x02\x03\x04\x05\x00\x00\xc8tR."
OLD_NAMES = {b"c__builtin__\nunicode\n.": str, b"c__builtin__\nlong\n.": int,
             b"c__builtin__\nxrange\n.": range, b"citertools\nizip\n.": zip,
             b"cUserDict\nUserDict\n.": collections.UserDict, b"cStringIO\nStringIO\n.": io.StringIO,
             b"cexceptions\nStandardError\n.": Exception}


@requirement(134, "With fix_imports and a protocol below 3, names are written as Python 2 knows them.",
             PICKLER)
def _():
    names = {range: b"__builtin__\nxrange", str: b"__builtin__\nunicode", zip: b"itertools\nizip",
             collections.UserDict: b"UserDict\nIterableUserDict", Exception: b"exceptions\nException"}
    for impl, protocol in each():
        for kind, name in names.items():
            old = impl.dumps(kind, protocol)
            new = impl.dumps(kind, protocol, fix_imports=False)
            assert (name in old) == (protocol < 3) and name not in new
            assert impl.loads(old) is kind and impl.loads(new, fix_imports=False) is kind


@requirement(135, "With fix_imports, old names of Python 2 are read as the new ones.", UNPICKLER)
def _():
    for impl in BOTH:
        for data, kind in OLD_NAMES.items():
            assert impl.loads(data) is kind and impl.loads(b"\x80\x02" + data) is kind
            # Only below protocol 3, and only where it is not switched off.
            raises((ModuleNotFoundError, AttributeError), impl.loads, b"\x80\x03" + data)
            raises((ModuleNotFoundError, AttributeError), impl.loads, data, fix_imports=False)


@requirement(136, "8-bit strings of Python 2 are decoded by encoding and errors, ASCII and strict at first.",
             UNPICKLER)
def _():
    for impl in BOTH:
        for plain, high in ((b"S'a'\n.", b"S'\\xe9'\n."), (b"U\x01a.", b"U\x01\xe9."),
                            (b"T\x01\0\0\0a.", b"T\x01\0\0\0\xe9.")):
            assert impl.loads(plain) == "a" and type(impl.loads(plain)) is str
            raises(UnicodeDecodeError, impl.loads, high)
            assert impl.loads(high, errors="replace") == "\ufffd"
            assert impl.loads(high, encoding="latin1") == "\xe9"


@requirement(137, "encoding='bytes' reads them as bytes.", UNPICKLER)
def _():
    for impl in BOTH:
        for high in (b"S'\\xe9'\n.", b"U\x01\xe9.", b"T\x01\0\0\0\xe9."):
            assert impl.loads(high, encoding="bytes") == b"\xe9"
        assert impl.loads(b"X\x01\0\0\0a.", encoding="bytes") == "a"
        # Attribute names become bytes as well.
        data = b"c" + __name__.encode() + b"\nKept\n)\x81}U\x01xK\x01sb."
        assert impl.loads(data).__dict__ == {"x": 1}
        assert impl.loads(data, encoding="bytes").__dict__ == {b"x": 1}


class Kept:
    pass


@requirement(138, "datetimes that Python 2 stored need encoding='latin1'.", UNPICKLER,
             contradicted="encoding='bytes' reads them as well")
def _():
    expected = datetime.datetime(2000, 1, 2, 3, 4, 5, 200)
    for impl in BOTH:
        assert impl.loads(DATETIME, encoding="latin1") == expected
        assert impl.loads(DATETIME, encoding="bytes") == expected
        raises(UnicodeDecodeError, impl.loads, DATETIME)
