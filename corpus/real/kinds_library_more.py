"""Kinds from the standard library: parsed things, messages, callables. Python 3.6 or later."""

import argparse
import ast
import configparser
import email
import functools
import http
import http.cookies
import inspect
import io
import itertools
import logging
import operator
import os
import signal
import string
import subprocess
import tarfile
import traceback
import typing
import urllib.parse
import xml.etree.ElementTree
import zipfile

import structure
from registry import kind
from shop import classic


@kind("stdlib", (2,))
def partials():
    """Partial applications, one of them nested and one with an attribute of its own."""
    inner = functools.partial(int, base=16)
    outer = functools.partial(classic.discounted, 100, percent=5)
    outer.note = "spring"
    return [inner, outer, functools.partial(map, inner)]


@kind("stdlib", (4,))
def operator_callables():
    """Item, attribute and method getters with one and with several names."""
    return [operator.itemgetter(0), operator.itemgetter("a", 1), operator.attrgetter("x.y", "z"),
            operator.methodcaller("split", ",", maxsplit=1)]


@kind("stdlib", (1,))
def log_record():
    """A log record as a queue handler sends it to another process."""
    return logging.makeLogRecord({
        "name": "shop.checkout", "levelname": "WARNING", "levelno": 30, "msg": "stock of A-1 is 2",
        "pathname": "shop/checkout.py", "filename": "checkout.py", "module": "checkout",
        "lineno": 88, "funcName": "pay", "created": 1700000000.5, "msecs": 500.0,
        "relativeCreated": 1234.5, "thread": 140000000000000, "threadName": "MainThread",
        "process": 4242, "taskName": None})


@kind("stdlib", (4,), since=(3, 7))
def loggers():
    """Loggers, which are stored by name since CPython 3.7."""
    return [logging.getLogger("shop.checkout"), logging.getLogger()]


@kind("stdlib", (4,))
def memory_files():
    """In-memory files of bytes and of text with their contents and positions."""
    raw, text = io.BytesIO(b"0123456789\xff"), io.StringIO("one\ntwo\n", newline="\n")
    raw.seek(4)
    text.readline()
    return [raw, text]


@kind("stdlib", (0,))
def parsed_url():
    """Parts of a parsed address, in text and in bytes, and a parsed query."""
    address = "https://user@example.org:8080/p/a?q=%20&q=2#frag"
    return [urllib.parse.urlparse(address), urllib.parse.urlsplit(address.encode()),
            urllib.parse.parse_qs("a=1&a=2&b=")]


@kind("stdlib", (4,))
def email_message():
    """A mail message with two parts, one with an attachment in base64."""
    return email.message_from_string(
        "From: a@example.org\nSubject: =?utf-8?q?Caf=C3=A9?=\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nHello\n'
        "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n")


@kind("stdlib", (4,))
def cookies():
    """A cookie jar of the http package: a dict of morsels, which are dicts with attributes."""
    jar = http.cookies.SimpleCookie("session=abc123; theme=dark")
    jar["theme"]["max-age"] = 3600
    return jar


@kind("stdlib", (4,))
def config_parser():
    """A parsed configuration file with a default section and interpolation."""
    parser = configparser.ConfigParser()
    parser.read_string("[DEFAULT]\nroot = data\n[paths]\ncache = %(root)s/cache\nempty =\n")
    return parser


@kind("stdlib", (2,))
def arguments_namespace():
    """Parsed command-line arguments."""
    return argparse.Namespace(verbose=2, files=["a.txt", "b.txt"], rate=0.5, output=None)


@kind("stdlib", (0,))
def string_template():
    """A string template."""
    return string.Template("Dear $name, you owe $$${amount}")


@kind("stdlib", (4,), since=(3, 9), look=ast.dump)
def syntax_tree():
    """The syntax tree of a small function, with the position of every node."""
    return ast.parse("def area(r, *, pi=3.14):\n    return pi * r ** 2  # disc\n")


@kind("stdlib", (4,))
def element_tree():
    """An XML tree with attributes, text and tails."""
    return xml.etree.ElementTree.fromstring(
        '<book id="1"><title lang="fr">L\u2019\u00e9t\u00e9</title>tail<empty/></book>')


@kind("stdlib", (1,))
def signatures():
    """Function signatures with defaults, annotations and every sort of parameter."""
    kinds = inspect.Parameter
    return inspect.Signature([
        kinds("a", kinds.POSITIONAL_ONLY, annotation=int),
        kinds("b", kinds.POSITIONAL_OR_KEYWORD, default="x"), kinds("rest", kinds.VAR_POSITIONAL),
        kinds("c", kinds.KEYWORD_ONLY, default=None), kinds("more", kinds.VAR_KEYWORD),
    ], return_annotation=str)


@kind("stdlib", (4,), since=(3, 7))
def typing_forms():
    """Subscripted forms of the typing module: lists, unions, callables and tuples."""
    return [typing.List[int], typing.Optional[str], typing.Dict[str, typing.Any],
            typing.Callable[[int], str], typing.Tuple[int, ...], typing.Any]


@kind("stdlib", (4,), since=(3, 9), look=structure.by_repr)
def generic_aliases():
    """Subscripted built-in types."""
    return [list[int], dict[str, tuple[int, ...]], type[Exception]]


@kind("stdlib", (4,), since=(3, 10), look=structure.by_repr)
def union_types():
    """Unions written with a vertical bar."""
    return [int | str, list[int] | None]


@kind("stdlib", (4,))
def library_enums():
    """Members of the library's own enumerations: a signal, an HTTP status and a parameter kind."""
    return [signal.SIGTERM, http.HTTPStatus.NOT_FOUND, inspect.Parameter.KEYWORD_ONLY]


@kind("stdlib", (2,))
def completed_process():
    """The result of a finished subprocess with its captured output."""
    return subprocess.CompletedProcess(["ls", "-l"], 0, stdout=b"total 0\n", stderr=b"")


@kind("stdlib", (2,))
def archive_members():
    """Entries of a zip and of a tar archive, the first with slots."""
    member = tarfile.TarInfo("docs/readme.txt")
    member.size, member.mtime, member.mode = 12, 1700000000, 0o644
    entry = zipfile.ZipInfo("docs/readme.txt", (2024, 2, 29, 12, 0, 0))
    entry.create_system = 3
    return [entry, member]


@kind("stdlib", (4,), look=structure.by_repr)
def stack_summary():
    """A stack of frame summaries, as error reporters keep it."""
    frames = [("shop/app.py", 10, "main", "run()"), ("shop/run.py", 77, "run", "1 / 0")]
    return traceback.StackSummary.from_list(frames)


@kind("stdlib", (2,))
def stat_result():
    """The result of a stat call, with the fields that only have names."""
    return os.stat_result((33188, 1, 2, 1, 1000, 1000, 4096, 1700000000, 1700000001, 1700000002))


@kind("stdlib", (4,), until=(3, 13),
      look=lambda value: [list(itertools.islice(item, 4)) for item in value])
def itertools_objects():
    """Iterators of the itertools module with their state, which CPython 3.14 refuses to write."""
    cycle = itertools.cycle("abc")
    next(cycle)
    return [itertools.count(5, 2), cycle, itertools.chain([1], [2]), itertools.repeat(7, 3),
            itertools.islice(range(9), 2, 8, 2), itertools.permutations("ab")]
