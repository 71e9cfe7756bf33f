target_sources(pickleproof_pickle PRIVATE
  graph_calls.cc graph_world.cc input.cc profile.cc text_codec.cc text_decoding.cc unpickler.cc)
pickleproof_test(unpickler_test LABEL unit
  SOURCES unpickler_test.cc machine_memo_test.cc machine_test.cc text_codec_test.cc
  DEPS pickleproof_pickle)
