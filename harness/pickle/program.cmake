# Bytes to instructions and back, the assembly language, and what pickletools would say.
target_sources(pickleproof_pickle PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/argument_text.cc
  ${CMAKE_CURRENT_LIST_DIR}/assembler.cc
  ${CMAKE_CURRENT_LIST_DIR}/decoder.cc
  ${CMAKE_CURRENT_LIST_DIR}/disassembler.cc
  ${CMAKE_CURRENT_LIST_DIR}/program.cc
  ${CMAKE_CURRENT_LIST_DIR}/stack_effect.cc
  ${CMAKE_CURRENT_LIST_DIR}/static_view.cc)

pickleproof_test(program_test LABEL unit
  SOURCES assembler_test.cc assembly_document_test.cc decoder_test.cc disassembler_test.cc
          opcode_test.cc program_test.cc static_view_test.cc
  DEPS pickleproof_pickle)
pickleproof_test(program_prop_test LABEL prop
  SOURCES program_prop_test.cc
  DEPS pickleproof_pickle)
