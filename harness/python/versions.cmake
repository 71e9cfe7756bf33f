# Further versions of CPython (PICKLEPROOF_PYTHONS), a library of this room for each. What is left to
# other rooms: PICKLEPROOF_PYTHON_VERSIONS, the versions that can be embedded, the main one first;
# the target pickleproof_python_VERSION for each; PICKLEPROOF_PYTHON_UNAVAILABLE, a line with the
# reason for each that can't.

# Rooms above link pickleproof_embedded. Which version that is, a program says with its property
# PICKLEPROOF_PYTHON_ROOM; without it, it is the main one.
set(chosen $<TARGET_PROPERTY:PICKLEPROOF_PYTHON_ROOM>)
add_library(pickleproof_embedded INTERFACE)
target_link_libraries(pickleproof_embedded INTERFACE
  $<IF:$<BOOL:${chosen}>,${chosen},pickleproof_python>)

add_library(pickleproof_python_${PYTHON_VERSION} ALIAS pickleproof_python)
set(versions ${PYTHON_VERSION})
set(unavailable "")
foreach(interpreter ${PICKLEPROOF_PYTHONS})
  pickleproof_ask_python("${interpreter}" OTHER)
  if(OTHER_PROBLEM)
    string(APPEND unavailable "${OTHER_PROBLEM}\n")
  elseif(NOT OTHER_VERSION IN_LIST versions)
    list(APPEND versions ${OTHER_VERSION})
    pickleproof_python_room(pickleproof_python_${OTHER_VERSION} OTHER)
  endif()
endforeach()
set_property(GLOBAL PROPERTY PICKLEPROOF_PYTHON_VERSIONS ${versions})
set_property(GLOBAL PROPERTY PICKLEPROOF_PYTHON_UNAVAILABLE "${unavailable}")
