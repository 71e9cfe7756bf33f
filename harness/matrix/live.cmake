pickleproof_library(pickleproof_live_matrix
  SOURCES live_campaign.cc live_cells.cc live_groups.cc live_reads.cc live_runner.cc
          live_tally.cc live_versions.cc
  DEPS pickleproof_record pickleproof_matrix pickleproof_generators pickleproof_live)
target_compile_definitions(pickleproof_live_matrix PRIVATE PICKLEPROOF_VERSION="${PROJECT_VERSION}")
pickleproof_test(live_tally_test LABEL unit
  SOURCES live_groups_test.cc live_tally_test.cc
  DEPS pickleproof_live_matrix)
# Needs the module, which builds with sanitizers leave out.
if(TARGET pickleproof_module)
  pickleproof_test(live_campaign_test LABEL replay TIMEOUT 600
    SOURCES live_campaign_test.cc
    DEPS pickleproof_live_matrix pickleproof_live_test_python)
  if(PICKLEPROOF_TESTS)
    add_dependencies(live_campaign_test pickleproof_module)
  endif()
endif()
