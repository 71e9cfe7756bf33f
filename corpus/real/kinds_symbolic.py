"""Kinds of networkx and of sympy: graphs and formulas.

Written with networkx 3.2 and sympy 1.12 by CPython 3.11, networkx 3.5 and sympy 1.14 by 3.13.
"""

import functools

import networkx as nx
import sympy

import registry
from registry import pinned

graph = functools.partial(registry.kind, "networkx", libraries=("networkx",))
formula = functools.partial(registry.kind, "sympy", libraries=("sympy",), look=sympy.srepr)


@graph(pinned((0,), (5,)))
def graph_with_attributes():
    """An undirected graph with attributes on the graph, its nodes and its edges."""
    made = nx.Graph(name="roads", year=2024)
    made.add_node("Oslo", pos=(59.9, 10.7))
    made.add_edge("Oslo", "Bergen", km=463)
    made.add_edge("Oslo", 7, km=1.5, tags={"toll"})
    return made


@graph(pinned((), (2,)))
def directed_graph():
    """A directed graph with a cycle and a loop, whose predecessors share the edge dicts."""
    return nx.DiGraph([("a", "b", {"w": 1}), ("b", "a"), ("b", "b"), ("b", ("c", 1))])


@graph(pinned((2,), ()))
def multi_graph():
    """A directed graph with parallel edges and edge keys."""
    made = nx.MultiDiGraph()
    made.add_edge(1, 2, key="road", km=3)
    made.add_edge(1, 2, key="rail", km=2)
    made.add_edge(2, 1)
    return made


@graph(pinned((), (5,)))
def karate_club():
    """Zachary's karate club: 34 members and their 78 weighted ties."""
    return nx.karate_club_graph()


@graph(pinned((1,), ()))
def tree_and_paths():
    """A balanced tree, its degrees and its shortest paths from the root."""
    tree = nx.balanced_tree(2, 2)
    return [tree, dict(tree.degree), nx.single_source_shortest_path(tree, 0)]


@formula(pinned((2,), ()))
def expression():
    """A formula with powers, functions, rational numbers and constants."""
    x, y = sympy.symbols("x y")
    return sympy.sqrt(x) * sympy.sin(y) ** 2 / 3 + sympy.pi * sympy.exp(-x) - sympy.Rational(5, 7)


@formula(pinned((), (2,)), look=lambda value: (value, [s.is_positive for s in value]))
def symbols_with_assumptions():
    """Symbols with assumptions, among them an integer and a positive one, and a wildcard."""
    return [sympy.Symbol("n", integer=True), sympy.Symbol("p", positive=True), sympy.Wild("w")]


@formula(pinned((3,), ()))
def unevaluated():
    """An integral, a limit and a derivative, none of them evaluated."""
    x = sympy.Symbol("x")
    return sympy.Tuple(sympy.Integral(sympy.exp(-x**2), (x, 0, sympy.oo)),
                       sympy.Limit(1 / x, x, 0), sympy.Derivative(sympy.sin(x), x))


@formula(pinned((), (4,)))
def matrices():
    """A mutable matrix of formulas and an immutable one."""
    x = sympy.Symbol("x")
    return sympy.Matrix([[x, 1], [x**2, 0]])


@formula(pinned((4,), ()))
def piecewise_and_relations():
    """A piecewise function, a relation, and sets."""
    x = sympy.Symbol("x", real=True)
    piecewise = sympy.Piecewise((x, x > 0), (-x, True))
    return sympy.Tuple(piecewise, sympy.Eq(x, 2), sympy.Interval(0, 1), sympy.FiniteSet(1, x))


@formula(pinned((), (2,)))
def polynomial():
    """A polynomial with its dense representation over the integers."""
    x, y = sympy.symbols("x y")
    return sympy.Poly(x**3 - 2 * x * y + 7, x, y)


@formula(pinned((2,), ()))
def exact_numbers():
    """Exact numbers: a huge integer, a fraction, a float of fifty digits, infinities."""
    return sympy.Tuple(sympy.Integer(10) ** 40, sympy.Rational(-22, 7), sympy.Float("0.1", 50),
                       sympy.oo, sympy.zoo, sympy.nan, sympy.I, sympy.E)
