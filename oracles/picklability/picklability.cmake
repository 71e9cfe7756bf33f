pickleproof_library(pickleproof_picklability
  SOURCES picklability/child_process.cc picklability/expectation.cc picklability/interpreters.cc
          picklability/row_table.cc picklability/table_run.cc picklability/table_text.cc
  DEPS pickleproof_base nlohmann_json::nlohmann_json)
