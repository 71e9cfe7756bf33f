"""R1 to R22: protocols, and what a stream is."""

import io
import pickle
import pickletools
import sys

from .registry import (AS_WRITTEN, BOTH, C, MANUAL, MANUAL2, PY, each, python2, raises, requirement)

SAMPLE = [None, True, -5, 1 << 80, 2.5, "text", b"bytes", (1, (2,)), {"k": [1]}, {3}, frozenset([4])]
FORMAT = MANUAL + "'Data stream format'"


def opcodes(data):
    return [code.name for code, _, _ in pickletools.genops(data)]


@requirement(1, "There are six protocols, 0 to 5; what is written with each can be read.", FORMAT)
def _():
    for impl, protocol in each():
        for reader in BOTH:
            assert reader.loads(impl.dumps(SAMPLE, protocol)) == SAMPLE


@requirement(2, "Protocol 0 is the human-readable one.", FORMAT,
             contradicted="Latin-1 letters are written as single bytes above 0x7f")
def _():
    for impl in BOTH:
        data = impl.dumps(SAMPLE, 0)
        assert all(code.proto == 0 for code, _, _ in pickletools.genops(data))
        assert max(data) < 0x80
        assert b"\xe9" in impl.dumps("\xe9", 0)


python2(3, "The default of Python 2 is printable ASCII.", MANUAL2 + "'Data stream format'")


@requirement(4, "Without a protocol, protocol 0 is used.", MANUAL2 + "'Data stream format'",
             contradicted="so in Python 2; 3 in 3.0 to 3.7, 4 in 3.8 to 3.13, 5 from 3.14")
def _():
    for impl in BOTH:
        assert impl.dumps([1])[:2] == bytes([0x80, pickle.DEFAULT_PROTOCOL])


@requirement(5, "The default protocol is 5 (in the manual of 3.14).",
             MANUAL + "'Module Interface', DEFAULT_PROTOCOL",
             contradicted="it is 4 in Python 3.8 to 3.13")
def _():
    written = sys.version_info >= (3, 14)
    assert pickle.DEFAULT_PROTOCOL == (5 if written else 4)
    return AS_WRITTEN if written else None


@requirement(6, "Protocol 3 has opcodes for bytes; Python 2 can't read it.", FORMAT)
def _():
    for impl in BOTH:
        assert "SHORT_BINBYTES" in opcodes(impl.dumps(b"a", 3))
        assert "SHORT_BINBYTES" not in opcodes(impl.dumps(b"a", 2))


@requirement(7, "Protocol 4 has very large objects, more kinds and frames.", FORMAT)
def _():
    for impl in BOTH:
        names = opcodes(impl.dumps([{1}, "a" * 10], 4))
        assert "FRAME" in names and "EMPTY_SET" in names and "MEMOIZE" in names
        assert impl.loads(b"\x80\x04\x8d\x01\0\0\0\0\0\0\0a.") == "a"


@requirement(8, "Protocol 5 has out-of-band data and bytearrays.", FORMAT)
def _():
    for impl in BOTH:
        assert "BYTEARRAY8" in opcodes(impl.dumps(bytearray(b"a"), 5))
        taken = []
        data = impl.dumps(pickle.PickleBuffer(b"a"), 5, buffer_callback=taken.append)
        assert len(taken) == 1 and "NEXT_BUFFER" in opcodes(data)


@requirement(9, "A negative protocol means the highest.", MANUAL + "Pickler")
def _():
    for impl in BOTH:
        for number in (-1, -5):
            assert impl.dumps([1], number)[1] == pickle.HIGHEST_PROTOCOL


@requirement(10, "A protocol above the highest is an error.", MANUAL + "Pickler")
def _():
    for impl in BOTH:
        raises(ValueError, impl.Pickler, io.BytesIO(), 6)
        assert impl.dumps(1, None) == impl.dumps(1)
        assert impl.dumps(1, True) == impl.dumps(1, 1)
    if sys.version_info >= (3, 10):  # before, _pickle takes floats too, with a warning
        raises(TypeError, C.Pickler, io.BytesIO(), 2.0)
    PY.Pickler(io.BytesIO(), 2.0)


@requirement(11, "The protocol of a stream is found by the reader.", MANUAL + "load")
def _():
    for impl, protocol in each():
        assert impl.loads(impl.dumps(SAMPLE, protocol)) == SAMPLE
    raises(TypeError, pickle.loads, b"N.", protocol=2)


@requirement(12, "Text and binary opcodes may be mixed.", MANUAL2 + "load")
def _():
    for impl in BOTH:
        assert impl.loads(b"(I1\nK\x02L3L\nJ\x04\0\0\0F0.5\nt.") == (1, 2, 3, 4, 0.5)


@requirement(13, "What follows the pickle is ignored.", MANUAL + "load")
def _():
    for impl, protocol in each():
        data = impl.dumps(SAMPLE, protocol)
        file = io.BytesIO(data + b"rest")
        assert impl.Unpickler(file).load() == SAMPLE and file.tell() == len(data)
        assert pickle.loads(data + b"rest") == SAMPLE


python2(14, "Characters past the pickle are ignored by loads.", MANUAL2 + "loads")


@requirement(15, "Each implementation reads what the other writes.", MANUAL2 + "introduction")
def _():
    for writer, protocol in each():
        for reader in BOTH:
            assert reader.loads(writer.dumps(SAMPLE, protocol)) == SAMPLE


@requirement(16, "Equal bytes are not promised, only that each can read the other.",
             MANUAL2 + "'cPickle'")
def _():
    items = list(range(1001))
    assert C.dumps(items, 2) != PY.dumps(items, 2)
    assert PY.loads(C.dumps(items, 2)) == C.loads(PY.dumps(items, 2)) == items


python2(17, "The data streams of pickle and cPickle are identical.", MANUAL2 + "'cPickle', note",
        contradicted="cPickle numbers its memo from 1 and leaves out PUTs that nobody gets")


@requirement(18, "Old streams stay readable.", FORMAT)
def _():
    assert pickle.loads(b"(lp0\nI1\naI2\na.") == [1, 2]
    assert pickle.loads(b"\x80\x02]q\x00(K\x01K\x02e.") == [1, 2]
    assert pickle.loads(b"\x80\x03C\x01aq\x00.") == b"a"
    assert pickle.loads(b"(i__builtin__\nException\np0\n(dp1\nb.").__dict__ == {}


@requirement(19, "Between Python 2 and 3, protocol 2 or less and mapped names are needed.",
             MANUAL + "'Comparison with json'")
def _():
    for impl in BOTH:
        for protocol in range(3):
            assert b"__builtin__" in impl.dumps(range(3), protocol)
        assert impl.loads(b"c__builtin__\nunicode\n.") is str


@requirement(20, "pickletools can analyse streams.", FORMAT)
def _():
    for impl, protocol in each():
        out = io.StringIO()
        pickletools.dis(impl.dumps(SAMPLE, protocol), out)
        assert "STOP" in out.getvalue()


@requirement(21, "pickletools.optimize makes shorter streams of the same meaning.",
             MANUAL + "Pickler.fast")
def _():
    for impl, protocol in each():
        shared = ["s"]
        data = impl.dumps([shared, shared, "alone"], protocol)
        small = pickletools.optimize(data)
        back = impl.loads(small)
        assert len(small) < len(data) and back == [["s"], ["s"], "alone"] and back[0] is back[1]


@requirement(22, "Other programs may not be able to make the objects; a reader can keep them as names.",
             FORMAT)
def _():
    class Name:
        def __init__(self, *names):
            self.names = names

        def __call__(self, *args):
            return self.names, args

    class Inert(pickle.Unpickler):
        def find_class(self, module, name):
            return Name(module, name)

    assert Inert(io.BytesIO(b"cos\nsystem\n(S'ls'\ntR.")).load() == (("os", "system"), ("ls",))
