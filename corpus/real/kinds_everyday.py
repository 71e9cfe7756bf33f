"""Kinds that look like what programs keep: caches, messages, documents. Python 3.6 or later."""

import datetime
import decimal
import random
import uuid
from collections import Counter, OrderedDict

from registry import kind
from shop import classic


@kind("everyday", (4,))
def json_document():
    """A decoded JSON document with nested objects, arrays, numbers and null."""
    return {
        "id": 1042, "title": "Sample \u2013 \u00fcber", "price": 12.5, "stock": None,
        "tags": ["new", "sale", "\u65b0"], "dimensions": {"w": 3, "h": 4.25, "unit": "cm"},
        "variants": [{"sku": "A-%d" % n, "active": n % 2 == 0} for n in range(6)],
    }


@kind("everyday", (2,))
def csv_rows():
    """Forty rows of a table as dicts that share their keys."""
    chance = random.Random(1)
    return [{"id": n, "city": chance.choice(["Oslo", "Lima", "Kyiv"]),
             "value": round(chance.random() * 100, 3)} for n in range(40)]


@kind("everyday", (5,))
def task_message():
    """A queued task: function name, arguments, options, time and a unique id."""
    return {
        "task": "shop.tasks.send_invoice", "id": uuid.UUID(int=0x1234567890ABCDEF << 32),
        "args": (17, "en"), "kwargs": {"attach": True, "cc": ["a@example.org"]},
        "eta": datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc),
        "retries": 0, "timelimit": (None, 300.0),
    }


@kind("everyday", (4,))
def process_pool_call():
    """What a process pool sends to a worker: call number, function, arguments and keywords."""
    return (7, classic.discounted, ((100,), {"percent": 25}), {"chunk": range(0, 50, 5)})


@kind("everyday", (3,))
def web_session():
    """A web session: user id, token bytes, messages, a shopping cart and an expiry date."""
    return {
        "_auth_user_id": "42", "_token": bytes(range(128, 160)), "next": None,
        "messages": [("success", "Saved."), ("warning", "Only 2 left")],
        "cart": OrderedDict([("sku-1", {"n": 2, "price": decimal.Decimal("9.90")})]),
        "_expires": datetime.date(2031, 1, 1),
    }


@kind("everyday", (2,))
def word_counts():
    """Word frequencies of a sentence with bigram keys."""
    words = "the cat and the dog and the bird saw the cat".split()
    return {"words": Counter(words), "bigrams": Counter(zip(words, words[1:]))}


@kind("everyday", (1,))
def decision_tree():
    """A small decision tree of linked nodes with links to their parents."""
    root = classic.Node({"feature": "age", "below": 30.5})
    for label in ("left", "right"):
        child = classic.Node({"feature": label, "below": -1.25}, root)
        for leaf in (0, 1):
            classic.Node(leaf, child)
    return root


@kind("everyday", (4,))
def memoised_results():
    """A cache from argument tuples to results, kept by a memoising decorator."""
    return {("fib", (n,), frozenset()): (n * n, 0.001 * n) for n in range(25)}


@kind("everyday", (1,))
def game_save():
    """A saved game: board as nested lists, players as instances, move history and a seed."""
    players = [classic.Customer("ann", "ann@example.org"), classic.Customer("bo", None)]
    board = [[None] * 8 for _ in range(8)]
    board[0][3] = ("queen", players[0])
    board[7][4] = ("king", players[1])
    return {"board": board, "players": players, "turn": players[1],
            "moves": [(1, "d1d8"), (2, "e8e7")], "seed": random.Random(5).getrandbits(128)}


@kind("everyday", (4,))
def http_cache_entry():
    """A cached web response: status, headers, body bytes and times as floats."""
    body = b"<!doctype html><title>Hi</title>" + bytes(range(200, 256)) * 6
    return {"url": "https://example.org/?q=%C3%A9", "status": 200, "stored": 1700000000.25,
            "headers": [("Content-Type", "text/html"), ("ETag", '"5d8c72a5edda8"')], "body": body}
