"""Kinds whose data leave the stream: protocol 5 with a buffer callback (PEP 574).

The streams hold NEXT_BUFFER and READONLY_BUFFER in place of the data. The buffers themselves are
not kept; the index says how many a reader must supply and which were read-only. Written with
numpy and pandas, and with the standard library alone, by CPython 3.11 and 3.13.
"""

import functools
import pickle

import numpy as np
import pandas as pd
from scipy import sparse

import registry
import structure
from registry import everything_out_of_band, pinned

kind = functools.partial(registry.kind, "oob", in_band=everything_out_of_band)
numpy_kind = functools.partial(kind, libraries=("numpy",))


def contents(value):
    """Describes buffers by their bytes and by whether they can be written."""
    views = [memoryview(item) for item in value]
    return [(view.tobytes(), view.readonly) for view in views]


@kind(pinned((5,), ()), look=contents, picklers=("_pickle", "pickle.py"))
def plain_buffers():
    """A writable buffer and a read-only one of the standard library."""
    return [pickle.PickleBuffer(bytearray(b"writable")), pickle.PickleBuffer(b"read-only")]


@kind(pinned((), (5,)), look=contents)
def one_buffer_twice():
    """The same buffer object met twice, which is handed out twice."""
    buffer = pickle.PickleBuffer(bytearray(b"shared"))
    return [buffer, buffer]


@kind(pinned((), (5,)), look=contents)
def empty_buffer():
    """A buffer of no bytes between two others."""
    return [pickle.PickleBuffer(data) for data in (b"a", bytearray(), b"c")]


def only_small_ones(buffer):
    """Keeps buffers of up to eight bytes in the stream."""
    return buffer.raw().nbytes <= 8


@kind(pinned((), (5,)), in_band=only_small_ones, look=contents)
def some_in_band():
    """Four buffers, of which the callback keeps the two small ones in the stream."""
    return [pickle.PickleBuffer(data) for data in (
        b"small", b"read-only and large", bytearray(b"little"), bytearray(b"writable and large"))]


@numpy_kind(pinned((5,), (5,)))
def array_writable():
    """A matrix whose numbers are handed out as one writable buffer."""
    return np.arange(12.0).reshape(3, 4)


@numpy_kind(pinned((), (5,)))
def array_read_only():
    """A read-only vector: its buffer is followed by READONLY_BUFFER."""
    array = np.arange(5, dtype=np.int32)
    array.setflags(write=False)
    return array


@numpy_kind(pinned((5,), ()))
def array_fortran():
    """A matrix in Fortran order, handed out in its own order."""
    return np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))


@numpy_kind(pinned((), (5,)))
def arrays_in_a_dict():
    """Several arrays in a dict, of which one is met twice and one has no numbers."""
    shared = np.arange(4, dtype=np.uint8)
    return {"a": shared, "b": [shared, np.zeros((0, 3))], "c": np.ones(2, dtype=">i4")}


@numpy_kind(pinned((5,), ()))
def array_strided():
    """A strided view, which is no contiguous buffer and stays in the stream."""
    return [np.arange(10)[::2], np.arange(3)]


@numpy_kind(pinned((), (5,)))
def array_of_objects():
    """An array of objects, which has no buffer, beside a structured array, which has one."""
    return [np.array([None, "x", 3], dtype=object), np.zeros(2, dtype=[("x", "<i4"), ("y", "S3")])]


@kind(pinned((), (5,)), libraries=("pandas", "numpy"))
def frame():
    """A frame whose blocks of floats and integers are handed out."""
    return pd.DataFrame({"x": [0.5, 1.5], "n": [1, 2], "y": [2.5, 3.5]})


@kind(pinned((), (5,)), libraries=("scipy", "numpy"))
def sparse_matrix():
    """A sparse matrix, of three arrays."""
    return sparse.csr_matrix([[0, 1.5], [2.5, 0]])


@kind(pinned((), (5,)), look=structure.of)
def no_buffers_at_all():
    """A stream written with a callback that was never called."""
    return {"text": "no buffers", "raw": b"plain bytes"}
