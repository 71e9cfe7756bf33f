# The Python module `pickleproof`, for the interpreter that is embedded. It has its own build of the
# core's sources that it needs: position independent, everything hidden, with no library but libc and
# libm at run time. A process without sanitizers can't load a sanitized module, so such builds leave
# it out.
if(NOT PICKLEPROOF_SANITIZE AND NOT PICKLEPROOF_FUZZ)
  execute_process(
    COMMAND "${PYTHON_EXECUTABLE_USED}" -I -c
            "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))"
    OUTPUT_VARIABLE python_suffix OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

  set(module_folder ${CMAKE_CURRENT_LIST_DIR})
  add_library(pickleproof_module MODULE
    ${module_folder}/file_source.cc
    ${module_folder}/reading_functions.cc
    ${module_folder}/live_containers.cc
    ${module_folder}/live_globals.cc
    ${module_folder}/live_leaves.cc
    ${module_folder}/live_objects.cc
    ${module_folder}/live_pickler.cc
    ${module_folder}/live_sink.cc
    ${module_folder}/module.cc
    ${module_folder}/pickler_memo.cc
    ${module_folder}/pickler_object.cc
    ${module_folder}/python_world.cc
    ${module_folder}/python_world_objects.cc
    ${module_folder}/raise.cc
    ${module_folder}/state.cc
    ${module_folder}/unpickler.cc
    ${module_folder}/unpickler_memo.cc
    ${module_folder}/unpickler_object.cc
    ${module_folder}/writing_functions.cc
    python_api.cc
    ${CMAKE_SOURCE_DIR}/harness/base/check.cc
    ${CMAKE_SOURCE_DIR}/harness/base/utf8.cc
    ${CMAKE_SOURCE_DIR}/harness/pickle/input.cc
    ${CMAKE_SOURCE_DIR}/harness/pickle/pickle_writer.cc
    ${CMAKE_SOURCE_DIR}/harness/pickle/profile.cc
    ${CMAKE_SOURCE_DIR}/harness/pickle/text_codec.cc
    ${CMAKE_SOURCE_DIR}/harness/pickle/text_decoding.cc
    ${CMAKE_SOURCE_DIR}/harness/pickle/text_escape.cc)
  set_target_properties(pickleproof_module PROPERTIES
    PREFIX "" SUFFIX "${python_suffix}" OUTPUT_NAME pickleproof
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/module
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(pickleproof_module PRIVATE -ffunction-sections -fdata-sections)
  target_include_directories(pickleproof_module SYSTEM PRIVATE ${PYTHON_INCLUDE})
  target_link_libraries(pickleproof_module PRIVATE pickleproof_flags)
  target_link_options(pickleproof_module PRIVATE
    -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--exclude-libs,ALL)

  # Tests in Python: by the interpreter that the module was built for. 77: it lacks what they need.
  function(pickleproof_module_test name label script)
    add_test(NAME ${name}
      COMMAND ${PYTHON_EXECUTABLE_USED} -s -B ${module_folder}/${script} ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600 SKIP_RETURN_CODE 77)
  endfunction()
  if(PICKLEPROOF_TESTS)
    set(built ${CMAKE_CURRENT_BINARY_DIR}/module)
    pickleproof_module_test(PythonModule.PassesCPythonsOwnTests unit run_pickletester.py
      --module ${built} --left-out ${module_folder}/left_out.txt)
    pickleproof_module_test(PythonModule.KeepsItsClaims unit live_test.py ${built})
    pickleproof_module_test(PythonModule.CarriesCloudpickle unit cloudpickle_test.py ${built})
    pickleproof_module_test(PythonModule.LeaksNothing slow leak_test.py --module ${built})
  endif()
endif()
