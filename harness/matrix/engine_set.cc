#include "harness/matrix/engine_set.h"

#include <cstdlib>

#include <fmt/format.h>

#include "harness/adapter/pickleproof_engine.h"
#include "harness/python/engines.h"
#include "harness/python/extension_engine.h"

namespace pickleproof {
namespace {

// The CPython minor version whose behaviour our own engines show where none is embedded.
constexpr int kDefaultMinor = 11;

}  // namespace

EngineSet EngineSet::Make(const InterpreterOptions& options) {
  EngineSet set;
  auto interpreter = Interpreter::Start(options);
  set.engines_ = MakePickleproofEngines(interpreter ? (*interpreter)->minor() : kDefaultMinor);
  if (!interpreter) {
    set.unavailable_.push_back("cpython: " + ToString(interpreter.error()));
    return set;
  }
  set.interpreter_ = std::move(*interpreter);
  for (auto& engine : MakeCPythonEngines(*set.interpreter_)) {
    set.engines_.push_back(std::move(engine));
  }
  if (const char* extension = std::getenv("PICKLEPROOF_PICKLE_EXTENSION")) {
    auto engine = MakeExtensionEngine(*set.interpreter_, extension);
    if (engine) {
      set.engines_.push_back(std::move(*engine));
    } else {
      set.unavailable_.push_back(fmt::format("{}: {}", extension, ToString(engine.error())));
    }
  }
  return set;
}

std::vector<Engine*> EngineSet::Readers() const {
  std::vector<Engine*> readers;
  for (const auto& engine : engines_) {
    if (engine->card().reads) readers.push_back(engine.get());
  }
  return readers;
}

std::vector<Engine*> EngineSet::Writers() const {
  std::vector<Engine*> writers;
  for (const auto& engine : engines_) {
    if (engine->card().writes) writers.push_back(engine.get());
  }
  return writers;
}

Engine* EngineSet::Find(std::string_view id) const {
  for (const auto& engine : engines_) {
    if (engine->card().id == id) return engine.get();
  }
  return nullptr;
}

}  // namespace pickleproof
