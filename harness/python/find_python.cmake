# Asks the interpreter that is to be embedded for everything needed to compile and link against it,
# and leaves it in PYTHON_EXECUTABLE_USED, PYTHON_VERSION_USED, PYTHON_INCLUDE, PYTHON_LIBRARY and
# PYTHON_HOME. The interpreter knows; nothing here guesses paths.

set(PYTHON_EXECUTABLE_USED "${PICKLEPROOF_PYTHON}")
if(NOT PYTHON_EXECUTABLE_USED)
  find_program(PICKLEPROOF_PYTHON3 python3)
  set(PYTHON_EXECUTABLE_USED "${PICKLEPROOF_PYTHON3}")
endif()
if(NOT PYTHON_EXECUTABLE_USED)
  message(FATAL_ERROR
    "No python3 on PATH. Install CPython 3.9 or later with its headers and shared library, or name "
    "one with -DPICKLEPROOF_PYTHON=/path/to/python3.")
endif()

set(python_question [=[
import os, sys, sysconfig
var = lambda name: sysconfig.get_config_var(name) or ''
names = [n for n in (var('LDLIBRARY'), var('INSTSONAME')) if '.so' in n or n.endswith('.dylib')]
folders = [var('LIBDIR'), os.path.join(var('LIBDIR'), var('MULTIARCH')), var('LIBPL'),
           os.path.join(sys.base_prefix, 'lib')]
found = [p for p in (os.path.join(f, n) for n in names for f in folders) if os.path.exists(p)]
include = sysconfig.get_path('include', vars={'installed_base': sys.base_prefix,
                                              'base': sys.base_prefix})
print('%d.%d' % sys.version_info[:2])
print(sys.implementation.name)
print(include)
print(found[0] if found else '')
print(sys.base_prefix)
print('end')
]=])
execute_process(
  COMMAND "${PYTHON_EXECUTABLE_USED}" -I -c "${python_question}"
  OUTPUT_VARIABLE python_answer RESULT_VARIABLE python_status ERROR_VARIABLE python_complaint
  OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT python_status EQUAL 0)
  message(FATAL_ERROR "${PYTHON_EXECUTABLE_USED} does not run: ${python_complaint}")
endif()
string(REPLACE "\n" ";" python_answer "${python_answer}")
list(GET python_answer 0 PYTHON_VERSION_USED)
list(GET python_answer 1 python_implementation)
list(GET python_answer 2 PYTHON_INCLUDE)
list(GET python_answer 3 PYTHON_LIBRARY)
list(GET python_answer 4 PYTHON_HOME)

if(NOT python_implementation STREQUAL "cpython" OR PYTHON_VERSION_USED VERSION_LESS 3.9)
  message(FATAL_ERROR
    "${PYTHON_EXECUTABLE_USED} is ${python_implementation} ${PYTHON_VERSION_USED}; CPython 3.9 or "
    "later is needed. Name one with -DPICKLEPROOF_PYTHON=/path/to/python3.")
endif()
if(NOT EXISTS "${PYTHON_INCLUDE}/Python.h")
  message(FATAL_ERROR
    "${PYTHON_EXECUTABLE_USED} has no headers: ${PYTHON_INCLUDE}/Python.h is missing. Install them "
    "(Debian: python3-dev), or name another interpreter with -DPICKLEPROOF_PYTHON=/path/to/python3.")
endif()
if(NOT PYTHON_LIBRARY)
  message(FATAL_ERROR
    "${PYTHON_EXECUTABLE_USED} has no shared library to embed. Install it (Debian: python3-dev; "
    "pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install), or name another interpreter with "
    "-DPICKLEPROOF_PYTHON=/path/to/python3.")
endif()
message(STATUS "Embedding CPython ${PYTHON_VERSION_USED}: ${PYTHON_LIBRARY}")

# The program itself, behind links and shims, for rooms that run it beside the embedded one.
execute_process(
  COMMAND "${PYTHON_EXECUTABLE_USED}" -I -c
          "import os, sys; print(os.path.realpath(sys.executable))"
  OUTPUT_VARIABLE python_program OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set_property(GLOBAL PROPERTY PICKLEPROOF_PYTHON_PROGRAM "${python_program}")
