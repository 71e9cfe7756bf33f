#include "harness/python/module/live_pickler.h"

#include "harness/base/check.h"
#include "harness/python/module/live_leaves.h"

namespace pickleproof {
namespace {

// Jobs at once. Objects that make new ones for ever while they are saved end here.
constexpr size_t kMaxJobs = size_t{1} << 21;
constexpr size_t kFastNesting = 50;  // from here on cycles are looked for in fast mode
constexpr uint64_t kMaxBytes = ~uint64_t{0} >> 1;

EncodingPolicy Policy() {
  EncodingPolicy policy;
  policy.flat_getattr = PY_VERSION_HEX >= 0x030d0000;
  return policy;
}

}  // namespace

LivePickler::LivePickler(int protocol, bool fix_imports)
    : writer_(protocol, Policy()), fix_imports_(fix_imports), binary_ints_(protocol >= 2) {}

bool LivePickler::Dump(PyObject* object, const Hooks& hooks, bool fast, LiveSink* sink,
                       std::string& out) {
  const Ending ending(*this);
  hooks_ = hooks;
  fast_ = fast;
  sink_ = sink;
  fast_nesting_ = 0;
  making_ = 0;
  fast_open_.clear();
  writer_.SetSink(sink);
  p_ = writer_.Begin(out, kMaxBytes);
  if (!Save(object) || !Run()) {
    writer_.Abort();
    return false;
  }
  writer_.End(p_);
  return true;
}

// ---- The stack of jobs.

void LivePickler::Unwind() {
  while (!jobs_.empty()) Finish();
}

bool LivePickler::Push(Task task, PyObject* object, PyObject* extra) {
  if (jobs_.size() >= kMaxJobs) {
    PyErr_SetString(PyExc_RecursionError, "objects are nested too deeply to be pickled");
    return false;
  }
  jobs_.Push(Job{.task = task,
                 .phase = Phase::kStart,
                 .opcode = Opcode::NONE,
                 .count = 0,
                 .position = 0,
                 .size = 0,
                 .object = object,
                 .extra = extra});
  // Only now: a push that runs out of memory owns nothing.
  Py_XINCREF(object);
  Py_XINCREF(extra);
  return true;
}

bool LivePickler::PushOpcode(Opcode opcode) {
  if (!Push(Task::kOpcode, nullptr)) return false;
  jobs_.back().opcode = opcode;
  return true;
}

void LivePickler::Finish() {
  const Job job = jobs_.back();
  jobs_.pop_back();
  const bool counted = job.task == Task::kList || job.task == Task::kDict ||
                       job.task == Task::kFrozenSet || job.task == Task::kLeaveFast;
  if (fast_ && counted && fast_nesting_-- >= kFastNesting) fast_open_.erase(job.object);
  Py_XDECREF(job.object);
  Py_XDECREF(job.extra);
}

bool LivePickler::EnterFast(PyObject* object) {
  if (!fast_ || ++fast_nesting_ < kFastNesting) return true;
  if (fast_open_.insert(object).second) return true;
  PyErr_Format(PyExc_ValueError,
               "fast mode: can't pickle cyclic objects including object type %.200s at %p",
               Py_TYPE(object)->tp_name, static_cast<void*>(object));
  return false;
}

bool LivePickler::Run() {
  while (!jobs_.empty()) {
    p_ = writer_.Room(p_, 0);
    if (!Step()) return false;
  }
  return true;
}

bool LivePickler::Step() {
  const Job& job = jobs_.back();
  switch (job.task) {
    case Task::kOpcode:
      p_ = PutOpcode(p_, job.opcode);
      jobs_.pop_back();
      return true;
    case Task::kValue: {
      const PyRef object = PyRef::Own(job.object);
      jobs_.pop_back();
      return Save(object.get());
    }
    case Task::kTuple: return StepTuple();
    case Task::kList: return StepList();
    case Task::kDict: return StepDict();
    case Task::kSet: return StepSet();
    case Task::kFrozenSet: return StepFrozenSet();
    case Task::kItems:
    case Task::kPairs: return StepItems();
    case Task::kMade: return StepMade();
    case Task::kMemoize: {
      const bool put = Put(job.object);
      Finish();
      return put;
    }
    case Task::kLeaveFast: Finish(); return true;
    case Task::kNestedName: return StepNestedName();
  }
  PICKLEPROOF_CHECK(false);
}

// ---- Values.

bool LivePickler::AtBoundary(char** position) {
  *position = writer_.Boundary(*position);
  return sink_ == nullptr || !sink_->failed();
}

bool LivePickler::Put(PyObject* object) {
  if (fast_) return true;
  const uint64_t index = memo_.Add(object);
  if (index > 0xffffffffU) {
    PyErr_SetString(State().pickling_error, "memo id too large for LONG_BINPUT");
    return false;
  }
  p_ = writer_.Put(p_, static_cast<uint32_t>(index));
  return true;
}

bool LivePickler::Get(const LiveMemo::Entry& entry) {
  if (entry.index > 0xffffffffU) {
    PyErr_SetString(State().pickling_error, "memo id too large for LONG_BINGET");
    return false;
  }
  p_ = writer_.Get(p_, static_cast<uint32_t>(entry.index));
  return true;
}

// Writes a value, or begins it.
bool LivePickler::Save(PyObject* object) {
  if (!Boundary(&p_)) return false;
  if (hooks_.persistent_id != nullptr) {
    const Saved saved = SavePersistent(object);
    if (saved != Saved::kHasParts) return saved == Saved::kDone;
  }
  return SaveParts(object);
}

// The same for a value that has no persistent id.
bool LivePickler::SaveParts(PyObject* object) {
  const Saved saved = SaveLeaf(&p_, object);
  if (saved != Saved::kHasParts) return saved == Saved::kDone;
  return SaveWithParts(object);
}

// The same for one that SaveLeaf() left, and that is not in the memo.
bool LivePickler::SaveWithParts(PyObject* object) {
  const PyTypeObject* type = Py_TYPE(object);
  if (type == &PyUnicode_Type) return SaveStr(object);
  if (type == &PyDict_Type) return OpenDict(object);
  if (type == &PyList_Type) return OpenList(object);
  if (type == &PyTuple_Type) return OpenTuple(object);
  if (type == &PyBytes_Type) return SaveBytes(object);
  if (type == &PyLong_Type) return SaveBigInt(object);
  if (type == &PySet_Type) return OpenSet(object);
  if (type == &PyFrozenSet_Type) return OpenFrozenSet(object);
  if (type == &PyByteArray_Type) return SaveByteArray(object);
  if (type == &PyPickleBuffer_Type) return SaveBuffer(object);
  return SaveObject(object);
}

}  // namespace pickleproof
