"""cloudpickle on top of pickleproof: cloudpickle_test.py FOLDER, which holds the extension module.

The module takes the place of _pickle before cloudpickle is imported, so that its pickler gets our
base class. Its streams are loaded by plain pickle in a fresh interpreter without pickleproof, and
what they hold must behave there as it does here. Exit status 77: cloudpickle is not installed.
"""

import io
import subprocess
import sys

sys.path.insert(0, sys.argv[1])
import pickleproof  # noqa: E402

sys.modules.pop("pickle", None)
sys.modules["_pickle"] = pickleproof
try:
    import cloudpickle
except ImportError:
    print("skipped: cloudpickle is not installed for", sys.executable)
    sys.exit(77)

READER = """
import pickle, sys
assert "pickleproof" not in sys.modules and "pickleproof" not in pickle.Pickler.__module__
probes = pickle.loads(sys.stdin.buffer.read())
print([probe() for probe in probes])
"""


def make_probes():
    factor = 3

    def counter(start):
        total = start

        def step(by=2):
            nonlocal total
            total += by * factor
            return total

        return step

    step = counter(1)  # cloudpickle doesn't keep cells that several functions share

    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    class Base:
        attribute = [1, 2]

        def __init__(self, value):
            self.value = value

        def show(self):
            return type(self).__name__, self.attribute, self.value, factor

    class Child(Base):
        def show(self):
            return ("child",) + super().show()

        @property
        def doubled(self):
            return self.value * 2

        @staticmethod
        def static():
            return "static"

    instance = Child("value")
    instance.me = instance
    return [lambda: step(), lambda: step(1), lambda: (even(10), odd(7)),
            lambda: instance.show(), lambda: instance.me is instance, lambda: instance.doubled,
            lambda: Child.static(), lambda: sorted(map(lambda x: -x, [1, 2, factor]))]


def main():
    pickler = getattr(cloudpickle, "CloudPickler", None) or cloudpickle.Pickler
    assert issubclass(pickler, pickleproof.Pickler), pickler.__mro__
    expected = str([probe() for probe in make_probes()])
    failures = 0
    for protocol in range(2, 6):
        out = io.BytesIO()
        pickler(out, protocol=protocol).dump(make_probes())
        reader = subprocess.run([sys.executable, "-s", "-c", READER], input=out.getvalue(),
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        got = reader.stdout.decode().strip()
        if got != expected:
            failures += 1
            print("protocol %d: expected %s, got %s" % (protocol, expected, got))
    print("cloudpickle %s: %d streams, %d wrong" % (cloudpickle.__version__, 4, failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
