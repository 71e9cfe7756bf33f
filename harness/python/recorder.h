#pragma once
// What one load asks of the world: the stand-ins that it made, what was done to them, and the
// trace. Private to harness/python.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/pickle/outcome.h"
#include "harness/python/python_api.h"
#include "harness/python/stand_in.h"

namespace pickleproof {

class Recorder {
 public:
  // What the stand-ins are made for: to be read into by an unpickler, or to be written by a
  // pickler.
  enum class Use : uint8_t { kRead, kWrite };
  explicit Recorder(Use use) : use_(use) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() { Clear(); }

  // Empties all stand-ins, so that no cycle passes through them, and lets them go. Those that still
  // live elsewhere answer to nothing any more.
  void Clear();

  // ---- Making stand-ins. Borrowed references; nullptr and an exception on failure.

  // The one stand-in of this global; Python 3's name. Not traced.
  StandIn* Global(std::string_view module, std::string_view name);
  StandIn* Extension(uint32_t code);
  StandIn* PersistentId(PyObject* pid);
  // `kwargs` may be nullptr.
  StandIn* Object(How how, PyObject* callable, PyObject* args, PyObject* kwargs);

  // Those made already, or nullptr.
  StandIn* FindGlobal(std::string_view module, std::string_view name) const;
  StandIn* FindExtension(uint32_t code) const;

  // ---- What is done to them.

  // `second` is the value of kSetItems, else nullptr.
  void AddStep(StandIn* target, StepKind kind, PyObject* first, PyObject* second = nullptr);
  void Trace(TraceKind kind, std::string target) { trace_.push_back({kind, std::move(target)}); }
  // The label of a stand-in as outcome.h defines it.
  std::string Label(const StandIn* stand_in) const;

  // ---- Reading back.

  bool writes() const { return use_ == Use::kWrite; }

  struct Step {
    PyObject* first;
    PyObject* second;
    uint32_t next;
    StepKind kind;
  };
  const Step& step(uint32_t index) const { return steps_[index]; }
  // In the order in which they were made.
  const std::vector<StandIn*>& made() const { return made_; }
  std::string_view Module(const StandIn* global) const {
    const KnownName& name = names_[global->number];
    return std::string_view(name.label).substr(0, name.module_size);
  }
  std::string_view QualifiedName(const StandIn* global) const {
    const KnownName& name = names_[global->number];
    return std::string_view(name.label).substr(name.module_size + 1);
  }
  std::vector<TraceEvent> TakeTrace() { return std::move(trace_); }

 private:
  struct KnownName {
    std::string label;  // "module name"
    size_t module_size;
    StandIn* global;
  };
  // The index of the name, or kNoNode.
  uint32_t FindName(std::string_view module, std::string_view name) const;
  uint32_t AddName(std::string_view module, std::string_view name);
  StandIn* Make(Kind kind);

  const Use use_;
  std::vector<StandIn*> made_;  // owned
  std::vector<Step> steps_;     // owns what they refer to
  std::vector<KnownName> names_;
  std::unordered_multimap<size_t, uint32_t> name_index_;  // in use from kLinearNames names on
  std::vector<TraceEvent> trace_;
};

}  // namespace pickleproof
