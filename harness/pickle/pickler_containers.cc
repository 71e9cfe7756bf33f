// Tuples, lists, dicts, sets and frozensets.

#include <algorithm>

#include "harness/pickle/pickler_impl.h"

namespace pickleproof {

using Batch = EncodingPolicy::Batch;

// ---- Tuples.

void Pickler::Impl::EmptyTuple() {
  p_ = writer_.Boundary(p_);
  if (writer_.protocol() >= 1) {
    p_ = PutOpcode(p_, Opcode::EMPTY_TUPLE);
  } else {
    p_ = PutOpcode(PutOpcode(p_, Opcode::MARK), Opcode::TUPLE);
  }
}

namespace {

bool IsShort(const PickleWriter& writer, size_t size) {
  return size >= 1 && size <= 3 && writer.protocol() >= 2 && writer.policy().tuple_opcodes;
}

}  // namespace

void Pickler::Impl::OpenTuple(size_t size) {
  p_ = writer_.Boundary(p_);
  if (!IsShort(writer_, size)) p_ = PutOpcode(p_, Opcode::MARK);
}

void Pickler::Impl::CloseTuple(size_t size) {
  constexpr Opcode kBySize[] = {Opcode::TUPLE, Opcode::TUPLE1, Opcode::TUPLE2, Opcode::TUPLE3};
  p_ = PutOpcode(p_, kBySize[IsShort(writer_, size) ? size : 0]);
}

void Pickler::Impl::CloseTransientTuple(size_t size) {
  CloseTuple(size);
  MemoizeTransient();
}

bool Pickler::Impl::SaveTuple(NodeId id) {
  const std::span<const NodeId> items = graph_->Items(id);
  if (items.empty()) {
    EmptyTuple();
    return true;
  }
  OpenTuple(items.size());
  return Push(Task::kTuple, id, items) != nullptr;
}

// Whether CPython sees another tuple here: each time that it comes to an object it cuts the
// arguments of NEWOBJ off what __reduce_ex__ returns.
bool Pickler::Impl::IsFreshArguments(NodeId tuple) {
  if (!policy_.make_twice || stack_.empty()) return false;
  const Frame& frame = stack_.back();
  return frame.task == Task::kObject && frame.form == Form::kNewObj &&
         graph_->Args(frame.node) == tuple && !Shape().HasSeveralReferences(tuple);
}

void Pickler::Impl::EndTuple() {
  const NodeId id = stack_.back().node;
  const size_t size = graph_->Length(id);
  stack_.pop_back();
  if (!HasMemo(id)) {
    CloseTuple(size);
    Memoize(id);
    return;
  }
  // The tuple is recursive: saving its items has saved it.
  if (IsFreshArguments(id)) {
    CloseTransientTuple(size);
    return;
  }
  // Drop them and fetch it.
  if (!IsShort(writer_, size) && writer_.protocol() >= 1) {
    p_ = PutOpcode(p_, Opcode::POP_MARK);
  } else {
    const size_t drops = size + (IsShort(writer_, size) ? 0 : 1);  // the mark too
    p_ = writer_.Room(p_, drops);
    for (size_t i = 0; i < drops; ++i) p_ = PutOpcode(p_, Opcode::POP);
  }
  Get(id);
}

// ---- Lists, dicts, sets: begun empty, filled in batches, or closed over all items.

bool Pickler::Impl::SaveFilled(NodeId id, Task fill, Task marked, Opcode empty, Opcode mark_form) {
  const std::span<const NodeId> items = graph_->Items(id);
  if (policy_.batch == Batch::kMark && !options_.fast && !Shape().IsCyclic(id)) {
    p_ = PutOpcode(p_, Opcode::MARK);
    return Push(marked, id, items) != nullptr;
  }
  if (writer_.protocol() >= 1) {
    p_ = PutOpcode(p_, empty);
  } else {
    p_ = PutOpcode(PutOpcode(p_, Opcode::MARK), mark_form);
  }
  Memoize(id);
  if (!policy_.defer_calls) return Fill(fill, id, items, true);
  const std::span<const NodeId> now = ItemsToFill(fill, id, 0);
  return Fill(fill, id, now, now.size() == items.size());
}

// The items of a list or dict from an index on, but none from the first on that is an object whose
// parts are being written: they wait until it is made, as they must have where they were read.
std::span<const NodeId> Pickler::Impl::ItemsToFill(Task task, NodeId id, size_t from) {
  const std::span<const NodeId> items = graph_->Items(id);
  if ((task != Task::kFillDict && task != Task::kFillList) || !HasMemo(id)) {
    return items.subspan(from);
  }
  const auto is_unmade = [&](NodeId value) {
    return graph_->kind(value) == Kind::kObject && !HasMemo(value) &&
           std::ranges::any_of(stack_.span(), [&](const Frame& frame) {
             return frame.task == Task::kObject && frame.node == value;
           });
  };
  const size_t step = task == Task::kFillDict ? 2 : 1;
  for (size_t i = from; i < items.size(); i += step) {
    const NodeId value = items[i + step - 1];
    if (!is_unmade(value)) continue;
    deferred_.push_back({value, id, i});
    return items.subspan(from, i - from);
  }
  return items.subspan(from);
}

void Pickler::Impl::EndMarked() {
  const Frame& frame = stack_.back();
  const NodeId id = frame.node;
  p_ = PutOpcode(p_, frame.task == Task::kMarkedList ? Opcode::LIST : Opcode::DICT);
  stack_.pop_back();
  if (id == kNoNode) {
    MemoizeTransient();
  } else {
    Memoize(id);
  }
}

// Begins to add items to what is on the top of the pickle's stack. `node` is the container, or
// kNoNode where the items belong to an object's step or to a list made in passing. `exact` where
// they are all that a new list, dict or set has: _pickle has loops of its own for these.
bool Pickler::Impl::Fill(Task task, NodeId node, std::span<const NodeId> items, bool exact) {
  if (items.empty()) return true;
  Frame* frame = Push(task, node, items);
  if (frame == nullptr) return false;
  const size_t one = task == Task::kFillDict ? 2 : task == Task::kFillList ? 1 : 0;
  frame->exact =
      exact && policy_.batch == Batch::kC && writer_.protocol() >= 1 && items.size() > one;
  StartBatch(*frame);
  return true;
}

void Pickler::Impl::StartBatch(Frame& frame) {
  const bool is_set = frame.task == Task::kFillSet;
  const size_t stride = frame.task == Task::kFillDict ? 2 : 1;
  size_t count = static_cast<size_t>(frame.end - frame.next) / stride;
  if (writer_.protocol() == 0 || policy_.batch == Batch::kSingle) {
    count = 1;
  } else if (policy_.batch != Batch::kMark) {
    count = std::min<size_t>(count, policy_.batch_size);
  }
  frame.single = !is_set && count == 1 && !frame.exact;
  frame.run_end = frame.next + count * stride;
  if (!frame.single) p_ = PutOpcode(p_, Opcode::MARK);
}

void Pickler::Impl::EndBatch() {
  Frame& frame = stack_.back();
  Opcode one = Opcode::APPEND;
  Opcode many = Opcode::APPENDS;
  if (frame.task == Task::kFillDict) {
    one = Opcode::SETITEM;
    many = Opcode::SETITEMS;
  } else if (frame.task == Task::kFillSet) {
    one = many = Opcode::ADDITEMS;
  }
  p_ = PutOpcode(p_, frame.single ? one : many);
  if (frame.next != frame.end) {
    StartBatch(frame);
    return;
  }
  // _pickle looks for more after each full batch of a dict or set, not so with lists.
  if (frame.exact && frame.task != Task::kFillList &&
      graph_->Length(frame.node) % policy_.batch_size == 0) {
    p_ = PutOpcode(PutOpcode(p_, Opcode::MARK), many);
  }
  stack_.pop_back();
}

// ---- Frozensets, and sets by call.

bool Pickler::Impl::SaveFrozenSet(NodeId id) {
  p_ = PutOpcode(p_, Opcode::MARK);
  return Push(Task::kFrozenSet, id, graph_->Items(id)) != nullptr;
}

void Pickler::Impl::EndFrozenSet() {
  const NodeId id = stack_.back().node;
  stack_.pop_back();
  if (HasMemo(id)) {  // recursive, as tuples are
    p_ = PutOpcode(p_, Opcode::POP_MARK);
    Get(id);
    return;
  }
  p_ = PutOpcode(p_, Opcode::FROZENSET);
  Memoize(id);
}

bool Pickler::Impl::CallsSet(NodeId id) {
  if (writer_.protocol() < 4) return true;
  return policy_.calls && !Shape().IsCyclic(id);
}

bool Pickler::Impl::SaveSetCall(NodeId id) {
  const bool frozen = graph_->kind(id) == Kind::kFrozenSet;
  if (!WriteKnownGlobal("builtins", frozen ? "frozenset" : "set")) return false;
  OpenTuple(1);
  if (Push(Task::kSetCall, id, {}) == nullptr) return false;
  // The list of the members is made in passing.
  p_ = writer_.Boundary(p_);
  const std::span<const NodeId> items = graph_->Items(id);
  if (policy_.batch == Batch::kMark && !options_.fast) {
    p_ = PutOpcode(p_, Opcode::MARK);
    return Push(Task::kMarkedList, kNoNode, items) != nullptr;
  }
  if (writer_.protocol() >= 1) {
    p_ = PutOpcode(p_, Opcode::EMPTY_LIST);
  } else {
    p_ = PutOpcode(PutOpcode(p_, Opcode::MARK), Opcode::LIST);
  }
  MemoizeTransient();
  return Fill(Task::kFillList, kNoNode, items, true);
}

void Pickler::Impl::EndSetCall() {
  const NodeId id = stack_.back().node;
  stack_.pop_back();
  CloseTransientTuple(1);
  p_ = PutOpcode(p_, Opcode::REDUCE);
  if (HasMemo(id)) {
    p_ = PutOpcode(p_, Opcode::POP);
    Get(id);
  } else {
    Memoize(id);
  }
}

}  // namespace pickleproof
