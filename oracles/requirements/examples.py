"""R146 to R150: the worked examples of the manuals, which must run."""

import collections
import io
import os
import pickle

from .registry import BOTH, MANUAL, MANUAL2, Unavailable, each, raises, requirement, scratch


class TextReader:
    """Print and number lines in a text file."""

    def __init__(self, filename):
        self.filename = filename
        self.file = open(filename)
        self.lineno = 0

    def readline(self):
        self.lineno += 1
        line = self.file.readline()
        if not line:
            return None
        if line.endswith("\n"):
            line = line[:-1]
        return "%i: %s" % (self.lineno, line)

    def __getstate__(self):
        state = self.__dict__.copy()
        del state["file"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        file = open(self.filename)
        for _ in range(self.lineno):
            file.readline()
        self.file = file


@requirement(146, "A reader of a text file goes on behind the last line read.",
             MANUAL + "'Handling Stateful Objects'")
def _():
    with scratch() as folder:
        name = os.path.join(folder, "hello.txt")
        with open(name, "w") as file:
            file.write("Hello world!\nI am line number two.\nGoodbye!\n")
        for impl, protocol in each():
            reader = TextReader(name)
            assert reader.readline() == "1: Hello world!"
            assert reader.readline() == "2: I am line number two."
            new_reader = impl.loads(impl.dumps(reader, protocol))
            assert new_reader.readline() == "3: Goodbye!" and new_reader.readline() is None
            reader.file.close()
            new_reader.file.close()


MemoRecord = collections.namedtuple("MemoRecord", "key, task")


def classes_of(impl):
    class DBPickler(impl.Pickler):
        def persistent_id(self, obj):
            if isinstance(obj, MemoRecord):
                return ("MemoRecord", obj.key)
            return None

    class DBUnpickler(impl.Unpickler):
        def __init__(self, file, connection):
            super().__init__(file)
            self.connection = connection

        def persistent_load(self, pid):
            cursor = self.connection.cursor()
            type_tag, key_id = pid
            if type_tag == "MemoRecord":
                cursor.execute("SELECT * FROM memos WHERE key=?", (str(key_id),))
                key, task = cursor.fetchone()
                return MemoRecord(key, task)
            raise pickle.UnpicklingError("unsupported persistent object")

    return DBPickler, DBUnpickler


@requirement(147, "Records of a database are stored as persistent ids, and read as they are then.",
             MANUAL + "'Persistence of External Objects'")
def _():
    try:
        import sqlite3
    except ImportError as error:
        raise Unavailable(str(error))
    tasks = ("give food to fish", "prepare group meeting", "fight with a zebra")
    for impl in BOTH:
        for protocol in range(1, 6):
            DBPickler, DBUnpickler = classes_of(impl)
            conn = sqlite3.connect(":memory:")
            cursor = conn.cursor()
            cursor.execute("CREATE TABLE memos(key INTEGER PRIMARY KEY, task TEXT)")
            for task in tasks:
                cursor.execute("INSERT INTO memos VALUES(NULL, ?)", (task,))
            cursor.execute("SELECT * FROM memos")
            memos = [MemoRecord(key, task) for key, task in cursor]
            file = io.BytesIO()
            DBPickler(file, protocol).dump(memos)
            cursor.execute("UPDATE memos SET task='learn italian' WHERE key=1")
            file.seek(0)
            back = DBUnpickler(file, conn).load()
            assert back == [(1, "learn italian")] + memos[1:] and type(back[0]) is MemoRecord
            other = io.BytesIO(impl.dumps(("Other", 1), protocol)[:-1] + b"Q.")
            raises(pickle.UnpicklingError, DBUnpickler(other, conn).load)
            conn.close()


@requirement(148, "A dict of ordinary things goes through a file and comes back.", MANUAL + "'Examples'")
def _():
    data = {"a": [1, 2.0, 3 + 4j], "b": ("character string", b"byte string"),
            "c": {None, True, False}}
    with scratch() as folder:
        name = os.path.join(folder, "data.pickle")
        for dump, load in ((pickle.dump, pickle.load), (pickle._dump, pickle._load)):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                with open(name, "wb") as f:
                    dump(data, f, protocol)
                with open(name, "rb") as f:
                    assert load(f) == data


@requirement(149, "Two pickles of different protocols in one file are read by two loads.",
             MANUAL2 + "'Example'")
def _():
    data1 = {"a": [1, 2.0, 3, 4 + 6j], "b": ("string", "Unicode string"), "c": None}
    selfref_list = [1, 2, 3]
    selfref_list.append(selfref_list)
    with scratch() as folder:
        name = os.path.join(folder, "data.pkl")
        for dump, load in ((pickle.dump, pickle.load), (pickle._dump, pickle._load)):
            with open(name, "wb") as output:
                dump(data1, output, 0)
                dump(selfref_list, output, -1)
            with open(name, "rb") as pkl_file:
                assert load(pkl_file) == data1
                data2 = load(pkl_file)
                assert data2[:3] == [1, 2, 3] and data2[3] is data2 and not pkl_file.read()


class Integer:
    def __init__(self, x):
        self.x = x

    def __str__(self):
        return "My name is integer %d" % self.x


class FancyInteger(Integer):
    def __str__(self):
        return "I am the integer %d" % self.x


@requirement(150, "An Integer is stored as a persistent id and read as a FancyInteger.",
             MANUAL2 + "'Pickling and unpickling external objects'",
             contradicted="as printed, persistent_id's last return and persistent_load's raise are indented "
                          "too far and can't be reached; an unknown id gives None")
def _():
    def persistent_id(obj):
        if hasattr(obj, "x"):
            return "the value %d" % obj.x
            return None

    def persistent_load(persid):
        if persid.startswith("the value "):
            return FancyInteger(int(persid.split()[2]))
            raise pickle.UnpicklingError("Invalid persistent id")

    for impl, protocol in each():
        class Writer(impl.Pickler):
            def persistent_id(self, obj):
                return persistent_id(obj)

        class Reader(impl.Unpickler):
            def persistent_load(self, pid):
                return persistent_load(pid)

        src = io.BytesIO()
        Writer(src, protocol).dump(Integer(7))
        j = Reader(io.BytesIO(src.getvalue())).load()
        assert str(j) == "I am the integer 7" and type(j) is FancyInteger
        assert b"the value 7" in src.getvalue()
        assert Reader(io.BytesIO(b"Pother\n.")).load() is None
