"""Kinds from the standard library: dates, numbers, collections, paths. Python 3.6 or later."""

import array
import collections
import datetime
import decimal
import fractions
import ipaddress
import pathlib
import random
import re
import sys
import time
import types
import uuid

import structure
from registry import kind

if sys.version_info >= (3, 9):
    import zoneinfo


@kind("stdlib", (1,))
def datetimes():
    """Naive dates and times at their limits and with microseconds."""
    return [datetime.datetime(2024, 2, 29, 23, 59, 59, 999999), datetime.datetime.min,
            datetime.datetime.max, datetime.date(1970, 1, 1), datetime.time(0, 0, 0, 1)]


@kind("stdlib", (4,))
def datetimes_with_offset():
    """Dates and times in UTC and in fixed offsets, with and without a name."""
    zones = [datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=5, minutes=30)),
             datetime.timezone(-datetime.timedelta(hours=3), "BRT")]
    return [datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=zone) for zone in zones] + [
        datetime.time(12, 30, tzinfo=zones[1])]


@kind("stdlib", (4,))
def datetime_fold():
    """The second of two equal wall-clock times: fold is stored from protocol 4 on."""
    return datetime.datetime(2023, 10, 29, 2, 30, fold=1)


@kind("stdlib", (4,), since=(3, 9))
def datetime_zoneinfo():
    """Times in named zones, which are stored by key, one of them met twice."""
    paris = zoneinfo.ZoneInfo("Europe/Paris")
    return [datetime.datetime(2024, 7, 1, 9, tzinfo=paris), paris, zoneinfo.ZoneInfo("UTC")]


@kind("stdlib", (2,))
def timedeltas():
    """Differences of times, negative, at the limits and with microseconds."""
    return [datetime.timedelta(0), datetime.timedelta(days=-1, microseconds=1),
            datetime.timedelta.max, datetime.timedelta.min]


@kind("stdlib", (0,))
def decimals():
    """Decimals: signed zero, exponent, many digits, infinity, not-a-number with a payload."""
    texts = ["0", "-0.00", "1E+3", "3.14159265358979323846264338327950288", "-Infinity", "NaN123"]
    return [decimal.Decimal(text) for text in texts]


@kind("stdlib", (4,), look=structure.by_repr)
def decimal_context():
    """A decimal context with its precision, rounding and traps."""
    return decimal.Context(prec=50, rounding=decimal.ROUND_HALF_UP,
                           traps=[decimal.DivisionByZero, decimal.Overflow])


@kind("stdlib", (1,))
def fraction_numbers():
    """Fractions, one with a numerator beyond 64 bits."""
    return [fractions.Fraction(1, 3), fractions.Fraction(-(10**30), 7), fractions.Fraction(0)]


@kind("stdlib", (2,))
def uuids():
    """Unique ids of versions 1, 4 and 5 and the nil id."""
    return [uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), uuid.UUID(int=2**128 - 1),
            uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), uuid.UUID(int=0)]


@kind("stdlib", (4,))
def ordered_dict():
    """An ordered dict whose order is not that of its keys, with another one inside."""
    inner = collections.OrderedDict(b=1, a=2)
    inner.move_to_end("b")
    return collections.OrderedDict([("z", 1), ("a", inner), ("m", [inner])])


@kind("stdlib", (4,))
def default_dict():
    """Default dicts whose factories are `list`, `int` and none."""
    words = collections.defaultdict(list, {"a": [1, 2], "b": []})
    return [words, collections.defaultdict(None, x=1), collections.defaultdict(int, n=3)]


@kind("stdlib", (2,))
def counter():
    """A counter with positive, zero and negative counts."""
    return collections.Counter({"a": 3, "b": 0, "c": -2, ("t", 1): 10**12})


@kind("stdlib", (4,))
def deques():
    """Deques with and without a maximal length, one of which contains itself."""
    loop = collections.deque([1])
    loop.append(loop)
    return [collections.deque("abc"), collections.deque(range(9), maxlen=4), loop]


@kind("stdlib", (3,))
def chain_map():
    """A chain of three maps."""
    return collections.ChainMap({"a": 1}, {"a": 2, "b": 3}, {"c": []})


@kind("stdlib", (2,))
def user_collections():
    """UserDict, UserList and UserString, the first of which has another name in Python 2."""
    return [collections.UserDict(a=1), collections.UserList([1, 2]), collections.UserString("text")]


@kind("stdlib", (1,))
def simple_namespace():
    """A simple namespace that refers to itself."""
    space = types.SimpleNamespace(x=1, name="ns")
    space.me = space
    return space


@kind("stdlib", (4,))
def pure_paths():
    """Posix and Windows paths: relative, absolute, with a drive and with a share."""
    return [pathlib.PurePosixPath("src/app/../main.py"), pathlib.PurePosixPath("/"),
            pathlib.PureWindowsPath("C:/Program Files/x"),
            pathlib.PureWindowsPath("//host/share/f")]


@kind("stdlib", (2,))
def concrete_path():
    """A path of the running system's flavour."""
    return pathlib.Path("data") / "report-2024.csv"


@kind("stdlib", (4,), look=structure.by_repr)
def regular_expressions():
    """Compiled patterns of text and of bytes with flags, stored as source and flags."""
    return [re.compile(r"(?P<year>\d{4})-\d\d", re.IGNORECASE | re.MULTILINE),
            re.compile(b"[\x80-\xff]+"), re.compile("(?x) a  # comment")]


@kind("stdlib", (2, 5))
def arrays():
    """Typed arrays of every type code family, empty and not."""
    return [array.array("b", [-1, 0, 1]), array.array("d", [0.5, -0.0]), array.array("H", range(5)),
            array.array("q", [2**40]), array.array("f")]


@kind("stdlib", (4,))
def ip_addresses():
    """Internet addresses, interfaces and networks of both versions."""
    return [ipaddress.ip_address("192.0.2.1"), ipaddress.ip_address("2001:db8::1"),
            ipaddress.ip_network("198.51.100.0/24"), ipaddress.ip_interface("2001:db8::5/64")]


@kind("stdlib", (2,))
def random_generator():
    """A random number generator with its 624 words of state and a pending Gauss value."""
    generator = random.Random(2024)
    generator.gauss(0, 1)
    return generator


@kind("stdlib", (1,))
def random_state():
    """The state tuple of a random number generator, as programs store it for resumption."""
    return random.Random(7).getstate()


@kind("stdlib", (4,))
def struct_times():
    """Broken-down times, whose reduce value carries a dict of unnamed fields."""
    return [time.gmtime(0), time.gmtime(1700000000), time.strptime("2024", "%Y")]
