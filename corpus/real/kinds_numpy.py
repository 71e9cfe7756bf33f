"""Kinds of numpy: arrays of every layout and type, dtypes, scalars and generators.

Written with numpy 1.26 by CPython 3.11, with numpy 2 by CPython 3.13 and, where a kind says so,
with numpy 1.16 by Python 2.7.
"""

import functools

import numpy as np

import registry
from registry import pinned

kind = functools.partial(registry.kind, "numpy", libraries=("numpy",))


@kind(pinned((0,), (2,), (2,)))
def float64_vector():
    """A vector of 64-bit floats with infinities, a not-a-number and a negative zero."""
    return np.array([0.0, -0.0, 1.5, np.inf, -np.inf, np.nan, 1e-310])


@kind(pinned((1,), ()))
def int32_matrix():
    """A matrix of 32-bit integers in C order."""
    return np.arange(24, dtype=np.int32).reshape(4, 6)


@kind(pinned((), (4,)))
def fortran_matrix():
    """A matrix in Fortran order, which keeps its order."""
    return np.asfortranarray(np.arange(12, dtype=np.float32).reshape(3, 4))


@kind(pinned((3,), ()))
def big_endian():
    """Arrays of big-endian integers and floats."""
    return [np.array([1, 256, -1], dtype=">i2"), np.array([1.5], dtype=">f8")]


@kind(pinned((), (0,)))
def small_types():
    """Arrays of booleans, 8-bit integers of both signs, half floats and complex numbers."""
    return [np.array([True, False, True]), np.array([-128, 127], np.int8),
            np.array([0, 255], np.uint8), np.array([1.5, 65504], np.float16),
            np.array([1 + 2j, -0.0j], np.complex64)]


@kind(pinned((), (4,)))
def odd_shapes():
    """Arrays of no dimension, of no items and with an axis of length zero or one."""
    return [np.array(7.25), np.empty(0, np.int64), np.zeros((3, 0, 2)), np.ones((1, 1, 1))]


@kind(pinned((4,), (), (2,)))
def object_array():
    """An array of Python objects: numbers, text, None, a list that is met twice."""
    row = [1, 2]
    array = np.empty((2, 3), dtype=object)
    array[0] = [None, u"text", row]
    array[1] = [10**30, (1.5, b"raw"), row]
    return array


@kind(pinned((), (5,)))
def text_and_bytes():
    """Arrays of fixed-width text and bytes."""
    return [np.array([u"a", u"\u00e9t\u00e9", u"\U0001f600"]), np.array([b"ab", b"\xff\x00z"])]


@kind(pinned((4,), ()))
def dates():
    """Arrays of dates and durations in several units, with not-a-time."""
    return [np.array(["2024-02-29", "NaT"], "datetime64[D]"), np.array([1, -1], "timedelta64[ns]"),
            np.array(["1969-12-31T23:59:59.5"], "datetime64[us]")]


@kind(pinned((4,), (), (0,)))
def structured_array():
    """An array of records with text, an inner record and an inner vector."""
    inner = np.dtype([("x", "<f4"), ("y", "<f4")])
    dtype = np.dtype([("id", "<i8"), ("name", "S5"), ("at", inner), ("grid", "<u2", (2,))])
    return np.array([(1, b"ann", (0.5, 1), [1, 2]), (2, b"bo", (-1, 2), [3, 4])], dtype=dtype)


@kind(pinned((), (4,)))
def aligned_dtype():
    """An aligned record type with offsets, padding and titles."""
    fields = {"names": ["a", "b"], "formats": ["u1", "f8"], "offsets": [0, 8],
              "titles": ["first", "second"], "itemsize": 24}
    return [np.dtype(fields), np.dtype([("flag", "?"), ("n", "i4")], align=True)]


@kind(pinned((), (1,)))
def dtypes():
    """Simple types of many sorts, each a call of `dtype` with a state."""
    return [np.dtype(code) for code in ("?", "b", "<u2", ">i4", "f8", "c16", "S3", "U7", "O", "V5",
                                        "M8[ns]", "m8[25s]")]


@kind(pinned((4,), ()))
def dtype_with_metadata():
    """A type that carries metadata, and one that is a small vector."""
    return [np.dtype("f8", metadata={"unit": "m"}), np.dtype(("<i4", (2, 3)))]


@kind(pinned((2,), (5,)))
def scalars():
    """Numpy scalars: float, integers, boolean, complex, text and bytes."""
    return [np.float64(0.1), np.int64(-5), np.uint8(200), np.bool_(True), np.complex128(1 - 2j),
            np.str_("text"), np.bytes_(b"\x00raw")]


@kind(pinned((), (4,)))
def scalars_more():
    """A date, a duration and a record as scalars."""
    record = np.zeros(1, dtype=[("x", "<i4"), ("y", "<f8")])[0]
    return [np.datetime64("2024-02-29T12:00"), np.timedelta64(90, "m"), np.float32(1.5), record]


@kind(pinned((2,), ()),
      look=lambda arrays: [(type(a), a.dtype, a.tolist(), a.fill_value) for a in arrays])
def masked_array():
    """Masked arrays with a fill value, and one without any mask."""
    return [np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0], fill_value=-1.0), np.ma.array([1, 2])]


@kind(pinned((4,), ()))
def masked_records():
    """A masked array of records with one field masked, and the masked constant."""
    array = np.ma.zeros(2, dtype=[("a", "<i4"), ("b", "<f4")])
    array["b"][1] = np.ma.masked
    return [array, np.ma.masked]


@kind(pinned((1,), ()))
def record_array():
    """A record array, whose fields are attributes."""
    return np.rec.array([(1, "a"), (2, "b")], dtype=[("n", "<i4"), ("s", "<U1")])


@kind(pinned((), (5,)))
def matrix():
    """A matrix object, an ndarray subclass."""
    return np.matrix([[1, 2], [3, 4]])


@kind(pinned((), (2,)))
def views():
    """A strided view, a transposed one and their base: each is stored as an array of its own."""
    base = np.arange(20, dtype=np.int16)
    return [base, base[::3], base.reshape(4, 5).T, base]


@kind(pinned((), (5,)))
def random_generators():
    """A random generator over PCG64 with its state, and a seed sequence."""
    return [np.random.default_rng(7), np.random.SeedSequence(42, spawn_key=(1,))]


@kind(pinned((2,), ()))
def random_state():
    """The legacy random state with its 624 words."""
    state = np.random.RandomState(3)
    state.standard_normal()
    return state


@kind(pinned((), (5,)))
def functions_and_types():
    """Universal functions, array functions and scalar types, by name."""
    return [np.add, np.sin, np.float32, np.ndarray, np.linalg.norm, np.concatenate]


@kind(pinned((4,), ()))
def polynomials():
    """Polynomials of the old and of the new style."""
    return [np.poly1d([1, -3, 2]), np.polynomial.Chebyshev([1, 2, 3], domain=[-2, 2])]


@kind(pinned((), (5,)))
def variable_width_text():
    """An array of variable-width text with missing values, new in numpy 2."""
    return np.array(["short", "a somewhat longer text", ""], dtype=np.dtypes.StringDType())


@kind(pinned((5,), (), (2,)))
def image_batch():
    """A training batch as data set archives hold it: pixels, labels, file names."""
    pixels = (np.arange(4 * 192) * 7 % 256).astype(np.uint8).reshape(4, 192)
    return {b"data": pixels, b"labels": [6, 9, 9, 4], b"batch_label": b"batch 1 of 1",
            b"filenames": [b"leptodactylus_%d.png" % n for n in range(4)]}


@kind(pinned((), (5,), (1,)))
def word_vectors():
    """A dict from words to vectors that share one matrix, and the matrix."""
    table = np.linspace(-1, 1, 24).reshape(6, 4)
    words = [u"the", u"of", u"caf\u00e9", u"und", u"\u732b", u"x"]
    return {"table": table, "vectors": dict((w, table[i]) for i, w in enumerate(words))}
