pickleproof_library(pickleproof_requirements
  SOURCES requirements/requirements_run.cc requirements/requirements_text.cc
  DEPS pickleproof_picklability nlohmann_json::nlohmann_json)
pickleproof_test(requirements_test LABEL replay
  SOURCES requirements/requirements_test.cc
  DEPS pickleproof_requirements)
if(PICKLEPROOF_TESTS)
  get_property(python_program GLOBAL PROPERTY PICKLEPROOF_PYTHON_PROGRAM)
  target_compile_definitions(requirements_test PRIVATE PICKLEPROOF_PYTHON_PROGRAM="${python_program}")
endif()
