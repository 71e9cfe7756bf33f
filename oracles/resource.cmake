#Cost out of proportion to the input.
target_sources(pickleproof_oracles PRIVATE ${CMAKE_CURRENT_LIST_DIR} / resource.cc)
    pickleproof_test(resource_test LABEL unit SOURCES resource_test.cc DEPS pickleproof_oracles)
