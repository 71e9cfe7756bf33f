pickleproof_library(pickleproof_live
  SOURCES live/live_loss.cc live/live_loss_releases.cc live/live_server.cc
  DEPS pickleproof_picklability pickleproof_generators nlohmann_json::nlohmann_json)

pickleproof_library(pickleproof_live_test_python
  SOURCES live/test_python.cc
  DEPS pickleproof_picklability)
pickleproof_test(live_loss_test LABEL unit
  SOURCES live/live_loss_releases_test.cc live/live_loss_test.cc
  DEPS pickleproof_live)
pickleproof_test(live_server_test LABEL replay
  SOURCES live/live_server_test.cc
  DEPS pickleproof_live pickleproof_live_test_python)
pickleproof_test(sources_run_test LABEL replay
  SOURCES live/sources_run_test.cc
  DEPS pickleproof_live pickleproof_live_test_python)
