#include "harness/python/to_graph.h"

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/base/check.h"
#include "harness/pickle/effects.h"
#include "harness/python/python_state.h"

namespace pickleproof {
namespace {

// Objects to nodes: open addressing, made for tables that are mostly tiny.
class ObjectMap {
 public:
  ObjectMap() : slots_(64) {}

  // The place of the object's node: kNoNode where it is new. Valid until the next call.
  NodeId& operator[](const PyObject* object) {
    if ((used_ + 1) * 2 > slots_.size()) Grow();
    Slot& slot = slots_[Find(object)];
    if (slot.object == nullptr) {
      slot.object = object;
      ++used_;
    }
    return slot.node;
  }

 private:
  struct Slot {
    const PyObject* object = nullptr;
    NodeId node = kNoNode;
  };

  size_t Find(const PyObject* object) const {
    const size_t mask = slots_.size() - 1;
    size_t i = ((reinterpret_cast<uintptr_t>(object) >> 4U) * 0x9e3779b97f4a7c15U >> 32U) & mask;
    while (slots_[i].object != nullptr && slots_[i].object != object) i = (i + 1) & mask;
    return i;
  }

  void Grow() {
    std::vector<Slot> old(slots_.size() * 4);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.object != nullptr) slots_[Find(slot.object)] = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t used_ = 0;
};

class Converter {
 public:
  Converter(const Recorder& recorder, Graph& graph, const PythonState* state)
      : recorder_(recorder), graph_(graph), state_(state) {}

  Result<void> Convert(PyObject* root) {
    const NodeId id = Visit(root);
    if (!Finish()) return std::unexpected(error_);
    graph_.set_root(id);
    const std::vector<NodeId> calls = VisitPossibleEffects();
    if (!Finish()) return std::unexpected(error_);
    if (!AttachEffects(graph_, id, calls)) return Full();
    return {};
  }

 private:
  struct Task {
    PyObject* object;
    NodeId id;
  };

  std::unexpected<Error> Full() {
    error_ = Error{.code = ErrorCode::kLimit, .message = "the graph is full"};
    failed_ = true;
    return std::unexpected(error_);
  }

  bool Finish() {
    while (!tasks_.empty() && !failed_) {
      const Task task = tasks_.back();
      tasks_.pop_back();
      Fill(task);
    }
    if (!keyed_.empty() && !failed_) FillKeyed();
    return !failed_;
  }

  // The node of an object; containers are made empty and put on the list of tasks.
  NodeId Visit(PyObject* object) {
    PyTypeObject* type = Py_TYPE(object);
    if (type == &PyLong_Type) return Int(object);
    if (object == Py_None) return kNoneNode;
    if (type == &PyBool_Type) return object == Py_True ? kTrueNode : kFalseNode;
    if (type == &PyFloat_Type) return Check(graph_.Float(PyFloat_AS_DOUBLE(object)));
    if (IsStandIn(object)) {
      StandIn* stand_in = AsStandIn(object);
      if (stand_in->node == kNoNode) stand_in->node = Declare(object);
      return stand_in->node;
    }
    if (Py_REFCNT(object) == 1) return Declare(object);
    const NodeId known = seen_[object];
    if (known != kNoNode) return known;
    const NodeId id = Declare(object);
    seen_[object] = id;
    return id;
  }

  NodeId Declare(PyObject* object) {
    PyTypeObject* type = Py_TYPE(object);
    if (type == &PyUnicode_Type) return Check(graph_.Str(TextOf(object, scratch_)));
    if (type == &PyBytes_Type) return Text(Kind::kBytes, PyBytes_AS_STRING(object), object);
    if (type == &PyByteArray_Type) {
      return Text(Kind::kByteArray, PyByteArray_AS_STRING(object), object);
    }
    if (type == &PyTuple_Type) return Container(Kind::kTuple, object);
    if (type == &PyList_Type) return Container(Kind::kList, object);
    if (type == &PyDict_Type) return Container(Kind::kDict, object);
    if (type == &PySet_Type) return Container(Kind::kSet, object);
    if (type == &PyFrozenSet_Type) return Container(Kind::kFrozenSet, object);
    if (IsStandIn(object)) return Inert(AsStandIn(object));
    if (IsOutOfBandBuffer(object)) return Buffer(object, false);
    if (type == &PyMemoryView_Type) return View(object);
    return Real(object);
  }

  // What only ToObject makes.
  NodeId Real(PyObject* object) {
    if (PyPickleBuffer_Check(object)) {
      return Buffer(PyPickleBuffer_GetBuffer(object)->obj, false);
    }
    if (state_ != nullptr) {
      for (const RealGlobal& real : state_->real_globals) {
        if (real.object.get() == object) return Check(graph_.Global(real.module, real.name));
      }
    }
    error_.message = std::string("an object of type ") + Py_TYPE(object)->tp_name + " has no node";
    failed_ = true;
    return kNoneNode;
  }

  NodeId Check(NodeId id) {
    if (id != kNoNode) [[likely]]
      return id;
    Full();
    return kNoneNode;
  }
  void Check(bool added) {
    if (!added) Full();
  }

  NodeId Text(Kind kind, const char* data, PyObject* object) {
    return Check(graph_.TextNode(kind, {data, static_cast<size_t>(Py_SIZE(object))}));
  }

  NodeId Container(Kind kind, PyObject* object) {
    const NodeId id = Check(graph_.Empty(kind));
    tasks_.push_back({object, id});
    return id;
  }

  NodeId Int(PyObject* object) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0) return Check(graph_.Int(value));
    scratch_.clear();
#if PY_VERSION_HEX >= 0x030d0000
    const Py_ssize_t size =
        PyLong_AsNativeBytes(object, nullptr, 0, Py_ASNATIVEBYTES_LITTLE_ENDIAN);
    scratch_.resize(static_cast<size_t>(size));
    PyLong_AsNativeBytes(object, scratch_.data(), size, Py_ASNATIVEBYTES_LITTLE_ENDIAN);
#else
    scratch_.resize(_PyLong_NumBits(object) / 8 + 1);
    _PyLong_AsByteArray(reinterpret_cast<PyLongObject*>(object),
                        reinterpret_cast<unsigned char*>(scratch_.data()), scratch_.size(), 1, 1);
#endif
    return Check(graph_.IntFromBytes(scratch_));
  }

  NodeId Inert(StandIn* stand_in) {
    tasks_.push_back({AsObject(stand_in), kNoNode});
    if (stand_in->kind == Kind::kGlobal) {
      return Check(graph_.Global(recorder_.Module(stand_in), recorder_.QualifiedName(stand_in)));
    }
    if (stand_in->kind == Kind::kExtension) return Check(graph_.Extension(stand_in->number));
    if (stand_in->kind == Kind::kPersistentId) return Check(graph_.PersistentId(kNoneNode));
    return Check(graph_.Object(stand_in->how, kNoneNode, kNoneNode));
  }

  NodeId Buffer(PyObject* object, bool read_only) {
    const auto* buffer = reinterpret_cast<OutOfBandBuffer*>(object);
    return Check(graph_.Buffer(buffer->index, read_only || buffer->read_only));
  }

  NodeId View(PyObject* object) {
    PyObject* base = PyMemoryView_GET_BASE(object);
    if (IsOutOfBandBuffer(base)) return Buffer(base, true);
    const NodeId id = Check(graph_.Object(How::kReduce, kNoneNode, kNoneNode));
    tasks_.push_back({object, id});
    return id;
  }

  void Fill(const Task& task) {
    PyTypeObject* type = Py_TYPE(task.object);
    if (type == &PyTuple_Type) {
      FillSequence(task.id, &PyTuple_GET_ITEM(task.object, 0), PyTuple_GET_SIZE(task.object));
    } else if (type == &PyList_Type) {
      FillSequence(task.id, reinterpret_cast<PyListObject*>(task.object)->ob_item,
                   PyList_GET_SIZE(task.object));
    } else if (type == &PyDict_Type) {
      FillDict(task);
    } else if (type == &PyMemoryView_Type) {
      // The memoryview of something that is itself in the stream.
      const NodeId base = Visit(PyMemoryView_GET_BASE(task.object));
      graph_.FillObject(task.id, How::kReduce, Check(graph_.Global("builtins", "memoryview")),
                        Check(graph_.Tuple({&base, 1})), kNoNode);
    } else if (IsStandIn(task.object)) {
      FillInert(AsStandIn(task.object));
    } else {
      FillSet(task);
    }
  }

  void FillSequence(NodeId id, PyObject** items, Py_ssize_t size) {
    items_.clear();
    for (Py_ssize_t i = 0; i < size; ++i) items_.push_back(Visit(items[i]));
    Check(graph_.Extend(id, items_));
  }

  // Keys that hash without looking at other nodes can be entered at once.
  bool IsPlainKey(NodeId key) const {
    const Kind kind = graph_.kind(key);
    return kind != Kind::kTuple && kind != Kind::kFrozenSet;
  }

  void FillDict(const Task& task) {
    items_.clear();
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    Py_ssize_t position = 0;
    bool plain = true;
    while (PyDict_Next(task.object, &position, &key, &value)) {
      items_.push_back(Visit(key));
      plain = plain && IsPlainKey(items_.back());
      items_.push_back(Visit(value));
    }
    Enter(task.id, plain);
  }

  void FillSet(const Task& task) {
    items_.clear();
    bool plain = true;
    const PyRef iterator = PyRef::Own(PyObject_GetIter(task.object));
    while (PyObject* member = PyIter_Next(iterator.get())) {
      Py_DECREF(member);
      items_.push_back(Visit(member));
      plain = plain && IsPlainKey(items_.back());
    }
    Enter(task.id, plain);
  }

  void Enter(NodeId id, bool plain) {
    if (plain) {
      EnterNow(id, items_);
      return;
    }
    keyed_.push_back({id, keyed_items_.size(), items_.size()});
    keyed_items_.insert(keyed_items_.end(), items_.begin(), items_.end());
  }

  // Python has already told equal keys apart, by the same rules.
  void EnterNow(NodeId id, std::span<const NodeId> items) {
    if (graph_.kind(id) == Kind::kDict) {
      for (size_t i = 0; i < items.size(); i += 2) {
        Check(graph_.SetItem(id, items[i], items[i + 1]) == Insert::kAdded);
      }
    } else {
      for (const NodeId item : items) Check(graph_.AddMember(id, item) == Insert::kAdded);
    }
  }

  // Tuples are complete now. Frozensets come first, inner ones before those that are hashed by
  // them.
  void FillKeyed() {
    std::unordered_map<NodeId, const Keyed*> waiting;
    for (const Keyed& keyed : keyed_) waiting.emplace(keyed.id, &keyed);
    const auto parts = [&](NodeId id) -> std::span<const NodeId> {
      const auto keyed = waiting.find(id);
      return keyed == waiting.end() ? graph_.Items(id) : ItemsOf(*keyed->second);
    };
    std::vector<bool> open(graph_.size(), false);
    std::vector<NodeId> stack;
    for (const Keyed& keyed : keyed_) {
      if (graph_.kind(keyed.id) == Kind::kFrozenSet) stack.push_back(keyed.id);
      while (!stack.empty()) {
        const NodeId id = stack.back();
        if (!open[id]) {
          open[id] = true;
          for (const NodeId part : parts(id)) {
            if (!IsPlainKey(part) && !open[part]) stack.push_back(part);
          }
          continue;
        }
        stack.pop_back();
        if (graph_.kind(id) == Kind::kFrozenSet && graph_.Length(id) == 0) EnterNow(id, parts(id));
      }
    }
    for (const Keyed& keyed : keyed_) {
      if (graph_.kind(keyed.id) != Kind::kFrozenSet) EnterNow(keyed.id, ItemsOf(keyed));
    }
    keyed_.clear();
    keyed_items_.clear();
  }

  void FillInert(StandIn* stand_in) {
    const NodeId id = stand_in->node;
    if (stand_in->kind == Kind::kPersistentId) {
      graph_.FillPersistentId(id, Visit(stand_in->callable));
    } else if (stand_in->kind == Kind::kObject) {
      const NodeId callable = Visit(stand_in->callable);
      const NodeId args = Visit(stand_in->args);
      const NodeId kwargs = stand_in->kwargs == nullptr ? kNoNode : Visit(stand_in->kwargs);
      graph_.FillObject(id, stand_in->how, callable, args, kwargs);
    }
    for (uint32_t s = stand_in->first_step; s != kNoNode; s = recorder_.step(s).next) {
      const Recorder::Step& step = recorder_.step(s);
      items_.assign(1, Visit(step.first));
      if (step.second != nullptr) items_.push_back(Visit(step.second));
      Check(graph_.AddStep(id, step.kind, items_));
    }
  }

  // The nodes of the calls that may have been made for their effect only, in call order.
  std::vector<NodeId> VisitPossibleEffects() {
    std::vector<NodeId> calls;
    for (StandIn* made : recorder_.made()) {
      if (made->kind != Kind::kObject || made->how != How::kReduce) continue;
      if (!MayBeEffect(static_cast<size_t>(PyTuple_GET_SIZE(made->args))) ||
          !IsStandIn(PyTuple_GET_ITEM(made->args, 0))) {
        continue;
      }
      calls.push_back(Visit(AsObject(made)));
    }
    return calls;
  }

  // A dict, set or frozenset with tuples or frozensets for keys, to be filled when those are.
  struct Keyed {
    NodeId id;
    size_t first, count;
  };
  std::span<const NodeId> ItemsOf(const Keyed& keyed) const {
    return std::span(keyed_items_).subspan(keyed.first, keyed.count);
  }

  const Recorder& recorder_;
  Graph& graph_;
  const PythonState* state_;
  ObjectMap seen_;
  std::vector<Task> tasks_;
  std::vector<NodeId> items_;
  std::vector<Keyed> keyed_;
  std::vector<NodeId> keyed_items_;
  std::string scratch_;
  Error error_;
  bool failed_ = false;
};

}  // namespace

Result<void> ToGraph(PyObject* root, const Recorder& recorder, Graph& graph,
                     const PythonState* state) {
  return Converter(recorder, graph, state).Convert(root);
}

}  // namespace pickleproof
