# The pickler: graph to bytes.
target_sources(pickleproof_pickle PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/name_mapping.cc)

pickleproof_test(pickleproof_pickler_test LABEL unit
  SOURCES name_mapping_test.cc
  DEPS pickleproof_pickle)
