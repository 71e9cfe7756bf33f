"""A small importable web shop whose classes, functions and enums the corpus streams name.

Streams store instances by reference to their class, so a reader that really imports needs the
folder above this package on its path. The modules are split by what they require: `classic` runs
on Python 2.7 as well, `enums` needs 3.6, `records` needs 3.7, the others need one library each.
"""
