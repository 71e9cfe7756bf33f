"""Kinds of smaller libraries, one or two each: what else people keep in pickles.

Written by CPython 3.13.
"""

import io

import bitarray
import bs4
import mpmath
import PIL.Image
import pyrsistent
import regex
import requests
import shapely
import sortedcontainers
import xarray
import yarl

import structure
from registry import kind, pinned
from shop import sql_models


@kind("zoo", pinned((), (0,)), libraries=("sortedcontainers",))
def sorted_containers():
    """A sorted list, dict and set, which are rebuilt by their constructors."""
    return [sortedcontainers.SortedList([3, 1, 2]), sortedcontainers.SortedDict(b=1, a=2),
            sortedcontainers.SortedSet("hello")]


@kind("zoo", pinned((), (2,)), libraries=("pyrsistent",))
def persistent_collections():
    """A persistent vector, map and set, nested."""
    inner = pyrsistent.pmap({"a": 1})
    return [pyrsistent.pvector([1, inner, inner]), inner, pyrsistent.pset(["x"])]


@kind("zoo", pinned((), (4,)), libraries=("bitarray",))
def bit_arrays():
    """Bit arrays of both bit orders with a length that is no multiple of eight."""
    return [bitarray.bitarray("1011001", "big"), bitarray.bitarray("110", "little")]


@kind("zoo", pinned((), (3,)), libraries=("mpmath",), look=structure.by_repr)
def arbitrary_precision():
    """A number of arbitrary precision and a complex one."""
    with mpmath.workdps(30):
        return [mpmath.mpf(1) / 3, mpmath.mpc(1, -2) / 7]


@kind("zoo", pinned((), (4,)), libraries=("beautifulsoup4",), look=str)
def parsed_page():
    """A parsed web page, whose tags refer to their parents and siblings."""
    return bs4.BeautifulSoup('<p class="x">One <b>two</b></p><!-- c -->', "html.parser")


@kind("zoo", pinned((), (2,)), libraries=("pillow",), look=lambda image: image.tobytes())
def image():
    """A palette image of eight pixels, whose state is a list with the raw pixels."""
    made = PIL.Image.frombytes("P", (4, 2), bytes(range(8)))
    made.putpalette([channel * 10 for channel in range(24)])
    return made


@kind("zoo", pinned((), (5,)), libraries=("regex",), look=structure.by_repr)
def regex_patterns():
    """A compiled pattern of the regex library."""
    return [regex.compile(r"(?P<word>\p{L}+)(?&word)?", regex.IGNORECASE)]


@kind("zoo", pinned((), (2,)), libraries=("requests",),
      look=lambda value: [value[0].status_code, value[0].text, value[1].cookies.get_dict()])
def web_response():
    """A response with its body and headers, and a session with cookies and adapters."""
    response = requests.Response()
    response.status_code, response.url, response.encoding = 200, "https://example.org/", "utf-8"
    response.raw = io.BytesIO("Caf\u00e9".encode())
    response.headers["Content-Type"] = "text/plain"
    session = requests.Session()
    session.cookies.set("id", "abc", domain="example.org")
    return [response, session]


@kind("zoo", pinned((), (5,)), libraries=("shapely",), look=structure.by_repr)
def geometries():
    """Geometries: a point, a polygon with a hole, a collection, as well-known binary."""
    hole = [(1, 1), (2, 1), (2, 2)]
    polygon = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [hole])
    return [shapely.Point(1.5, -2), polygon, shapely.GeometryCollection([polygon])]


@kind("zoo", pinned((), (4,)), libraries=("SQLAlchemy",),
      look=lambda books: [(book.title, book.author.name) for book in books])
def mapped_objects():
    """Two mapped books with one author, each with the state that the object mapper keeps."""
    author = sql_models.Author(id=1, name="Austen")
    return [sql_models.Book(title=title, author=author) for title in ("Emma", "Persuasion")]


@kind("zoo", pinned((), (4,)), libraries=("xarray", "pandas", "numpy"), look=structure.by_repr)
def labelled_array():
    """A data set with two variables on labelled axes."""
    return xarray.Dataset(
        {"t": (("x", "y"), [[1.5, 2.5], [3.5, 4.5]]), "mask": ("x", [True, False])},
        coords={"x": [10, 20], "y": ["a", "b"]}, attrs={"title": "grid"})


@kind("zoo", pinned((), (4,)), libraries=("yarl",), look=structure.by_repr)
def web_addresses():
    """Parsed web addresses and a multi-valued dict of their queries."""
    return [yarl.URL("https://user@example.org:8080/a%20b?q=1&q=2#f"), yarl.URL("/rel?x=%C3%A9")]
