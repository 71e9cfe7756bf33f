pickleproof_library(pickleproof_explain
  SOURCES explain/explain_json.cc explain/explain_run.cc explain/explain_text.cc
          explain/stream_contents.cc explain/stream_needs.cc
  DEPS pickleproof_picklability pickleproof_pickle nlohmann_json::nlohmann_json)
pickleproof_test(stream_contents_test LABEL unit
  SOURCES explain/stream_contents_test.cc
  DEPS pickleproof_explain)
