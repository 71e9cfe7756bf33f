#pragma once
// What CPython's pickletools says about a pickle: the other side of harness/pickle/static_view.h.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/python/interpreter.h"

namespace pickleproof {

struct PickletoolsView {
  // The exception that dis() and genops() raise ("ValueError", ...); empty where they take it.
  std::string dis, genops;
  uint64_t last_offset = kNoOffset;  // of the last instruction that genops() gave
  // The arguments of GLOBAL and INST, in order, as genops() gives them: "module name".
  std::vector<std::string> globals;
};

// Reusable; must not outlive the interpreter.
class Pickletools {
 public:
  // kForeign where pickletools can't be imported.
  static Result<std::unique_ptr<Pickletools>> Make(Interpreter& interpreter);
  Pickletools(const Pickletools&) = delete;
  Pickletools& operator=(const Pickletools&) = delete;
  ~Pickletools();

  // kForeign where something else went wrong than that a function raised.
  Result<PickletoolsView> View(std::string_view pickle);

 private:
  struct Impl;
  explicit Pickletools(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pickleproof
