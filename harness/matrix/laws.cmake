# Laws that need CPython: what our picklers write is what CPython's write; every small graph
# survives every writer, protocol and reader.
pickleproof_test(byte_identity_test LABEL prop TIMEOUT 600
  SOURCES byte_identity_test.cc
  DEPS pickleproof_python pickleproof_generators fmt::fmt)
pickleproof_test(matrix_exhaustive_test LABEL exhaustive TIMEOUT 900
  SOURCES exhaustive_test.cc
  DEPS pickleproof_matrix)
