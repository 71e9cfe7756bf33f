"""Kinds of pandas: frames, series, every sort of index, scalars and offsets.

Written with pandas 2 by CPython 3.11 and with pandas 3 by CPython 3.13.
"""

import functools

import numpy as np
import pandas as pd

import registry
from registry import pinned

kind = functools.partial(registry.kind, "pandas", libraries=("pandas", "numpy"))


@kind(pinned((4,), (5,)))
def frame_of_mixed_columns():
    """A frame with integer, float, text, boolean and date columns."""
    return pd.DataFrame({
        "n": [1, 2, 3], "x": [0.5, np.nan, -1.0], "s": ["a", "b\u00e9", None],
        "ok": [True, False, True], "t": pd.to_datetime(["2024-01-01", "2024-02-29", None]),
    })


@kind(pinned((2,), ()))
def frame_of_floats():
    """A frame with one block of floats and labelled rows."""
    values = np.arange(15, dtype=float).reshape(5, 3) / 4
    return pd.DataFrame(values, index=list("abcde"), columns=["x", "y", "z"])


@kind(pinned((), (5,)))
def frame_empty():
    """A frame without rows and columns, and one with columns only."""
    return [pd.DataFrame(), pd.DataFrame(columns=["a", "b"])]


@kind(pinned((5,), ()))
def frame_with_hierarchy():
    """A frame whose rows and columns have two levels."""
    rows = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["group", "n"])
    columns = pd.MultiIndex.from_tuples([("x", "min"), ("x", "max")])
    return pd.DataFrame(np.arange(8).reshape(4, 2), index=rows, columns=columns)


@kind(pinned((), (5,)))
def frame_with_attributes():
    """A frame with attributes, a flag and a repeated column name."""
    frame = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    frame.attrs["source"] = "survey"
    return frame


@kind(pinned((), (1,)))
def series_named():
    """A series of integers with a name and text labels."""
    return pd.Series([3, 1, 2], index=["c", "a", "b"], name="count")


@kind(pinned((), (3,)))
def series_of_objects():
    """A series of Python objects, one of them a list."""
    return pd.Series([1, "two", None, [3], {"four": 4}], dtype=object)


@kind(pinned((2,), ()))
def series_categorical():
    """An ordered categorical series with a missing value."""
    return pd.Series(pd.Categorical(["lo", "hi", None, "lo"], categories=["lo", "mid", "hi"],
                                    ordered=True))


@kind(pinned((), (5,)))
def series_nullable():
    """Series of nullable integers, booleans, floats and text."""
    return [pd.Series([1, None], dtype="Int64"), pd.Series([True, None], dtype="boolean"),
            pd.Series([0.5, None], dtype="Float32"), pd.Series(["a", None], dtype="string")]


@kind(pinned((4,), ()))
def series_of_dates():
    """A series of dates in a zone, with a frequency in its index."""
    index = pd.date_range("2024-01-01", periods=4, freq="D")
    return pd.Series(index.tz_localize("Europe/Paris"), index=index)


@kind(pinned((), (4,)))
def series_sparse():
    """A sparse series."""
    return pd.Series(pd.arrays.SparseArray([0, 0, 7, 0, 9]))


@kind(pinned((0,), ()))
def index_plain():
    """Indexes of integers, floats and text, and a range."""
    return [pd.Index([1, 2, 3]), pd.Index([0.5, 1.5], name="x"), pd.Index(["a", "b"]),
            pd.RangeIndex(2, 20, 3, name="r")]


@kind(pinned((), (2,)))
def index_of_dates():
    """Indexes of dates in UTC, of durations and of months."""
    return [pd.date_range("2024-03-30", periods=3, freq="h", tz="UTC"),
            pd.timedelta_range("1h", periods=3), pd.period_range("2023-11", periods=3, freq="M")]


@kind(pinned((2,), ()))
def index_of_intervals():
    """Indexes of intervals and of categories."""
    return [pd.interval_range(0, 6, periods=3, closed="left"), pd.CategoricalIndex(list("aba"))]


@kind(pinned((4,), ()))
def index_hierarchical():
    """An index of three levels with names and a missing label."""
    return pd.MultiIndex.from_arrays([["a", "a", "b"], [1, 2, 1], [0.5, np.nan, 2]],
                                     names=["k", "n", None])


@kind(pinned((0,), (5,)))
def timestamps():
    """Time stamps: naive with nanoseconds, in a zone, in an offset, and not-a-time."""
    return [pd.Timestamp("2024-02-29 12:00:00.123456789"), pd.NaT,
            pd.Timestamp("2024-07-01", tz="Europe/Paris"), pd.Timestamp("2024-07-01T00:00+05:30")]


@kind(pinned((), (5,)))
def time_scalars():
    """A duration, a month, an interval, and the missing value."""
    return [pd.Timedelta("1 days 00:00:00.000000001"), pd.Period("2024-02", "M"),
            pd.Interval(0, 1.5, "both"), pd.NA]


@kind(pinned((4,), ()))
def offsets():
    """Date offsets: business days, month ends, weeks, custom ones."""
    return [pd.offsets.BDay(2), pd.offsets.MonthEnd(), pd.offsets.Week(weekday=4),
            pd.DateOffset(months=1, days=2), pd.offsets.Hour(3)]


@kind(pinned((), (5,)))
def extension_types():
    """Extension types without data: categorical, zoned, interval, nullable, period."""
    return [pd.CategoricalDtype(["a", "b"], ordered=True), pd.DatetimeTZDtype("ns", "UTC"),
            pd.IntervalDtype("int64", "right"), pd.Int8Dtype(), pd.PeriodDtype("D")]


@kind(pinned((), (2,)))
def categorical_array():
    """A categorical array and an interval array, without a series around them."""
    return [pd.Categorical([3, 1, 3]), pd.arrays.IntervalArray.from_breaks([0, 1, 2])]


@kind(pinned((), (4,)))
def frame_result():
    """What an analysis keeps: a grouped mean, a correlation table and a description."""
    frame = pd.DataFrame({"g": list("aabb"), "x": [1.0, 2.0, 3.0, 5.0], "y": [4, 3, 2, 1]})
    return {"mean": frame.groupby("g").mean(), "corr": frame[["x", "y"]].corr(),
            "stats": frame.describe()}
