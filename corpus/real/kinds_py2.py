"""Kinds written by Python 2.7, through its C pickler and its Python one.

Parses under Python 3 too, so that linters read it, but runs under 2.7 only. Values that Python 2
calls `str` are bytes literals here.
"""

import array
import collections
import datetime
import decimal
import fractions
import random
import re
import StringIO
import sys
import time
import UserDict
import uuid
from email import message_from_string
from itertools import count
from logging import makeLogRecord
from urlparse import urlparse

import sets
import structure
from registry import kind
from shop import classic

BOTH = ("cPickle", "pickle")
LONG = type(sys.maxsize + 1)


@kind("py2", (0,), picklers=BOTH)
def str_ascii():
    """8-bit strings of ASCII: empty, plain, with both quotes, a newline and a backslash."""
    return [b"", b"plain", b"it's", b'say "hi"', b"both ' and \"", b"two\nlines", b"back\\slash"]


@kind("py2", (0,))
def str_high_bytes():
    """8-bit strings with bytes above 127: Latin-1, UTF-8 and a stray one."""
    return [b"caf\xe9", b"caf\xc3\xa9", b"\xff\x00\x80"]


@kind("py2", (1,))
def str_every_byte():
    """All 256 byte values as an 8-bit string, and a string of 256 letters: BINSTRING."""
    return [b"".join(chr(code) for code in range(256)), b"x" * 255, b"y" * 256]


@kind("py2", (0,), picklers=BOTH)
def unicode_text():
    """Unicode strings: Latin-1, beyond the basic plane, a lone surrogate, escapes and newlines."""
    return [u"", u"caf\xe9", u"\u6f22\u5b57", u"\U0001f600", u"\ud800", u"back\\slash\nand \\u0041"]


@kind("py2", (2,))
def str_and_unicode_keys():
    """A dict with 8-bit and Unicode keys, of which the equal ones are one key."""
    return {b"ascii": 1, u"ascii": 2, u"\xe9": 3, b"\xe9": 4}


@kind("py2", (0,))
def int_widths():
    """Integers around the widths of the integer opcodes, on a 64-bit platform."""
    edges = [0, 1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**63 - 1]
    return edges + [-edge for edge in edges] + [True, False, None]


@kind("py2", (2,))
def longs():
    """Long integers, small ones that an int could hold and one of 300 bytes."""
    return [LONG(0), LONG(1), LONG(-1), 2**63, -(2**63) - 1, LONG(1) << 2390]


@kind("py2", (1,), look=structure.by_repr)
def floats():
    """Floats with their shortest text, infinities and not-a-number, and a complex number."""
    inf = float("inf")
    return [0.1, -0.0, 5e-324, 1.7976931348623157e308, inf, -inf, inf - inf, 2 + 3j]


@kind("py2", (0,))
def containers():
    """Tuples, lists and dicts, empty and nested."""
    return [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, [2]], {}, {b"k": {b"n": ()}}]


@kind("py2", (2,))
def dict_1100_keys():
    """A dict of 1100 items with 8-bit keys, more than a batch."""
    return dict((b"%d" % number, number) for number in range(1100))


@kind("py2", (0,), picklers=BOTH)
def list_1001():
    """A list of 1001 integers, one more than a batch."""
    return list(range(1001))


@kind("py2", (2,))
def sets_old_and_new():
    """Built-in sets and frozen sets, and one of the `sets` module that preceded them."""
    return [set([1, 2]), frozenset([b"a"]), set(), sets.Set([1])]


@kind("py2", (0, 1))
def recursive():
    """A list, a dict and a tuple that contain themselves."""
    loop, table, inner = [], {}, []
    loop.append(loop)
    table[b"me"] = table
    inner.append((1, inner))
    return [loop, table, inner[0]]


@kind("py2", (0,))
def shared_strings():
    """One 8-bit string and one list met three times, and an equal string that is another."""
    text, row = b"".join([b"sh", b"ared"]), [1]
    return [text, row, text, row, b"".join([b"sh", b"ared"]), {text: row}]


@kind("py2", (1,))
def memo_beyond_255():
    """Three hundred lists, each met twice: the memo index outgrows one byte."""
    rows = [[number] for number in range(300)]
    return rows + rows


@kind("py2", (0, 2), picklers=BOTH)
def old_style_instance():
    """Instances of an old-style class: INST at protocol 0, OBJ above."""
    first = classic.Ticket(b"broken", 3)
    first.parent = classic.Ticket(u"caf\xe9")
    first.parent.children = [first]
    return first


@kind("py2", (1,))
def old_style_with_arguments():
    """Old-style instances made by calling their class with stored arguments."""
    return [classic.Parcel(2.5, b"Oslo"), classic.Parcel(1, u"Lima")]


@kind("py2", (0, 2))
def new_style_instance():
    """New-style instances with a cycle: a reconstructor call below protocol 2."""
    customer = classic.Customer(b"Ann", b"ann@example.org")
    classic.Order(customer, 1)
    return customer


@kind("py2", (2,))
def slots():
    """Instances with slots, one with a dict as well."""
    return [classic.Size(3, 4), classic.LabelledSize(1, 2, b"small")]


@kind("py2", (2,))
def getstate_setstate():
    """An instance whose state is a tuple, and one that reduces to five items."""
    basket = classic.Basket(b"Ann")
    basket.extend([b"fig", b"nut"])
    basket[b"fig"] = 3
    return [classic.Connection(b"db.example.org", 5432), basket]


@kind("py2", (1,))
def builtin_subclasses():
    """Subclasses of list, dict, unicode, tuple and int, with attributes."""
    values = [classic.Tags([b"a"]), classic.Attributes(k=1), classic.Name(u"n"),
              classic.Pair((1, 2))]
    for number, value in enumerate(values):
        value.number = number
    return values + [classic.Cents(5, b"EUR")]


@kind("py2", (0, 2))
def datetimes():
    """Dates and times, whose state is an 8-bit string with bytes above 127."""
    return [datetime.datetime(2013, 12, 31, 23, 59, 59, 999999), datetime.date(1999, 12, 31),
            datetime.time(12, 30), datetime.timedelta(-1, 5)]


@kind("py2", (0,))
def exceptions():
    """Exceptions under the names of the `exceptions` module, some gone from Python 3."""
    return [ValueError(b"bad", 3), IOError(2, b"gone", b"a.txt"), KeyError(u"k"),
            EnvironmentError(1), UnicodeDecodeError("ascii", b"\xff", 0, 1, "bad"),
            classic.PaymentError(402, b"no")]


@kind("py2", (0,), look=structure.by_repr)
def removed_names():
    """Built-in names that Python 3 moved or dropped, and the types of `types`."""
    names = vars(__import__("__builtin__"))
    return [names[name] for name in ("reduce", "unicode", "long", "xrange", "map", "basestring",
                                     "StandardError", "intern", "raw_input")]


@kind("py2", (2,))
def collections_types():
    """Ordered and default dicts, a counter, a deque and a named tuple."""
    return [collections.OrderedDict([(b"z", 1), (b"a", 2)]), collections.Counter(b"hello"),
            collections.defaultdict(list, a=[1]), collections.deque([1, 2], 5), classic.Point(1, 2)]


@kind("py2", (0,))
def user_dict():
    """The old UserDict, an old-style instance, and its iterable heir."""
    return [UserDict.UserDict({b"a": 1}), UserDict.IterableUserDict({b"b": 2})]


@kind("py2", (0,))
def string_io():
    """A StringIO buffer, an old-style instance with a position."""
    buffer = StringIO.StringIO(b"one\ntwo\n")
    buffer.readline()
    return buffer


@kind("py2", (1,))
def numbers_of_the_library():
    """Decimals, fractions and unique ids."""
    return [decimal.Decimal("1.10"), decimal.Decimal("-Infinity"), fractions.Fraction(1, 3),
            uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")]


@kind("py2", (0,))
def arrays():
    """Typed arrays, stored as lists at protocol 2 and below, one of the type code `c`."""
    return [array.array(b"d", [0.5, -0.0]), array.array(b"H", range(5)),
            array.array(b"c", b"hi\xff")]


@kind("py2", (2,))
def random_generator():
    """A random number generator with its state of long integers."""
    return random.Random(7)


@kind("py2", (2,), look=structure.by_repr)
def parsed_things():
    """A compiled pattern, a parsed address, a broken-down time, a range and a counter."""
    return [re.compile(b"[\x80-\xff]+", re.I), urlparse(b"http://example.org/a?b#c"),
            time.gmtime(0), xrange_of(3, 9, 2), count(5)]


def xrange_of(*bounds):
    return vars(__import__("__builtin__"))["xrange"](*bounds)


@kind("py2", (1,))
def mail_message():
    """A mail message, an old-style instance with old-style parts."""
    return message_from_string(b"From: a@example.org\nSubject: caf\xe9\n\nHello\n")


@kind("py2", (1,))
def log_record():
    """A log record in the form that a socket handler sends: a dict of its attributes."""
    record = makeLogRecord({"name": "shop", "levelno": 30, "msg": "stock %d", "args": None})
    fixed = {"created": 1e9, "msecs": 0.0, "relativeCreated": 1.0, "thread": 1, "process": 2}
    return dict(vars(record), **fixed)


@kind("py2", (0,))
def functions_and_classes():
    """A module function, a new-style class and an old-style one, by name."""
    return [classic.discounted, classic.Customer, classic.Ticket]


def label_id(value):
    """Persistent ids of tickets are their titles."""
    return value.title if isinstance(value, classic.Ticket) else None


def label_load(title):
    return classic.Ticket(title)


@kind("py2", (0, 2),
      hooks={"persistent_id": label_id, "persistent_load": label_load})
def persistent_ids():
    """Tickets kept elsewhere under text ids."""
    return {b"open": [classic.Ticket(b"a-1"), classic.Ticket(b"b-2")]}


@kind("py2", (2,), extensions=(("shop.classic", "Customer", 0x21), ("shop.classic", "Size", 0x321),
                               ("shop.classic", "discounted", 0x54321)))
def extension_codes():
    """Two classes and a function under extension codes of one, two and four bytes."""
    return [classic.Customer(b"Ann", None), classic.Size(1, 2), classic.discounted]


@kind("py2", (0,), hooks={"fast": True})
def fast_mode():
    """Rows written without a memo."""
    return [[number, b"row"] for number in range(4)]
