#include "harness/python/to_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/base/check.h"
#include "harness/python/exceptions.h"
#include "harness/python/python_state.h"

namespace pickleproof {
namespace {

// CPython hashes tuples recursively, without a check.
constexpr uint32_t kMaxKeyDepth = 10'000;
// A qualified name of n parts has n parents.
constexpr size_t kMaxNameParts = 256;

bool IsHashedByParts(Kind kind) { return kind == Kind::kTuple || kind == Kind::kFrozenSet; }

class Builder {
 public:
  Builder(const Graph& graph, PythonState& state, BuiltObject& built)
      : graph_(graph), state_(state), built_(built), objects_(graph.size()) {}

  Result<void> Build() {
    const std::vector<NodeId> order = Reachable(graph_, graph_.root());
    CountReferences(order);
    for (const NodeId id : order) {
      if (auto checked = Check(id); !checked) return checked;
      objects_[id] = Declare(id);
      if (!objects_[id]) return Raised(id);
    }
    if (auto filled = FillHashed(order); !filled) return filled;
    for (const NodeId id : order) {
      if (!Fill(id)) return Raised(id);
    }
    built_.root = objects_[graph_.root()];
    return {};
  }

 private:
  // ---- What can't be a Python object.

  std::unexpected<Error> Unsupported(NodeId id, std::string_view why) const {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("node {} ({}): {}", id, Name(graph_.kind(id)), why));
  }

  std::unexpected<Error> Raised(NodeId id) const {
    if (PyErr_Occurred() == nullptr) {
      return Unsupported(id, "its keys are equal or unhashable to Python");
    }
    Error error = CatchException().error;
    error.message = fmt::format("node {} ({}): {}", id, Name(graph_.kind(id)), error.message);
    return std::unexpected(std::move(error));
  }

  void CountReferences(const std::vector<NodeId>& order) {
    references_.assign(graph_.size(), 0);
    for (const NodeId id : order) {
      graph_.ForEachChild(id, [this](NodeId child) { ++references_[child]; });
    }
    ++references_[graph_.root()];
  }

  Result<void> Check(NodeId id) const {
    switch (graph_.kind(id)) {
      case Kind::kPy2Str: return Unsupported(id, "Python 3 has no str of Python 2");
      case Kind::kObject: return CheckObject(id);
      case Kind::kGlobal:
        if (std::ranges::count(graph_.QualifiedName(id), '.') >=
            static_cast<ptrdiff_t>(kMaxNameParts)) {
          return Unsupported(id, "its qualified name has too many parts");
        }
        [[fallthrough]];
      case Kind::kPersistentId:
      case Kind::kExtension:
        if (graph_.HasSteps(id)) return Unsupported(id, "picklers change only objects");
        if (graph_.kind(id) == Kind::kPersistentId && graph_.Persistent(id) == kNoneNode) {
          return Unsupported(id, "None is no persistent id to picklers");
        }
        return {};
      case Kind::kNone:
      case Kind::kBool:
      case Kind::kInt:
      case Kind::kFloat:
      case Kind::kStr:
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kDict:
      case Kind::kSet:
      case Kind::kFrozenSet:
      case Kind::kBuffer: return {};
    }
    return {};
  }

  bool IsNewObjFunction(NodeId id) const {
    return graph_.kind(id) == Kind::kGlobal && graph_.Module(id) == "copyreg" &&
           (graph_.QualifiedName(id) == "__newobj__" ||
            graph_.QualifiedName(id) == "__newobj_ex__");
  }

  Result<void> CheckObject(NodeId id) const {
    const How how = graph_.how(id);
    const NodeId args = graph_.Args(id);
    if (how == How::kObj || how == How::kInst) {
      return Unsupported(id, "picklers of Python 3 write no OBJ and INST");
    }
    if (!IsInert(graph_.kind(graph_.Callable(id)))) {
      return Unsupported(id, "its callable can't be called");
    }
    if (graph_.kind(args) != Kind::kTuple) return Unsupported(id, "its arguments are no tuple");
    if (how == How::kReduce && IsNewObjFunction(graph_.Callable(id))) {
      return Unsupported(id, "picklers write this call as NEWOBJ");
    }
    if (how == How::kNewObj && graph_.Length(args) > 0 && references_[args] > 1) {
      return Unsupported(id, "picklers make a tuple of their own of the arguments of NEWOBJ");
    }
    if (how == How::kNewObjEx && !AreKeywords(graph_.Kwargs(id))) {
      return Unsupported(id, "its keywords are no dict with str keys");
    }
    return CheckSteps(id);
  }

  bool AreKeywords(NodeId id) const {
    if (graph_.kind(id) != Kind::kDict) return false;
    const auto items = graph_.Items(id);
    for (size_t i = 0; i < items.size(); i += 2) {
      if (graph_.kind(items[i]) != Kind::kStr) return false;
    }
    return true;
  }

  // Picklers write list items, then dict items, then the state, each at most once.
  Result<void> CheckSteps(NodeId id) const {
    int last = 0;
    for (const Graph::Step& step : graph_.Steps(id)) {
      int rank = 0;
      switch (step.kind) {
        case StepKind::kAppend: rank = 1; break;
        case StepKind::kSetItems: rank = 2; break;
        case StepKind::kBuild:
          rank = 3;
          if (step.items[0] == kNoneNode) {
            return Unsupported(id, "a state None is no state to picklers");
          }
          break;
        case StepKind::kCall:
          rank = 3;
          if (!IsStateSetter(id, step.items[0])) {
            return Unsupported(id, "its call is not setter(object, state)");
          }
          break;
        case StepKind::kAdd: return Unsupported(id, "picklers add members to sets only");
      }
      if (rank <= last) return Unsupported(id, "picklers write its steps in another order");
      last = rank;
    }
    return {};
  }

  bool IsStateSetter(NodeId object, NodeId call) const {
    if (graph_.kind(call) != Kind::kObject || graph_.how(call) != How::kReduce ||
        graph_.HasSteps(call) || references_[call] > 1) {
      return false;
    }
    const NodeId args = graph_.Args(call);
    return graph_.kind(args) == Kind::kTuple && graph_.Length(args) == 2 &&
           references_[args] == 1 && graph_.Items(args)[0] == object &&
           graph_.Items(args)[1] != kNoneNode;
  }

  // ---- Making.

  PyRef Share(StandIn* stand_in) const {
    return stand_in == nullptr ? PyRef() : PyRef::Share(AsObject(stand_in));
  }

  PyRef Declare(NodeId id) {
    const Kind kind = graph_.kind(id);
    switch (kind) {
      case Kind::kNone: return PyRef::Share(Py_None);
      case Kind::kBool: return PyRef::Share(graph_.BoolValue(id) ? Py_True : Py_False);
      case Kind::kInt: return Int(id);
      case Kind::kFloat: return PyRef::Own(PyFloat_FromDouble(graph_.FloatValue(id)));
      case Kind::kStr: return NewStr(graph_.Text(id));
      case Kind::kBytes: return FromBytes(id, PyBytes_FromStringAndSize);
      case Kind::kByteArray: return FromBytes(id, PyByteArray_FromStringAndSize);
      case Kind::kTuple: return PyRef::Own(PyTuple_New(Count(id)));
      case Kind::kList: return PyRef::Own(PyList_New(Count(id)));
      case Kind::kDict: return PyRef::Own(PyDict_New());
      case Kind::kSet: return PyRef::Own(PySet_New(nullptr));
      case Kind::kFrozenSet: return PyRef::Own(PyFrozenSet_New(nullptr));
      case Kind::kGlobal: return Global(id);
      case Kind::kObject:
        return Share(built_.recorder.Object(graph_.how(id), Py_None, Py_None, nullptr));
      case Kind::kPersistentId:
        built_.has_persistent_ids = true;
        return Share(built_.recorder.PersistentId(Py_None));
      case Kind::kExtension: return Share(built_.recorder.Extension(graph_.ExtensionCode(id)));
      case Kind::kBuffer: return Buffer(id);
      case Kind::kPy2Str: break;
    }
    PICKLEPROOF_CHECK(kind != Kind::kPy2Str);  // refused before
    return {};
  }

  PyRef FromBytes(NodeId id, PyObject* (*make)(const char*, Py_ssize_t)) const {
    const std::string_view bytes = graph_.Text(id);
    return PyRef::Own(make(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
  }

  Py_ssize_t Count(NodeId id) const { return static_cast<Py_ssize_t>(graph_.Items(id).size()); }

  PyRef Int(NodeId id) const {
    if (graph_.IsSmallInt(id)) return PyRef::Own(PyLong_FromLongLong(graph_.SmallInt(id)));
    const std::string_view bytes = graph_.BigInt(id);
    return PyRef::Own(_PyLong_FromByteArray(reinterpret_cast<const unsigned char*>(bytes.data()),
                                            bytes.size(), 1, 1));
  }

  // A few globals are what the picklers themselves refer to; those are the real objects. The
  // parents of nested names must exist for picklers to find them.
  PyRef Global(NodeId id) {
    const std::string_view module = graph_.Module(id);
    const std::string_view name = graph_.QualifiedName(id);
    for (const RealGlobal& real : state_.real_globals) {
      if (real.module == module && real.name == name) return real.object;
    }
    for (size_t dot = name.find('.'); dot != std::string_view::npos;
         dot = name.find('.', dot + 1)) {
      if (built_.recorder.Global(module, name.substr(0, dot)) == nullptr) return {};
    }
    return Share(built_.recorder.Global(module, name));
  }

  PyRef Buffer(NodeId id) const {
    const PyRef memory = NewOutOfBandBuffer(graph_.BufferIndex(id), graph_.BufferReadOnly(id));
    return memory ? PyRef::Own(PyPickleBuffer_FromObject(memory.get())) : PyRef();
  }

  // ---- Filling. Tuples and frozensets come first, inner ones before outer ones: a frozenset can
  // be filled only while nothing else refers to it, and hashing needs complete parts.

  Result<void> FillHashed(const std::vector<NodeId>& order) {
    enum : uint8_t { kNew, kOpen, kDone };
    std::vector<uint8_t> state(graph_.size(), kNew);
    depth_.assign(graph_.size(), 0);
    std::vector<NodeId> stack;
    for (const NodeId start : order) {
      if (IsHashedByParts(graph_.kind(start))) stack.push_back(start);
      while (!stack.empty()) {
        const NodeId id = stack.back();
        if (state[id] == kNew) {
          state[id] = kOpen;
          for (const NodeId part : graph_.Items(id)) {
            if (IsHashedByParts(graph_.kind(part)) && state[part] == kNew) stack.push_back(part);
          }
          continue;
        }
        stack.pop_back();
        if (state[id] == kDone) continue;
        state[id] = kDone;
        for (const NodeId part : graph_.Items(id)) {
          depth_[id] = std::max(depth_[id], depth_[part] + 1);
        }
        if (graph_.kind(id) == Kind::kFrozenSet && depth_[id] > kMaxKeyDepth) return TooDeep(id);
        if (!FillNow(id)) return Raised(id);
      }
    }
    return CheckKeyDepths(order);
  }

  std::unexpected<Error> TooDeep(NodeId id) const {
    return Fail(ErrorCode::kLimit,
                fmt::format("node {} ({}): hashing its keys would overflow the stack of CPython",
                            id, Name(graph_.kind(id))));
  }

  Result<void> CheckKeyDepths(const std::vector<NodeId>& order) const {
    for (const NodeId id : order) {
      const Kind kind = graph_.kind(id);
      if (kind != Kind::kDict && kind != Kind::kSet) continue;
      const auto items = graph_.Items(id);
      for (size_t i = 0; i < items.size(); i += kind == Kind::kDict ? 2 : 1) {
        if (depth_[items[i]] > kMaxKeyDepth) return TooDeep(id);
      }
    }
    return {};
  }

  bool FillNow(NodeId id) {
    PyObject* object = objects_[id].get();
    const auto items = graph_.Items(id);
    if (graph_.kind(id) == Kind::kTuple) {
      for (size_t i = 0; i < items.size(); ++i) {
        PyTuple_SET_ITEM(object, static_cast<Py_ssize_t>(i), PyRef(objects_[items[i]]).Release());
      }
      return true;
    }
    for (const NodeId item : items) {
      if (PySet_Add(object, objects_[item].get()) < 0) return false;
    }
    return PySet_GET_SIZE(object) == static_cast<Py_ssize_t>(items.size());
  }

  // False with an exception, or without one where Python's keys are not the graph's.
  bool Fill(NodeId id) {
    PyObject* object = objects_[id].get();
    const auto items = graph_.Items(id);
    switch (graph_.kind(id)) {
      case Kind::kList:
        for (size_t i = 0; i < items.size(); ++i) {
          PyList_SET_ITEM(object, static_cast<Py_ssize_t>(i), PyRef(objects_[items[i]]).Release());
        }
        return true;
      case Kind::kDict:
        for (size_t i = 0; i < items.size(); i += 2) {
          if (PyDict_SetItem(object, objects_[items[i]].get(), objects_[items[i + 1]].get()) < 0) {
            return false;
          }
        }
        return PyDict_GET_SIZE(object) == static_cast<Py_ssize_t>(items.size() / 2);
      case Kind::kSet: return FillNow(id);
      case Kind::kPersistentId:
        Py_SETREF(AsStandIn(object)->callable, PyRef(objects_[graph_.Persistent(id)]).Release());
        return true;
      case Kind::kObject: FillObject(id, AsStandIn(object)); return true;
      case Kind::kNone:
      case Kind::kBool:
      case Kind::kInt:
      case Kind::kFloat:
      case Kind::kStr:
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str:
      case Kind::kTuple:
      case Kind::kFrozenSet:
      case Kind::kGlobal:
      case Kind::kExtension:
      case Kind::kBuffer: return true;
    }
    return true;
  }

  void FillObject(NodeId id, StandIn* object) {
    Py_SETREF(object->callable, PyRef(objects_[graph_.Callable(id)]).Release());
    Py_SETREF(object->args, PyRef(objects_[graph_.Args(id)]).Release());
    if (graph_.Kwargs(id) != kNoNode) {
      object->kwargs = PyRef(objects_[graph_.Kwargs(id)]).Release();
    }
    graph_.ForEachStep(id, [&](const Graph::Step& step) {
      const size_t stride = step.kind == StepKind::kSetItems ? 2 : 1;
      for (size_t i = 0; i < step.items.size(); i += stride) {
        built_.recorder.AddStep(object, step.kind, objects_[step.items[i]].get(),
                                stride == 2 ? objects_[step.items[i + 1]].get() : nullptr);
      }
    });
  }

  const Graph& graph_;
  PythonState& state_;
  BuiltObject& built_;
  std::vector<PyRef> objects_;
  std::vector<uint32_t> references_;
  std::vector<uint32_t> depth_;  // of tuples and frozensets, as hashing nests
};

}  // namespace

Result<void> ToObject(const Graph& graph, PythonState& state, BuiltObject& built) {
  return Builder(graph, state, built).Build();
}

}  // namespace pickleproof
