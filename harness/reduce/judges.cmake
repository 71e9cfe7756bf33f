# A judge for each version of CPython that can be embedded: one small program that links the same
# libraries and another harness/python. They lie together in a folder, where VersionJudges finds
# them, with a line for each version that is missing.
set(judges ${CMAKE_BINARY_DIR}/judges)
set_source_files_properties(version_judges.cc PROPERTIES
  COMPILE_DEFINITIONS "PICKLEPROOF_JUDGES=\"${judges}\"")
get_property(versions GLOBAL PROPERTY PICKLEPROOF_PYTHON_VERSIONS)
get_property(unavailable GLOBAL PROPERTY PICKLEPROOF_PYTHON_UNAVAILABLE)
file(WRITE ${judges}/unavailable.txt "${unavailable}")

# Judges of interpreters that are no longer named.
file(GLOB built RELATIVE ${judges} ${judges}/judge_*)
foreach(program ${built})
  string(REPLACE "judge_" "" version "${program}")
  if(NOT version IN_LIST versions)
    file(REMOVE ${judges}/${program})
  endif()
endforeach()

add_custom_target(judges)
foreach(version ${versions})
  add_executable(judge_${version} judge_main.cc)
  set_target_properties(judge_${version} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${judges}
    PICKLEPROOF_PYTHON_ROOM pickleproof_python_${version})
  target_link_libraries(judge_${version} PRIVATE pickleproof_reduce)
  add_dependencies(judges judge_${version})
endforeach()
list(GET versions 0 main)
add_custom_target(main_judge DEPENDS judge_${main})
