# pickleproof_ask_python(INTERPRETER PREFIX) asks an interpreter for everything needed to compile and
# link against it, and leaves in the caller's scope PREFIX_VERSION ("3.11"), PREFIX_INCLUDE,
# PREFIX_LIBRARY, PREFIX_HOME, PREFIX_PROGRAM (the program itself, behind links and shims) and
# PREFIX_PROBLEM: why it can't be embedded, or nothing. The interpreter knows; nothing here guesses
# paths.

set(PICKLEPROOF_PYTHON_QUESTION [=[
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
print(os.path.realpath(sys.executable))
print('end')
]=])

function(pickleproof_ask_python interpreter prefix)
  execute_process(
    COMMAND "${interpreter}" -I -c "${PICKLEPROOF_PYTHON_QUESTION}"
    OUTPUT_VARIABLE answer RESULT_VARIABLE status ERROR_VARIABLE complaint
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
  if(NOT status EQUAL 0 OR NOT answer MATCHES "\nend$")
    string(REGEX REPLACE "[\n\r]+ *" " " complaint "${complaint}")
    string(STRIP "${interpreter} does not run as a Python: ${status} ${complaint}" complaint)
    set(${prefix}_PROBLEM "${complaint}" PARENT_SCOPE)
    return()
  endif()
  string(REPLACE "\n" ";" answer "${answer}")
  list(GET answer 0 version)
  list(GET answer 1 implementation)
  list(GET answer 2 include)
  list(GET answer 3 library)
  list(GET answer 4 home)
  list(GET answer 5 program)
  set(problem "")
  if(NOT implementation STREQUAL "cpython" OR version VERSION_LESS 3.9)
    set(problem "${interpreter} is ${implementation} ${version}, not CPython 3.9 or later")
  elseif(NOT EXISTS "${include}/Python.h")
    string(CONCAT problem
      "${interpreter} has no headers: ${include}/Python.h is missing. Install them (Debian: "
      "python3-dev)")
  elseif(NOT library)
    string(CONCAT problem
      "${interpreter} has no shared library to embed. Install it (Debian: python3-dev, pyenv: "
      "PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install)")
  endif()
  set(${prefix}_VERSION "${version}" PARENT_SCOPE)
  set(${prefix}_INCLUDE "${include}" PARENT_SCOPE)
  set(${prefix}_LIBRARY "${library}" PARENT_SCOPE)
  set(${prefix}_HOME "${home}" PARENT_SCOPE)
  set(${prefix}_PROGRAM "${program}" PARENT_SCOPE)
  set(${prefix}_PROBLEM "${problem}" PARENT_SCOPE)
endfunction()

# The one to embed, in PYTHON_*; without it there is nothing to build.
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
pickleproof_ask_python("${PYTHON_EXECUTABLE_USED}" PYTHON)
if(PYTHON_PROBLEM)
  message(FATAL_ERROR
    "${PYTHON_PROBLEM}, or name another interpreter with -DPICKLEPROOF_PYTHON=/path/to/python3.")
endif()
message(STATUS "Embedding CPython ${PYTHON_VERSION}: ${PYTHON_LIBRARY}")
set_property(GLOBAL PROPERTY PICKLEPROOF_PYTHON_PROGRAM "${PYTHON_PROGRAM}")
