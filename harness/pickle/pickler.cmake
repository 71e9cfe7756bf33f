# The pickler: graph to bytes.
target_sources(pickleproof_pickle PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/name_mapping.cc
  ${CMAKE_CURRENT_LIST_DIR}/encoding_policy.cc
  ${CMAKE_CURRENT_LIST_DIR}/text_escape.cc
  ${CMAKE_CURRENT_LIST_DIR}/pickle_writer.cc
  ${CMAKE_CURRENT_LIST_DIR}/graph_shape.cc
  ${CMAKE_CURRENT_LIST_DIR}/pickler.cc
  ${CMAKE_CURRENT_LIST_DIR}/pickler_leaves.cc
  ${CMAKE_CURRENT_LIST_DIR}/pickler_containers.cc
  ${CMAKE_CURRENT_LIST_DIR}/pickler_globals.cc
  ${CMAKE_CURRENT_LIST_DIR}/pickler_objects.cc)

pickleproof_test(pickler_test LABEL unit
  SOURCES graph_shape_test.cc name_mapping_test.cc pickler_limits_test.cc pickler_policy_test.cc
          pickler_test.cc pickler_vectors_test.cc text_escape_test.cc
  DEPS pickleproof_pickle)
