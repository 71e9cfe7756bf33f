#pragma once
// The pickler of live objects: it walks them by the pickle protocol and writes through
// PickleWriter, in the order and with the memo of _pickle, so that both write the same bytes. The
// walk is a stack of jobs, not recursion: how deep objects are nested doesn't matter.
//
// Its parts: live_pickler.cc the walk, live_leaves.cc values without parts, live_containers.cc,
// live_globals.cc, live_objects.cc. Methods that return bool return false with an exception set.
// Source: CPython Modules/_pickle.c, save() and the save_* functions.

#include <string>
#include <unordered_set>

#include "harness/base/pool.h"
#include "harness/pickle/pickle_writer.h"
#include "harness/python/module/live_memo.h"
#include "harness/python/module/live_sink.h"
#include "harness/python/module/state.h"

namespace pickleproof {

class LivePickler {
 public:
  // Whom to ask; borrowed, each may be nullptr.
  struct Hooks {
    PyObject* persistent_id = nullptr;
    PyObject* reducer_override = nullptr;
    PyObject* dispatch_table = nullptr;  // in the place of copyreg's
    PyObject* buffer_callback = nullptr;
  };

  LivePickler(int protocol, bool fix_imports);
  LivePickler(const LivePickler&) = delete;
  LivePickler& operator=(const LivePickler&) = delete;
  ~LivePickler() { Unwind(); }

  int protocol() const { return writer_.protocol(); }
  LiveMemo& memo() { return memo_; }

  // Writes one pickle. With a sink, `out` is left with the part that the sink didn't get. In fast
  // mode nothing is memoized.
  bool Dump(PyObject* object, const Hooks& hooks, bool fast, LiveSink* sink, std::string& out);

 private:
  enum class Task : uint8_t {
    kOpcode,      // writes `opcode`
    kValue,       // saves `object`
    kTuple,       // items of `object` from `position` on; then what ends it
    kList,        // the same, for lists from protocol 1 on
    kDict,        // entries of `object`; `extra` is a value whose key was just saved
    kSet,         // members of `object` from the iterator `extra`
    kFrozenSet,   //
    kItems,       // appends what the iterator `object` gives; `extra` is an item in advance
    kPairs,       // the same with keys and values
    kMade,        // `object` has just been made as the reduce tuple `extra` says
    kMemoize,     // `object` has just been made
    kLeaveFast,   // `object` is complete, in fast mode
    kNestedName,  // one more getattr() of a nested global: `object` is the path
  };
  enum class Phase : uint8_t { kStart, kBatch, kSingle };

  struct Job {
    Task task;
    Phase phase;
    Opcode opcode;
    uint32_t count;       // in this batch
    Py_ssize_t position;  // of the next item
    Py_ssize_t size;      // that a dict or set had
    PyObject* object;     // owned, may be nullptr
    PyObject* extra;      // owned, may be nullptr
  };
  enum class Saved : uint8_t { kDone, kHasParts, kFailed };

  // Ends a dump, also one that memory runs out of: whoever dropped the last reference to an object
  // finds nothing of it here.
  class Ending {
   public:
    explicit Ending(LivePickler& pickler) : pickler_(pickler) {}
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;
    ~Ending() {
      pickler_.Unwind();
      pickler_.hooks_ = {};
      pickler_.sink_ = nullptr;
    }

   private:
    LivePickler& pickler_;
  };

  // ---- live_pickler.cc
  bool Run();
  bool Step();
  void Unwind();
  // Pushes a job, with a reference of its own to each object.
  bool Push(Task task, PyObject* object, PyObject* extra = nullptr);
  bool PushOpcode(Opcode opcode);
  void Finish();  // pops the top job
  bool Boundary(char** position) {
    if (*position < writer_.soft_end()) [[likely]]
      return true;
    return AtBoundary(position);
  }
  bool AtBoundary(char** position);
  bool Save(PyObject* object);
  bool SaveParts(PyObject* object);
  bool SaveWithParts(PyObject* object);
  bool Put(PyObject* object);
  bool Get(const LiveMemo::Entry& entry);
  bool EnterFast(PyObject* object);

  // ---- live_leaves.cc
  Saved SaveLeaf(char** position, PyObject* object);
  Saved SavePersistent(PyObject* object);
  bool SaveBigInt(PyObject* object);
  bool SaveStr(PyObject* object);
  bool SaveBytes(PyObject* object);
  bool SaveByteArray(PyObject* object);
  bool SaveBuffer(PyObject* object);
  bool WriteBytes(PyObject* object, std::string_view bytes);
  bool WriteByteArray(PyObject* object, std::string_view bytes);

  // ---- live_containers.cc
  bool OpenTuple(PyObject* object);
  bool OpenList(PyObject* object);
  bool OpenDict(PyObject* object);
  bool OpenSet(PyObject* object);
  bool OpenFrozenSet(PyObject* object);
  bool StepTuple();
  bool StepList();
  bool StepDict();
  bool StepSet();
  bool StepFrozenSet();
  bool StepItems();
  bool NextItem(PyRef* item);
  bool SaveItem(PyObject* item);

  // ---- live_globals.cc
  bool SaveGlobal(PyObject* object, PyObject* name);
  bool SaveType(PyObject* object);
  bool WriteGlobal(PyObject* object, PyObject* module_name, PyObject* name, PyObject* parent,
                   PyObject* path, bool nested);
  bool WriteNested(PyObject* object, PyObject* module_name, PyObject* parent, PyObject* path);
  bool WriteLines(PyRef module_name, PyRef name);
  bool SaveExtension(PyObject* object, PyObject* module_name, PyObject* name, bool* done);
  bool StepNestedName();

  // ---- live_objects.cc
  bool SaveObject(PyObject* object);
  bool Reduce(PyObject* object, PyRef* reduced, bool* is_global);
  bool SaveReduced(PyObject* reduced, PyObject* object);
  bool SaveNewObj(PyObject* args, PyObject* object);
  bool SaveNewObjEx(PyObject* args);
  bool StepMade();

  PickleWriter writer_;
  const bool fix_imports_;
  const bool binary_ints_;  // protocol 2 and up
  bool fast_ = false;
  Hooks hooks_;
  LiveSink* sink_ = nullptr;
  char* p_ = nullptr;  // where writer_ writes
  LiveMemo memo_;
  Pool<Job> jobs_;
  size_t making_ = 0;  // objects whose arguments are being saved
  size_t fast_nesting_ = 0;
  std::unordered_set<PyObject*> fast_open_;  // what is being saved, deep down in fast mode
};

}  // namespace pickleproof
