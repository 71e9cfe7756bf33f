"""Kinds of scipy: sparse matrices, interpolators, rotations, distributions, search trees.

Written with scipy 1.11 by CPython 3.11 and with 1.16 by CPython 3.13.
"""

import functools

import numpy as np
from scipy import interpolate, optimize, signal, sparse, spatial, stats

import registry
import structure
from registry import pinned

kind = functools.partial(registry.kind, "scipy", libraries=("scipy", "numpy"))

DENSE = np.array([[0.0, 0, 3, 0], [1, 0, 0, 0], [0, 0, 0, -2]])


@kind(pinned((0,), (5,)))
def csr_matrix():
    """A sparse matrix by compressed rows."""
    return sparse.csr_matrix(DENSE)


@kind(pinned((), (4,)))
def csc_array():
    """A sparse array by compressed columns, with 32-bit floats."""
    return sparse.csc_array(DENSE.astype(np.float32))


@kind(pinned((4,), ()))
def coo_dia_and_bsr():
    """A sparse matrix by coordinates with a repeated entry, one by diagonals, one by blocks."""
    coo = sparse.coo_matrix(([1, 2, 3], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    return [coo, sparse.diags([1.0, 2.0, 3.0]), sparse.bsr_matrix(np.eye(4), blocksize=(2, 2))]


@kind(pinned((), (4,)), look=lambda value: [item.toarray().tolist() for item in value])
def lil_and_dok():
    """Sparse matrices by lists of rows and by a dict of positions."""
    return [sparse.lil_matrix(DENSE), sparse.dok_matrix(DENSE)]


@kind(pinned((4,), ()), look=lambda rotation: rotation.as_quat().tolist())
def rotations():
    """Three rotations in space."""
    return spatial.transform.Rotation.from_euler("xyz", [[0, 0, 90], [45, 0, 0], [10, 20, 30]],
                                                 degrees=True)


@kind(pinned((), (5,)), look=lambda tree: tree.query([[0.1, 0.2], [2, 1]])[1].tolist())
def search_tree():
    """A k-d tree of ten points in one leaf: raw memory, which in larger trees holds addresses."""
    return spatial.cKDTree(np.arange(20.0).reshape(10, 2) % 7, leafsize=10)


@kind(pinned((), (2,)), look=lambda spline: spline(np.linspace(0, 3, 7)).tolist())
def cubic_spline():
    """A cubic spline through four points."""
    return interpolate.CubicSpline([0, 1, 2, 3], [0, 1, 0, 2])


@kind(pinned((2,), ()), look=lambda f: f([0.5, 1.5]).tolist())
def interpolator():
    """A shape-preserving interpolator through three points."""
    return interpolate.PchipInterpolator([0, 1, 2], [0, 1, 8])


@kind(pinned((4,), ()), look=lambda value: [value.mean(), value.cdf([0, 5]).tolist()])
def frozen_distribution():
    """A normal distribution with fixed parameters and the random state that it draws from."""
    frozen = stats.norm(loc=5, scale=2)
    frozen.random_state = np.random.RandomState(1)
    return frozen


@kind(pinned((), (5,)))
def optimize_result():
    """The result of a minimisation: a dict subclass with attributes."""
    return optimize.OptimizeResult(x=np.array([1.0, 2.0]), fun=0.5, success=True, nit=3,
                                   message="Optimization terminated successfully.")


@kind(pinned((), (4,)), look=structure.by_repr)
def linear_system():
    """A linear time-invariant system in transfer function form."""
    return signal.TransferFunction([1.0], [1.0, 2.0, 1.0])


@kind(pinned((2,), ()), look=lambda hull: [hull.points.tolist(), hull.simplices.tolist()])
def delaunay():
    """A triangulation of five points."""
    return spatial.Delaunay(np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.4, 0.6]]))
