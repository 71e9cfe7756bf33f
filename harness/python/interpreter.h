#pragma once
// The embedded CPython: a resource, one per process. Everything else in this room needs it alive.
//
// CPython itself starts once in a process and is never ended: extension modules of some versions
// crash when it starts a second time (_pickle of 3.12 keeps names of keywords from the first). What
// this class ends is everything that this room put into it.

#include <cstddef>
#include <memory>
#include <string>

#include "harness/base/error.h"

namespace pickleproof {

struct PythonState;

// The version that this program embeds, "3.11"; starts nothing.
std::string EmbeddedPythonVersion();

struct InterpreterOptions {
  // Single allocations above this many bytes fail while a pickle is read or written.
  size_t largest_allocation = size_t{256} << 20;
};

class Interpreter {
 public:
  // Starts CPython isolated: no site, no environment variables, no user folder, no bytecode files,
  // no signal handlers, hash seed 0 (so that the order of sets is reproducible); or takes it up
  // again after an earlier Interpreter. Errors: kUsage where one lives already, kForeign where
  // CPython does not start.
  static Result<std::unique_ptr<Interpreter>> Start(const InterpreterOptions& options = {});

  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;
  // No engine made with this interpreter may live on.
  ~Interpreter();

  const std::string& version() const { return version_; }  // "3.11.7"
  int minor() const { return minor_; }                     // 11
  const InterpreterOptions& options() const { return options_; }

  // Runs Python source and returns str() of what it leaves in `result`; for tests and tools that
  // ask the interpreter about itself. kForeign with the exception where it raises.
  Result<std::string> Ask(const std::string& source);

  // Private to harness/python.
  PythonState& state() { return *state_; }

 private:
  explicit Interpreter(const InterpreterOptions& options);

  InterpreterOptions options_;
  std::string version_;
  int minor_ = 0;
  std::unique_ptr<PythonState> state_;
};

}  // namespace pickleproof
