pickleproof_library(pickleproof_live
  SOURCES live/live_loss.cc live/live_server.cc
  DEPS pickleproof_picklability pickleproof_generators nlohmann_json::nlohmann_json)
