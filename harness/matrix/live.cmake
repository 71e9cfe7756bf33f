pickleproof_library(pickleproof_live_matrix
  SOURCES live_campaign.cc live_runner.cc
  DEPS pickleproof_record pickleproof_matrix pickleproof_generators pickleproof_live)
target_compile_definitions(pickleproof_live_matrix PRIVATE PICKLEPROOF_VERSION="${PROJECT_VERSION}")
