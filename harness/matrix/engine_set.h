#pragma once
// All engines of this process, made in one place: our own, and the embedded CPython's.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/adapter/engine.h"
#include "harness/python/interpreter.h"

namespace pickleproof {

class EngineSet {
 public:
  // Starts the interpreter. An engine that can't be had is no error: unavailable() says why.
  // PICKLEPROOF_PICKLE_EXTENSION=FOLDER:MODULE in the environment adds a reader
  // (harness/python/extension_engine.h).
  static EngineSet Make(const InterpreterOptions& options = {});

  // In the order of the matrix.
  const std::vector<std::unique_ptr<Engine>>& engines() const { return engines_; }
  std::vector<Engine*> Readers() const;
  std::vector<Engine*> Writers() const;
  // The engine of this id, or nullptr.
  Engine* Find(std::string_view id) const;
  // "cpython: reason" for what is missing.
  const std::vector<std::string>& unavailable() const { return unavailable_; }

 private:
  std::unique_ptr<Interpreter> interpreter_;  // outlives the engines
  std::vector<std::unique_ptr<Engine>> engines_;
  std::vector<std::string> unavailable_;
};

}  // namespace pickleproof
