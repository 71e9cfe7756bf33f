"""R123 to R133: PickleBuffer and out-of-band data."""

import io
import pickle
import pickletools

from .registry import AS_WRITTEN, BOTH, C, MANUAL, raises, requirement

BUFFER = MANUAL + "'Module Interface', PickleBuffer"
PICKLER = MANUAL + "'Module Interface', Pickler"
UNPICKLER = MANUAL + "'Module Interface', Unpickler"
OUT_OF_BAND = MANUAL + "'Out-of-band Buffers'"


class ZeroCopyByteArray(bytearray):
    """The example of the manual."""

    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return type(self)._reconstruct, (pickle.PickleBuffer(self),), None
        return type(self)._reconstruct, (bytearray(self),)

    @classmethod
    def _reconstruct(cls, obj):
        with memoryview(obj) as m:
            obj = m.obj
            if type(obj) is cls:
                return obj
            return cls(obj)


def out_of_band(impl, *objects):
    """The pickle of the list of them, and their buffers."""
    taken = []
    data = impl.dumps([pickle.PickleBuffer(obj) for obj in objects], 5, buffer_callback=taken.append)
    return data, taken


def strided():
    return memoryview(bytearray(b"abcd"))[::2]


def fortran_view():
    """2 x 3 bytes, column by column; made by a module of CPython's tests, which may be missing."""
    from _testbuffer import ND_FORTRAN, ndarray
    return ndarray(list(range(6)), shape=[2, 3], format="B", flags=ND_FORTRAN)


@requirement(123, "PickleBuffers need protocol 5.", BUFFER)
def _():
    for impl in BOTH:
        for protocol in range(5):
            raises(pickle.PicklingError, impl.dumps, pickle.PickleBuffer(b"a"), protocol)
        assert impl.loads(impl.dumps(pickle.PickleBuffer(b"a"), 5)) == b"a"


@requirement(124, "Without buffer_callback, buffers are part of the stream.", PICKLER)
def _():
    for impl in BOTH:
        for kind in (bytes, bytearray):
            data = impl.dumps(pickle.PickleBuffer(kind(b"contents")), 5)
            assert b"contents" in data and type(impl.loads(data)) is kind


@requirement(125, "A buffer is out of band where buffer_callback returns a false value, else in band.",
             PICKLER)
def _():
    for impl in BOTH:
        buffer = pickle.PickleBuffer(b"contents")
        for value in (None, False, 0, ""):
            data = impl.dumps(buffer, 5, buffer_callback=lambda view: value)
            assert b"contents" not in data and impl.loads(data, buffers=[b"other"]) == b"other"
        for value in (True, 1, "yes"):
            data = impl.dumps(buffer, 5, buffer_callback=lambda view: value)
            assert data == impl.dumps(buffer, 5)


@requirement(126, "buffer_callback with a protocol of None or below 5 is an error.", PICKLER,
             contradicted="None is no error where the default protocol is 5, from 3.14 on")
def _():
    written = pickle.DEFAULT_PROTOCOL < 5
    for impl in BOTH:
        for protocol in range(5):
            raises(ValueError, impl.Pickler, io.BytesIO(), protocol, buffer_callback=id)
        if written:
            raises(ValueError, impl.Pickler, io.BytesIO(), None, buffer_callback=id)
        else:
            impl.Pickler(io.BytesIO(), None, buffer_callback=id)
    return AS_WRITTEN if written else None


@requirement(127, "Without buffers, all data must be in the stream.", UNPICKLER)
def _():
    for impl in BOTH:
        data, _ = out_of_band(impl, b"a")
        raises(pickle.UnpicklingError, impl.loads, data)
        raises(pickle.UnpicklingError, impl.loads, data, buffers=None)


@requirement(128, "Each reference to an out-of-band buffer takes the next of buffers.", UNPICKLER)
def _():
    for impl in BOTH:
        data, _ = out_of_band(impl, b"a", b"b")
        for buffers in ([b"1", b"2"], iter([b"1", b"2"]), (b"1", b"2", b"surplus")):
            assert impl.loads(data, buffers=buffers) == [b"1", b"2"]
        left = iter([b"1", b"2", b"3"])
        impl.loads(data, buffers=left)
        assert next(left) == b"3"
        raises(pickle.UnpicklingError, impl.loads, data, buffers=[b"1"])
        raises(TypeError, impl.loads, data, buffers=5)


@requirement(129, "Buffers are needed in the order in which buffer_callback got them.", OUT_OF_BAND)
def _():
    for impl in BOTH:
        parts = [b"first", bytearray(b"second"), b"third"]
        data, taken = out_of_band(impl, *parts)
        assert [bytes(buffer.raw()) for buffer in taken] == parts
        assert impl.loads(data, buffers=[buffer.raw() for buffer in taken]) == parts


@requirement(130, "raw is a one-dimensional contiguous memoryview of bytes.", BUFFER + ".raw")
def _():
    views = [memoryview(b"abcdef"), memoryview(b"abcdef").cast("B", (2, 3)),
             memoryview(b"abcdefgh").cast("d"), memoryview(b"a").cast("B", ())]
    try:
        views.append(fortran_view())
    except ImportError:
        pass
    for view in views:
        with pickle.PickleBuffer(view).raw() as raw:
            assert (raw.ndim, raw.format, raw.itemsize, raw.c_contiguous) == (1, "B", 1, True)
            assert raw.nbytes == memoryview(view).nbytes
    assert pickle.PickleBuffer(b"abcdef").raw() == b"abcdef"
    assert pickle.PickleBuffer(b"a").raw().readonly and not pickle.PickleBuffer(bytearray()).raw().readonly


@requirement(131, "raw of a buffer that is not contiguous raises BufferError.", BUFFER + ".raw")
def _():
    raises(BufferError, pickle.PickleBuffer(strided()).raw)
    for impl in BOTH:
        raises((pickle.PicklingError, BufferError), impl.dumps, pickle.PickleBuffer(strided()), 5)


@requirement(132, "release lets go of the buffer.", BUFFER + ".release")
def _():
    owner = bytearray(b"a")
    buffer = pickle.PickleBuffer(owner)
    raises(BufferError, owner.append, 1)
    buffer.release()
    buffer.release()
    owner.append(1)
    raises(ValueError, buffer.raw)
    raises(ValueError, memoryview, buffer)
    for impl in BOTH:
        raises(ValueError, impl.dumps, buffer, 5)


@requirement(133, "The example: ZeroCopyByteArray comes back as itself out of band, as a copy in band.",
             OUT_OF_BAND + ", 'Example'")
def _():
    for impl in BOTH:
        b = ZeroCopyByteArray(b"abc")
        for protocol in range(6):
            copied = impl.loads(impl.dumps(b, protocol))
            assert copied == b and copied is not b and type(copied) is ZeroCopyByteArray
        buffers = []
        data = impl.dumps(b, 5, buffer_callback=buffers.append)
        assert impl.loads(data, buffers=buffers) is b
    read_only, _ = out_of_band(C, b"a")
    assert "READONLY_BUFFER" in [code.name for code, _, _ in pickletools.genops(read_only)]
