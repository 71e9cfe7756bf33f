#pragma once
// What a stream carries and what it only names, found by reading it inertly. Kept apart from the
// rest of explain, since nothing here runs anything.

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace pickleproof {

struct StreamGlobal {
  std::string module;
  std::string name;
  friend auto operator<=>(const StreamGlobal&, const StreamGlobal&) = default;
};

struct StreamContents {
  std::string unreadable;     // why our reader does not take the stream, or ""
  bool by_reference = false;  // the whole object is a name that is looked up
  // Functions and classes that the stream makes anew, by qualified name where it says one; each
  // once, in the order of the graph.
  std::vector<std::string> functions;
  std::vector<std::string> classes;
  // Everything that is looked up when the stream is loaded, each once, in that order. What
  // picklers use to build their objects (copyreg, cloudpickle's and dill's own functions) too.
  std::vector<StreamGlobal> globals;
  // Modules that are imported whole: cloudpickle's subimport() and dill's _import_module().
  std::vector<std::string> modules;
  bool bytecode = false;  // code objects: only the Python version that made them runs them

  friend bool operator==(const StreamContents&, const StreamContents&) = default;
};

StreamContents ContentsOf(std::string_view stream);

// Whether a module only helps to build objects: copyreg, builtins, cloudpickle, dill.
bool IsMachinery(std::string_view module);

}  // namespace pickleproof
