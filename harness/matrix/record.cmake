# The record is a library of its own: reports need it, and no engine.
pickleproof_library(pickleproof_record
  SOURCES machine.cc record.cc record_json.cc sheet.cc unconfirmed.cc
  DEPS pickleproof_pickle nlohmann_json::nlohmann_json fmt::fmt)
if(PICKLEPROOF_TESTS)
  pickleproof_library(pickleproof_sample_record
    SOURCES sample_record.cc
    DEPS pickleproof_record)
endif()
pickleproof_test(record_test LABEL unit
  SOURCES record_test.cc record_json_test.cc sheet_test.cc
  DEPS pickleproof_sample_record)
