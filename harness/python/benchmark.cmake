# Optional: only where Google Benchmark is.
find_package(benchmark QUIET)
if(benchmark_FOUND)
  add_executable(pickle_benchmark EXCLUDE_FROM_ALL pickle_benchmark.cc)
  target_include_directories(pickle_benchmark SYSTEM PRIVATE ${PYTHON_INCLUDE})
  target_link_libraries(pickle_benchmark PRIVATE pickleproof_python ${PYTHON_LIBRARY} fmt::fmt
                                                 benchmark::benchmark)
endif()
