pickleproof_library(pickleproof_picklability
  SOURCES picklability/child_process.cc picklability/environments.cc picklability/expectation.cc
          picklability/interpreters.cc picklability/row_table.cc picklability/table_run.cc
          picklability/table_text.cc
  DEPS pickleproof_base nlohmann_json::nlohmann_json)
get_property(python_program GLOBAL PROPERTY PICKLEPROOF_PYTHON_PROGRAM)
# What depends on the interpreter and on the folder, for the file that needs it only.
set_source_files_properties(picklability/environments.cc PROPERTIES COMPILE_DEFINITIONS
  "PICKLEPROOF_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";PICKLEPROOF_PYTHON_PROGRAM=\"${python_program}\";PICKLEPROOF_MODULE_FOLDER=\"${CMAKE_BINARY_DIR}/harness/python/module\"")
pickleproof_test(picklability_test LABEL unit
  SOURCES picklability/environments_test.cc picklability/expectation_test.cc
          picklability/row_table_test.cc picklability/table_text_test.cc
  DEPS pickleproof_picklability)
pickleproof_test(table_run_test LABEL replay
  SOURCES picklability/table_run_test.cc
  DEPS pickleproof_picklability)
if(PICKLEPROOF_TESTS)
  target_compile_definitions(table_run_test PRIVATE
    PICKLEPROOF_PYTHON_PROGRAM="${python_program}")
endif()
