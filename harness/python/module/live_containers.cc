// Tuples, lists, dicts, sets, frozensets, and what iterators give. Other code may change a
// container while it is being saved: every step looks at it anew.

#include "harness/python/module/live_leaves.h"

namespace pickleproof {
namespace {

constexpr uint32_t kBatch = 1000;  // items, pickle.Pickler._BATCHSIZE

bool FailChanged(const char* what) {
  PyErr_Format(PyExc_RuntimeError, "%s changed size during iteration", what);
  return false;
}

}  // namespace

// Saves an item of the top job, which must have noted where it goes on.
bool LivePickler::SaveItem(PyObject* item) {
  const PyRef held = PyRef::Share(item);
  return Save(item);
}

// ---- Tuples

bool LivePickler::OpenTuple(PyObject* object) {
  const Py_ssize_t size = PyTuple_GET_SIZE(object);
  if (size == 0) {
    p_ = protocol() >= 1 ? PutOpcode(p_, Opcode::EMPTY_TUPLE)
                         : PutOpcode(PutOpcode(p_, Opcode::MARK), Opcode::TUPLE);
    return true;
  }
  if (protocol() < 2 || size > 3) p_ = PutOpcode(p_, Opcode::MARK);
  return Push(Task::kTuple, object);
}

bool LivePickler::StepTuple() {
  Job* job = &jobs_.back();
  PyObject* const tuple = job->object;
  const Py_ssize_t size = PyTuple_GET_SIZE(tuple);
  const size_t level = jobs_.size();
  while (job->position < size) {
    PyObject* item = PyTuple_GET_ITEM(tuple, job->position++);
    if (!SaveItem(item)) return false;
    if (jobs_.size() != level) return true;
    job = &jobs_.back();
  }
  const bool is_short = protocol() >= 2 && size <= 3;
  if (const LiveMemo::Entry* known = memo_.Find(tuple); known != nullptr) {
    // The tuple is recursive: saving its items has saved it. Drop them and fetch it.
    if (!is_short && protocol() >= 1) {
      p_ = PutOpcode(p_, Opcode::POP_MARK);
    } else {
      const Py_ssize_t drops = size + (is_short ? 0 : 1);  // the mark too
      p_ = writer_.Room(p_, static_cast<size_t>(drops));
      for (Py_ssize_t i = 0; i < drops; ++i) p_ = PutOpcode(p_, Opcode::POP);
    }
    const bool got = Get(*known);
    Finish();
    return got;
  }
  constexpr Opcode kBySize[] = {Opcode::TUPLE, Opcode::TUPLE1, Opcode::TUPLE2, Opcode::TUPLE3};
  p_ = PutOpcode(p_, kBySize[is_short ? size : 0]);
  const bool put = Put(tuple);
  Finish();
  return put;
}

// ---- Lists

bool LivePickler::OpenList(PyObject* object) {
  p_ = protocol() >= 1 ? PutOpcode(p_, Opcode::EMPTY_LIST)
                       : PutOpcode(PutOpcode(p_, Opcode::MARK), Opcode::LIST);
  if (!Put(object)) return false;
  if (PyList_GET_SIZE(object) == 0) return true;
  if (!EnterFast(object)) return false;
  if (!Push(Task::kList, object)) return false;
  const bool single = protocol() == 0 || PyList_GET_SIZE(object) == 1;
  jobs_.back().phase = single ? Phase::kSingle : Phase::kBatch;
  if (!single) p_ = PutOpcode(p_, Opcode::MARK);
  return true;
}

bool LivePickler::StepList() {
  const size_t level = jobs_.size();
  PyObject* const list = jobs_.back().object;
  const bool single = jobs_.back().phase == Phase::kSingle;
  uint32_t count = jobs_.back().count;
  Py_ssize_t position = jobs_.back().position;
  char* p = p_;
  for (;;) {
    const bool at_end = position >= PyList_GET_SIZE(list);
    if (count != 0 && (single || at_end || count == kBatch)) {
      p = PutOpcode(p, single ? Opcode::APPEND : Opcode::APPENDS);
      count = 0;
      if (at_end || (single && protocol() != 0)) break;
      if (!single) p = PutOpcode(p, Opcode::MARK);
      p = writer_.Room(p, 0);
    } else if (at_end) {
      if (!single) p = PutOpcode(p, Opcode::APPENDS);
      break;
    }
    if (!Boundary(&p)) return false;
    if (position >= PyList_GET_SIZE(list)) continue;
    PyObject* item = PyList_GET_ITEM(list, position);
    ++position;
    ++count;
    if (hooks_.persistent_id == nullptr) {
      const Saved saved = SaveLeaf(&p, item);
      if (saved == Saved::kDone) continue;
      if (saved == Saved::kFailed) return false;
    }
    Job& job = jobs_.back();
    job.count = count;
    job.position = position;
    p_ = p;
    if (!SaveItem(item)) return false;
    if (jobs_.size() != level) return true;
    p = writer_.Room(p_, 0);
  }
  p_ = p;
  Finish();
  return true;
}

// ---- Dicts

bool LivePickler::OpenDict(PyObject* object) {
  p_ = protocol() >= 1 ? PutOpcode(p_, Opcode::EMPTY_DICT)
                       : PutOpcode(PutOpcode(p_, Opcode::MARK), Opcode::DICT);
  if (!Put(object)) return false;
  const Py_ssize_t size = PyDict_GET_SIZE(object);
  if (size == 0) return true;
  if (!EnterFast(object)) return false;
  if (protocol() == 0) {
    // Of the pairs nobody could tell whose they are.
    if (fast_ && !Push(Task::kLeaveFast, object)) return false;
    const PyRef items = PyRef::Own(PyObject_CallMethod(object, "items", nullptr));
    const PyRef iterator = items ? PyRef::Own(PyObject_GetIter(items.get())) : PyRef();
    return iterator && Push(Task::kPairs, iterator.get());
  }
  if (!Push(Task::kDict, object)) return false;
  Job& job = jobs_.back();
  job.size = size;
  job.phase = size == 1 ? Phase::kSingle : Phase::kBatch;
  if (size != 1) p_ = PutOpcode(p_, Opcode::MARK);
  return true;
}

bool LivePickler::StepDict() {
  const size_t level = jobs_.size();
  PyObject* const dict = jobs_.back().object;
  const bool single = jobs_.back().phase == Phase::kSingle;
  // A key or a value at a time; `value` waits for its key.
  PyRef value = PyRef::Own(std::exchange(jobs_.back().extra, nullptr));
  for (;;) {
    Job& job = jobs_.back();
    PyRef item = std::exchange(value, PyRef());
    if (!item) {
      PyObject *next_key = nullptr, *next_value = nullptr;
      const bool full = job.count == (single ? 1 : kBatch);
      if (full || PyDict_Next(dict, &job.position, &next_key, &next_value) == 0) {
        p_ = PutOpcode(p_, single ? Opcode::SETITEM : Opcode::SETITEMS);
        if (!single && PyDict_GET_SIZE(dict) != job.size) return FailChanged("dictionary");
        if (single || !full) break;
        p_ = PutOpcode(writer_.Room(p_, 0), Opcode::MARK);
        job.count = 0;
        continue;
      }
      ++job.count;
      item = PyRef::Share(next_key);
      value = PyRef::Share(next_value);
    }
    if (!Boundary(&p_)) return false;
    if (hooks_.persistent_id == nullptr) {
      const Saved saved = SaveLeaf(&p_, item.get());
      if (saved == Saved::kDone) continue;
      if (saved == Saved::kFailed) return false;
      jobs_.back().extra = value.Release();
      if (!SaveWithParts(item.get())) return false;
    } else {
      jobs_.back().extra = value.Release();
      if (!Save(item.get())) return false;
    }
    if (jobs_.size() != level) return true;
    p_ = writer_.Room(p_, 0);
    value = PyRef::Own(std::exchange(jobs_.back().extra, nullptr));
  }
  Finish();
  return true;
}

// ---- Sets

bool LivePickler::OpenSet(PyObject* object) {
  if (protocol() < 4) {
    const PyRef reduced = PyRef::Own(Py_BuildValue("(O(N))", &PySet_Type, PySequence_List(object)));
    return reduced && SaveReduced(reduced.get(), object);
  }
  p_ = PutOpcode(p_, Opcode::EMPTY_SET);
  if (!Put(object)) return false;
  if (PySet_GET_SIZE(object) == 0) return true;
  const PyRef iterator = PyRef::Own(PyObject_GetIter(object));
  p_ = PutOpcode(p_, Opcode::MARK);
  return iterator && Push(Task::kSet, object, iterator.get());
}

bool LivePickler::StepSet() {
  const size_t level = jobs_.size();
  PyObject* const iterator = jobs_.back().extra;
  for (;;) {
    Job& job = jobs_.back();
    const bool full = job.count == kBatch;
    const PyRef item = full ? PyRef() : PyRef::Own(PyIter_Next(iterator));
    if (!item) {
      if (PyErr_Occurred() != nullptr) return false;
      p_ = PutOpcode(p_, Opcode::ADDITEMS);
      if (!full) break;
      p_ = PutOpcode(writer_.Room(p_, 0), Opcode::MARK);
      job.count = 0;
      continue;
    }
    ++job.count;
    if (!Save(item.get())) return false;
    if (jobs_.size() != level) return true;
    p_ = writer_.Room(p_, 0);
  }
  Finish();
  return true;
}

bool LivePickler::OpenFrozenSet(PyObject* object) {
  if (protocol() < 4) {
    const PyRef reduced =
        PyRef::Own(Py_BuildValue("(O(N))", &PyFrozenSet_Type, PySequence_List(object)));
    return reduced && SaveReduced(reduced.get(), object);
  }
  p_ = PutOpcode(p_, Opcode::MARK);
  const PyRef iterator = PyRef::Own(PyObject_GetIter(object));
  return iterator && EnterFast(object) && Push(Task::kFrozenSet, object, iterator.get());
}

bool LivePickler::StepFrozenSet() {
  const size_t level = jobs_.size();
  PyObject* const set = jobs_.back().object;
  PyObject* const iterator = jobs_.back().extra;
  while (const PyRef item = PyRef::Own(PyIter_Next(iterator))) {
    if (!Save(item.get())) return false;
    if (jobs_.size() != level) return true;
    p_ = writer_.Room(p_, 0);
  }
  if (PyErr_Occurred() != nullptr) return false;
  bool done = true;
  if (const LiveMemo::Entry* known = memo_.Find(set); known != nullptr) {
    p_ = PutOpcode(p_, Opcode::POP_MARK);  // recursive, as tuples are
    done = Get(*known);
  } else {
    p_ = PutOpcode(p_, Opcode::FROZENSET);
    done = Put(set);
  }
  Finish();
  return done;
}

// ---- What iterators give: a batch of one has no mark, so the second item is fetched in advance.

// The next item of the iterator of the top job, or none. False with an exception.
bool LivePickler::NextItem(PyRef* item) {
  Job& job = jobs_.back();
  *item = PyRef::Own(std::exchange(job.extra, nullptr));
  if (*item) return true;
  *item = PyRef::Own(PyIter_Next(job.object));
  if (!*item) return PyErr_Occurred() == nullptr;
  if (job.task == Task::kItems ||
      (PyTuple_Check(item->get()) && PyTuple_GET_SIZE(item->get()) == 2))
    return true;
  PyErr_SetString(PyExc_TypeError, "dict items iterator must return 2-tuples");
  return false;
}

bool LivePickler::StepItems() {
  const bool pairs = jobs_.back().task == Task::kPairs;
  const Opcode one = pairs ? Opcode::SETITEM : Opcode::APPEND;
  const Opcode many = pairs ? Opcode::SETITEMS : Opcode::APPENDS;
  if (jobs_.back().phase == Phase::kSingle) {
    p_ = PutOpcode(p_, one);
    if (protocol() != 0) {
      Finish();
      return true;
    }
    jobs_.back().phase = Phase::kStart;
  } else if (jobs_.back().count == kBatch) {
    p_ = PutOpcode(p_, many);
    jobs_.back().count = 0;
    jobs_.back().phase = Phase::kStart;
  }
  PyRef item;
  if (!NextItem(&item)) return false;
  if (!item) {
    if (jobs_.back().phase == Phase::kBatch) p_ = PutOpcode(p_, many);
    Finish();
    return true;
  }
  if (jobs_.back().phase == Phase::kStart) {
    PyRef second;
    if (protocol() != 0 && !NextItem(&second)) return false;
    jobs_.back().phase = second ? Phase::kBatch : Phase::kSingle;
    jobs_.back().extra = second.Release();
    if (jobs_.back().extra != nullptr) p_ = PutOpcode(p_, Opcode::MARK);
  }
  ++jobs_.back().count;
  if (!pairs) return Save(item.get());
  return Push(Task::kValue, PyTuple_GET_ITEM(item.get(), 1)) &&
         Save(PyTuple_GET_ITEM(item.get(), 0));
}

}  // namespace pickleproof
