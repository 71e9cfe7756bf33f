pickleproof_test(matrix_test LABEL unit
  SOURCES runner_test.cc workers_test.cc
  DEPS pickleproof_matrix)
pickleproof_test(reader_differential_test LABEL prop TIMEOUT 900
  SOURCES reader_differential_test.cc
  DEPS pickleproof_matrix)
