#include "harness/python/recorder.h"

#include <functional>

#include "harness/pickle/well_known.h"

namespace pickleproof {
namespace {

// Up to this many names are searched one by one.
constexpr size_t kLinearNames = 8;

size_t HashOf(std::string_view module, std::string_view name) {
  const std::hash<std::string_view> hash;
  return hash(module) * 31 + hash(name);
}

}  // namespace

void Recorder::Clear() {
  // Emptied first, all of them: while they are held here, no chain of them can die recursively.
  for (StandIn* stand_in : made_) {
    stand_in->recorder = nullptr;
    Py_CLEAR(stand_in->callable);
    Py_CLEAR(stand_in->args);
    Py_CLEAR(stand_in->kwargs);
  }
  for (const Step& step : steps_) {
    Py_XDECREF(step.first);
    Py_XDECREF(step.second);
  }
  for (StandIn* stand_in : made_) Py_DECREF(AsObject(stand_in));
  made_.clear();
  steps_.clear();
  names_.clear();
  if (!name_index_.empty()) name_index_.clear();
  trace_.clear();
}

StandIn* Recorder::Make(Kind kind) {
  StandIn* made = NewStandIn(this, kind);
  if (made != nullptr) made_.push_back(made);
  return made;
}

uint32_t Recorder::FindName(std::string_view module, std::string_view name) const {
  const auto same = [&](const KnownName& known) {
    return known.module_size == module.size() &&
           known.label.size() == module.size() + 1 + name.size() &&
           known.label.starts_with(module) && known.label.ends_with(name);
  };
  if (names_.size() <= kLinearNames) {
    for (uint32_t i = 0; i < names_.size(); ++i) {
      if (same(names_[i])) return i;
    }
    return kNoNode;
  }
  const auto [begin, end] = name_index_.equal_range(HashOf(module, name));
  for (auto it = begin; it != end; ++it) {
    if (same(names_[it->second])) return it->second;
  }
  return kNoNode;
}

uint32_t Recorder::AddName(std::string_view module, std::string_view name) {
  const auto index = static_cast<uint32_t>(names_.size());
  std::string label;
  label.reserve(module.size() + 1 + name.size());
  label.append(module).append(" ").append(name);
  names_.push_back({std::move(label), module.size(), nullptr});
  if (names_.size() <= kLinearNames) return index;
  for (auto i = static_cast<uint32_t>(name_index_.size()); i <= index; ++i) {
    const std::string_view known = names_[i].label;
    const size_t size = names_[i].module_size;
    name_index_.emplace(HashOf(known.substr(0, size), known.substr(size + 1)), i);
  }
  return index;
}

StandIn* Recorder::FindGlobal(std::string_view module, std::string_view name) const {
  const uint32_t index = FindName(module, name);
  return index == kNoNode ? nullptr : names_[index].global;
}

StandIn* Recorder::FindExtension(uint32_t code) const {
  for (StandIn* made : made_) {
    if (made->kind == Kind::kExtension && made->number == code) return made;
  }
  return nullptr;
}

StandIn* Recorder::Global(std::string_view module, std::string_view name) {
  uint32_t index = FindName(module, name);
  if (index == kNoNode) index = AddName(module, name);
  if (names_[index].global == nullptr) {
    StandIn* global = Make(Kind::kGlobal);
    if (global == nullptr) return nullptr;
    global->number = index;
    const auto row = FindWellKnown(module, name);
    global->well_known = row ? static_cast<uint8_t>(*row) : kNotWellKnown;
    names_[index].global = global;
  }
  return names_[index].global;
}

StandIn* Recorder::Extension(uint32_t code) {
  StandIn* made = Make(Kind::kExtension);
  if (made != nullptr) made->number = code;
  return made;
}

StandIn* Recorder::PersistentId(PyObject* pid) {
  StandIn* made = Make(Kind::kPersistentId);
  if (made != nullptr) {
    Py_INCREF(pid);
    made->callable = pid;
  }
  return made;
}

StandIn* Recorder::Object(How how, PyObject* callable, PyObject* args, PyObject* kwargs) {
  StandIn* made = Make(Kind::kObject);
  if (made == nullptr) return nullptr;
  Py_INCREF(callable);
  Py_INCREF(args);
  Py_XINCREF(kwargs);
  made->how = how;
  made->callable = callable;
  made->args = args;
  made->kwargs = kwargs;
  return made;
}

void Recorder::AddStep(StandIn* target, StepKind kind, PyObject* first, PyObject* second) {
  Py_INCREF(first);
  Py_XINCREF(second);
  const auto index = static_cast<uint32_t>(steps_.size());
  steps_.push_back({first, second, kNoNode, kind});
  (target->last_step == kNoNode ? target->first_step : steps_[target->last_step].next) = index;
  target->last_step = index;
}

std::string Recorder::Label(const StandIn* stand_in) const {
  switch (stand_in->kind) {
    case Kind::kGlobal: return names_[stand_in->number].label;
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kExtension: return std::string(Name(stand_in->kind));
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet:
    case Kind::kBuffer: break;
  }
  return "invalid";
}

}  // namespace pickleproof
