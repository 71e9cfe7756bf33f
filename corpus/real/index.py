"""The index of the corpus: one row per stream, and the check of the folder against it.

`index.tsv` is sorted by path and has one header line that names the columns. Buffers are written
as their number and, in the order in which the stream takes them, a `w` for each writable one and
an `r` for each read-only one: `2 wr`.
"""

import collections
import hashlib
import re

NAME = "index.tsv"
COLUMNS = ("path", "sha256", "size", "protocol", "writer", "buffers", "what")
LARGEST = 16 * 1024
# Traces of the machine that wrote a stream. The driver adds those of the running machine.
TRACES = (b"/home/", b"/root/", b"/Users/", b"/tmp/", b"/var/folders/", b"C:\\Users", b".pyenv",
          b"site-packages")

Row = collections.namedtuple("Row", COLUMNS)


def read(folder):
    """Returns the rows of the folder's index, none if there is no index.

    Raises ValueError if the header or the number of columns is another one.
    """
    path = folder / NAME
    if not path.exists():
        return []
    table = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    if table[:1] != [list(COLUMNS)]:
        raise ValueError("%s: the header must name %s" % (NAME, ", ".join(COLUMNS)))
    for number, cells in enumerate(table, 1):
        if len(cells) != len(COLUMNS):
            raise ValueError("%s:%d: %d columns" % (NAME, number, len(cells)))
    return [Row(*cells) for cells in table[1:]]


def write(folder, rows):
    """Writes the index, sorted by path."""
    lines = ["\t".join(row) + "\n" for row in [COLUMNS] + sorted(rows)]
    (folder / NAME).write_text("".join(lines), encoding="utf-8")


def kind_of(path):
    """Returns the group and kind of a stream's path: `numpy/scalars-p2-cpython3.13.pkl`."""
    return re.sub(r"-p\d-cpython[^/]*$", "", path)


def minor_of(path):
    """Returns the version of CPython that a stream's path names, such as 3.11."""
    return re.search(r"-cpython(\d+\.\d+)", path).group(1)


def traces(data, more=()):
    """Returns which traces of a machine occur in a stream."""
    return [trace.decode() for trace in TRACES + tuple(more) if trace in data]


def problems_of(folder, row):
    """Yields what is wrong with one row and its file."""
    path = folder / row.path
    if not path.is_file():
        yield "has no file"
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != row.sha256:
        yield "has another sha256"
    if str(len(data)) != row.size:
        yield "has %d bytes, not %s" % (len(data), row.size)
    if len(data) > LARGEST:
        yield "exceeds %d bytes" % LARGEST
    if data[-1:] != b".":
        yield "does not end with STOP"
    if row.protocol not in "012345" or (
            data[:2] != bytes([0x80, int(row.protocol)]) if row.protocol > "1" else
            data[:1] == b"\x80"):
        yield "does not start as protocol %s does" % row.protocol
    if "-p%s-" % row.protocol not in row.path:
        yield "names another protocol in its path"
    for trace in traces(data):
        yield "holds %r" % trace


def check(folder):
    """Returns every way in which the folder and its index disagree, as lines."""
    rows = read(folder)
    if not rows:
        return ["%s is missing or empty" % NAME]
    lines = ["%s %s" % (row.path, problem) for row in rows for problem in problems_of(folder, row)]
    paths = [row.path for row in rows]
    if paths != sorted(set(paths)):
        lines.append("%s is not sorted by path or names a path twice" % NAME)
    for digest, count in collections.Counter(row.sha256 for row in rows).items():
        if count > 1:
            lines.append("%d files have the sha256 %s" % (count, digest))
    files = {path.relative_to(folder).as_posix() for path in folder.glob("*/*.pkl")}
    lines.extend("%s is not in %s" % (path, NAME) for path in sorted(files - set(paths)))
    return lines
