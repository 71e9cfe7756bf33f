"""Kinds made of built-in values only: numbers, text, bytes and containers. Python 3.6 or later."""

import structure
from registry import kind

BOTH = ("_pickle", "pickle.py")


@kind("values", (2,))
def constants():
    """None, both booleans and the empty tuple in one list."""
    return [None, True, False, ()]


@kind("values", (0, 1))
def int_widths():
    """Integers around every width at which the writer changes its opcode, with both signs."""
    edges = [0, 1, 0xFF, 0x100, 0xFFFF, 0x10000, 2**31 - 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64]
    return edges + [-edge for edge in edges[1:]] + [-(2**39), -(2**31) - 1, -(2**63) - 1]


@kind("values", (4,))
def int_odd_sizes():
    """Long integers of 3, 5, 7, 9 and 17 bytes, positive and negative."""
    return [sign * (3 << (8 * size - 3)) for size in (3, 5, 7, 9, 17) for sign in (1, -1)]


@kind("values", (0, 3))
def int_over_255_bytes():
    """Integers of 255, 256 and 300 bytes, where LONG1 gives way to LONG4."""
    return [1 << (8 * 255 - 2), 1 << (8 * 256 - 2), -(1 << (8 * 300 - 2)) + 12345]


@kind("values", (0, 1))
def float_edges():
    """Signed zeros, subnormal, smallest, largest, infinite and not-a-number floats."""
    inf = float("inf")
    return [0.0, -0.0, 0.1, -1.5, 5e-324, 1e-310, 2.2250738585072014e-308,
            1.7976931348623157e308, inf, -inf, float("nan"), 1e22, 1e23, 123456789.125]


@kind("values", (2,))
def complex_numbers():
    """Complex numbers, written as calls of `complex`, with a negative zero part."""
    return [1j, complex(-0.0, 2.5), complex(float("inf"), -1e-300)]


@kind("values", (0,))
def text_escapes():
    """Text with newlines, NUL, backslashes, control-Z and things that look like escapes."""
    return ["", "plain", "two\nlines\r\n", "nul\0byte", "back\\slash", "\x1a", "\\u0041", "<\\u>"]


@kind("values", (0, 4))
def text_unicode():
    """Text in Latin-1, Greek, Chinese and beyond the basic plane, composed and decomposed."""
    return ["caf\xe9", "cafe\u0301", "\u03bb\u03cc\u03b3\u03bf\u03c2", "\u6f22\u5b57",
            "\U0001f600\U0001f468\u200d\U0001f469", "\uffff\U0010ffff", "\ufeffbom"]


@kind("values", (0,))
def text_surrogates():
    """Text with lone surrogates, and a surrogate pair that must stay two code points."""
    return ["\ud800", "a\udc80b", "\udfff\ud800", "\ud83d\ude00"]


@kind("values", (4,))
def text_length_edges():
    """Text of 255 and 256 encoded bytes, one of them in two-byte characters."""
    return ["x" * 255, "x" * 256, "\xe9" * 127, "\xe9" * 128]


@kind("values", (0, 3))
def bytes_every_value():
    """All 256 byte values in one bytes object, and the empty one."""
    return [bytes(range(256)), b""]


@kind("values", (3,))
def bytes_length_edges():
    """Bytes of length 1, 255 and 256."""
    return [b"\x80", b"\xab" * 255, b"\xcd" * 256]


@kind("values", (4, 5))
def bytearrays():
    """Two bytearrays, one of them twice."""
    data = bytearray(b"\x00\xffdata")
    return [data, bytearray(), data]


@kind("values", (2,))
def tuple_lengths():
    """Tuples of zero to five items, nested."""
    return ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),), (1, 2, 3, 4, 5)))


@kind("values", (0,))
def containers_nested():
    """Lists, dicts and tuples inside each other, each empty, with one item and with several."""
    return [[], [1], [1, 2], {}, {"a": 1}, {"a": 1, "b": [2, {"c": ()}]}, ({}, [{}], ([],))]


@kind("values", (1,), picklers=BOTH)
def list_1001():
    """A list of 1001 items: one more than a batch, which C and Python picklers end differently."""
    return list(range(1001))


@kind("values", (2,), picklers=BOTH)
def dict_1001():
    """A dict of 1001 items, one more than a batch."""
    return {number: number % 7 for number in range(1001)}


@kind("values", (1,))
def dict_1300_int_keys():
    """A dict of 1300 items, each None."""
    return dict.fromkeys(range(0, 2600, 2))


@kind("values", (4,))
def dict_1100_text_keys():
    """A vocabulary: 1100 short text keys with their indices."""
    return {"w%03x" % (number * 37 % 4096): number for number in range(1100)}


@kind("values", (4,), picklers=BOTH)
def set_1001():
    """A set of 1001 integers, one more than a batch."""
    return set(range(1001))


@kind("values", (2, 4))
def sets():
    """Sets and frozen sets, empty and not, one frozen set inside a set and one shared."""
    inner = frozenset([1, 2])
    return [set(), {1}, {1, 2, 3}, frozenset(), {inner}, inner]


@kind("values", (4,))
def dict_key_types():
    """A dict with keys of ten types, among them tuples, frozen sets, bytes and a type."""
    return {None: 0, True: 1, 2: 2, 3.5: 3, "s": 4, b"b": 5, (1, "t"): 6, frozenset("f"): 7,
            1j: 8, int: 9}


@kind("values", (2,), look=structure.by_repr)
def dict_nan_keys():
    """A dict with two different not-a-number keys, and a zero."""
    return {float("nan"): 1, float("inf") - float("inf"): 2, 0.0: 3}


@kind("values", (1,))
def deep_nesting():
    """Eighty lists, tuples and dicts, each inside the next."""
    value = []
    for level in range(80):
        value = ([value], (value, level), {level: value})[level % 3]
    return value


@kind("values", (2,), picklers=BOTH)
def recursive_list():
    """A list that contains itself twice and a dict that contains the list."""
    value = [1]
    value += [value, {"again": value}, value]
    return value


@kind("values", (4,))
def recursive_dict():
    """A dict that is its own value, and reaches itself through a list and a tuple as well."""
    value = {}
    value.update(self=value, deep=[({"back": value},)])
    return value


@kind("values", (0, 5))
def recursive_tuple():
    """Tuples that contain themselves through a list: written with POP, POP_MARK and a memo get."""
    short, long = [], []
    short.append((short,))
    long.append((1, 2, 3, 4, long))
    return (short[0], long[0])


@kind("values", (1, 4))
def shared_references():
    """The same list, dict, tuple, text and bytes object met several times each."""
    row, table, pair, text, raw = [1], {"k": 2}, (3, [4]), "shared text", b"shared bytes"
    return [row, table, pair, text, raw, [row, table, pair, text, raw], {"all": (row, raw, text)}]


@kind("values", (1,))
def memo_beyond_255():
    """Three hundred lists, each met twice, so that memo indices exceed one byte."""
    rows = [[number] for number in range(300)]
    return rows + rows[::-1]


@kind("values", (4,))
def equal_but_distinct():
    """Equal lists and equal texts that are different objects, which must stay different."""
    return [[1], [1], "".join(["ab", "c d"]), "".join(["ab", "c d"]), {"x": []}, {"x": []}]


@kind("values", (2,))
def ranges_and_slices():
    """Ranges of both directions, a huge one, and slices, written as calls."""
    return [range(5), range(10, 0, -3), range(2**70), slice(None), slice(1, "b", None)]


@kind("values", (4,))
def named_singletons():
    """Ellipsis and NotImplemented by name, and the types of the nameless singletons."""
    return [Ellipsis, NotImplemented, type(None), type(Ellipsis), type(NotImplemented)]


@kind("values", (2,))
def builtin_names():
    """Built-in functions and types by name, several of which Python 2 calls otherwise."""
    return [len, map, zip, range, int, str, bytes, dict, object, ValueError, OSError, max, open]


@kind("values", (4,))
def builtin_methods():
    """Methods of built-in objects and types, written as calls of `getattr`."""
    return ["a,b".split, [1, 2].append, str.upper, dict.fromkeys, bytes.fromhex, (3).__add__]


@kind("values", (4,), look=lambda value: [list(item) for item in value])
def iterators():
    """Iterators stopped half-way: list, tuple, text, range, reversed, enumerate, zip and map."""
    values = [iter([1, 2, 3]), iter((4, 5, 6)), iter("xyz"), iter(range(9)), reversed([7, 8, 9]),
              enumerate("pq", 5), zip([1, 2], "ab"), map(str, [1, 2])]
    for value in values:
        next(value)
    return values
