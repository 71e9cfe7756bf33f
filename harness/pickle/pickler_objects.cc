// Objects, persistent ids, and what was done to them.

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "harness/base/utf8.h"
#include "harness/pickle/name_mapping.h"
#include "harness/pickle/pickler_impl.h"

namespace pickleproof {

// INST names a plain global in two lines of ASCII, and readers of every protocol take it so.
bool Pickler::Impl::CanBeInst(NodeId id) const {
  const NodeId callable = graph_->Callable(id);
  if (graph_->kind(callable) != Kind::kGlobal) return false;
  const std::string_view module = graph_->Module(callable);
  const std::string_view name = graph_->QualifiedName(callable);
  return CanBeLine(module, true) && CanBeLine(name, true) && SurvivesReading(module, name) &&
         name.find('.') == std::string_view::npos;
}

// No reader takes anything else, whatever the form.
bool Pickler::Impl::CheckParts(NodeId id) {
  const Graph& graph = *graph_;
  if (graph.kind(graph.Args(id)) != Kind::kTuple) {
    return Fail(ErrorCode::kValue, "the arguments of an object must be a tuple", "PicklingError");
  }
  const How how = graph.how(id);
  if (how != How::kNewObj && how != How::kNewObjEx) return true;
  if (!IsInert(graph.kind(graph.Callable(id)))) {
    return Fail(ErrorCode::kValue, "what NEWOBJ and NEWOBJ_EX make an instance of must be a class",
                "PicklingError");
  }
  if (how == How::kNewObjEx && graph.kind(graph.Kwargs(id)) != Kind::kDict) {
    return Fail(ErrorCode::kValue, "keyword arguments must be a dict", "PicklingError");
  }
  return true;
}

Pickler::Impl::Form Pickler::Impl::ChooseForm(NodeId id) {
  const int protocol = writer_.protocol();
  switch (graph_->how(id)) {
    case How::kReduce: return Form::kReduce;
    case How::kNewObj:
      if (protocol < 2) return Form::kNewObjCall;
      // The call makes a tuple of its own of the arguments.
      return policy_.calls && !Shape().IsShared(graph_->Args(id)) ? Form::kNewObjCall
                                                                  : Form::kNewObj;
    case How::kNewObjEx:
      return protocol < 4 || policy_.calls ? Form::kNewObjExCall : Form::kNewObjEx;
    case How::kObj:
      if (protocol >= 1) return Form::kObj;
      return CanBeInst(id) ? Form::kInst : Form::kReduce;
    case How::kInst:
      if (CanBeInst(id)) return Form::kInst;
      return protocol >= 1 ? Form::kObj : Form::kReduce;
  }
  return Form::kReduce;
}

bool Pickler::Impl::SaveObject(NodeId id) {
  if (!CheckParts(id)) return false;
  const Form form = ChooseForm(id);
  Frame* frame = Push(Task::kObject, id, {});
  if (frame == nullptr) return false;
  frame->form = form;
  switch (form) {
    case Form::kReduce:
    case Form::kNewObj:
    case Form::kNewObjEx:
    case Form::kInst: return true;
    case Form::kObj: p_ = PutOpcode(p_, Opcode::MARK); return true;
    case Form::kNewObjCall:
      if (!WriteKnownGlobal("copyreg", "__newobj__")) return false;
      OpenTuple(graph_->Length(graph_->Args(id)) + 1);
      return true;
    case Form::kNewObjExCall:
      if (!WriteKnownGlobal("copyreg", "__newobj_ex__")) return false;
      OpenTuple(3);
      return true;
  }
  return true;
}

// Phase 0: the callable. Phase 1: the arguments, as a tuple or one by one. Phase 2: keyword
// arguments. Phase 3: the end.
bool Pickler::Impl::AdvanceObject() {
  Frame& frame = stack_.back();
  const Graph& graph = *graph_;
  const NodeId id = frame.node;
  const NodeId callable = graph.Callable(id);
  const Form form = frame.form;
  const bool one_by_one = form == Form::kNewObjCall || form == Form::kObj || form == Form::kInst;
  switch (frame.phase++) {
    case 0:
      if (form != Form::kInst) return Save(callable);
      // INST names the global by itself; what was done to the global must be said elsewhere.
      if (!graph.HasSteps(callable) || memo_.Has(callable)) return true;
      frame.single = true;
      return Save(callable);
    case 1: {
      if (form == Form::kInst) {
        if (frame.single) p_ = PutOpcode(p_, Opcode::POP);
        p_ = PutOpcode(p_, Opcode::MARK);
      }
      const NodeId args = graph.Args(id);
      if (!one_by_one) return Save(args);
      const std::span<const NodeId> items = graph.Items(args);
      frame.next = items.data();
      frame.run_end = frame.next + items.size();
      return true;
    }
    case 2:
      return form != Form::kNewObjEx && form != Form::kNewObjExCall ? true : Save(graph.Kwargs(id));
    default: return EndObject();
  }
}

bool Pickler::Impl::EndObject() {
  const Frame frame = stack_.back();
  const NodeId id = frame.node;
  stack_.pop_back();
  if (!HasMemo(id)) {
    MakeObject(id, frame.form);
    Memoize(id);
    return SaveSteps(id) && SaveDeferred(id);
  }
  // Its own arguments have saved it: drop this one and fetch that one.
  if (policy_.make_twice) {
    MakeObject(id, frame.form);
    p_ = PutOpcode(p_, Opcode::POP);
  } else {
    DropParts(id, frame.form);
  }
  Get(id);
  const bool of_python_2 = frame.form == Form::kObj || frame.form == Form::kInst;
  return policy_.repeat_steps && !of_python_2 ? SaveSteps(id) : true;
}

// Makes an object of its parts on the pickle's stack.
void Pickler::Impl::MakeObject(NodeId id, Form form) {
  const Graph& graph = *graph_;
  switch (form) {
    case Form::kReduce: p_ = PutOpcode(p_, Opcode::REDUCE); return;
    case Form::kNewObj: p_ = PutOpcode(p_, Opcode::NEWOBJ); return;
    case Form::kNewObjEx: p_ = PutOpcode(p_, Opcode::NEWOBJ_EX); return;
    case Form::kObj: p_ = PutOpcode(p_, Opcode::OBJ); return;
    case Form::kInst: {
      const NodeId callable = graph.Callable(id);
      GlobalName name{graph.Module(callable), graph.QualifiedName(callable)};
      if (writer_.protocol() < 3 && options_.fix_imports) name = ToPython2(name);
      p_ = writer_.Lines(p_, Opcode::INST, name.module, name.name);
      return;
    }
    case Form::kNewObjCall:
      CloseTransientTuple(graph.Length(graph.Args(id)) + 1);
      p_ = PutOpcode(p_, Opcode::REDUCE);
      return;
    case Form::kNewObjExCall:
      CloseTransientTuple(3);
      p_ = PutOpcode(p_, Opcode::REDUCE);
      return;
  }
}

void Pickler::Impl::DropParts(NodeId id, Form form) {
  size_t drops = 2;
  const size_t count = graph_->Length(graph_->Args(id));
  switch (form) {
    case Form::kReduce:
    case Form::kNewObj: break;
    case Form::kNewObjEx: drops = 3; break;
    case Form::kNewObjCall: CloseTuple(count + 1); break;
    case Form::kNewObjExCall: CloseTuple(3); break;
    case Form::kObj:
    case Form::kInst:
      if (writer_.protocol() >= 1) {
        p_ = PutOpcode(p_, Opcode::POP_MARK);
        return;
      }
      drops = count + 1;  // the mark too
      break;
  }
  p_ = writer_.Room(p_, drops);
  for (size_t i = 0; i < drops; ++i) p_ = PutOpcode(p_, Opcode::POP);
}

// ---- What was done to an inert node.

bool Pickler::Impl::SaveSteps(NodeId id) {
  if (!graph_->HasSteps(id)) return true;
  Frame* frame = Push(Task::kSteps, id, {});
  if (frame == nullptr) return false;
  frame->step = graph_->FirstStep(id);
  return true;
}

bool Pickler::Impl::AdvanceSteps() {
  Frame& frame = stack_.back();
  if (frame.step == kNoNode) {
    stack_.pop_back();
    return true;
  }
  const Graph::Step step = graph_->StepAt(frame.step);
  const bool batches = step.kind != StepKind::kBuild && step.kind != StepKind::kCall;
  if (batches) frame.step = graph_->NextStep(frame.step);
  switch (step.kind) {
    case StepKind::kAppend: return Fill(Task::kFillList, kNoNode, step.items, false);
    case StepKind::kSetItems: return Fill(Task::kFillDict, kNoNode, step.items, false);
    case StepKind::kAdd:
      if (writer_.protocol() >= 4) return Fill(Task::kFillSet, kNoNode, step.items, false);
      return Fail(ErrorCode::kUnsupported, "ADDITEMS on an object needs protocol 4",
                  "PicklingError");
    case StepKind::kBuild:
      if (frame.phase++ == 0) return Save(step.items[0]);
      p_ = PutOpcode(p_, Opcode::BUILD);
      frame.phase = 0;
      frame.step = graph_->NextStep(frame.step);
      return true;
    case StepKind::kCall: return AdvanceCall(frame);
  }
  return true;
}

// Whether a call is setter(object, state), with a tuple that nothing else refers to.
bool Pickler::Impl::IsStateSetter(const Frame& frame) {
  const Graph& graph = *graph_;
  const NodeId call = graph.StepAt(frame.step).items[0];
  if (graph.kind(call) != Kind::kObject || graph.how(call) != How::kReduce ||
      graph.HasSteps(call) || memo_.Has(call)) {
    return false;
  }
  const NodeId args = graph.Args(call);
  return graph.kind(args) == Kind::kTuple && graph.Length(args) == 2 &&
         graph.Items(args)[0] == frame.node && !memo_.Has(args) &&
         !Shape().HasSeveralReferences(call) && !Shape().HasSeveralReferences(args);
}

// Phase 0: the choice. Phases 1 to 4: setter, object, state, the call, none of which CPython
// memoizes. Phase 5: the end of any other call.
bool Pickler::Impl::AdvanceCall(Frame& frame) {
  if (options_.fast) {
    return Fail(ErrorCode::kValue, "fast mode: can't fetch an object for its state setter",
                "RecursionError");
  }
  const NodeId call = graph_->StepAt(frame.step).items[0];
  const auto end = [&] {
    p_ = PutOpcode(p_, Opcode::POP);
    frame.phase = 0;
    frame.step = graph_->NextStep(frame.step);
    return true;
  };
  if (frame.phase == 0 && policy_.defer_calls) {
    if (const NodeId unmade = UnmadeObjectOf(call); unmade != kNoNode) {
      deferred_.push_back({unmade, call});
      frame.step = graph_->NextStep(frame.step);
      return true;
    }
  }
  if (frame.phase == 0 && !IsStateSetter(frame)) {
    frame.phase = 5;
    return Save(call);
  }
  const bool early = policy_.early_tuple2 || (writer_.protocol() >= 2 && policy_.tuple_opcodes);
  switch (frame.phase++) {
    case 0: return Save(graph_->Callable(call));
    case 1:
      if (!early) p_ = PutOpcode(p_, Opcode::MARK);
      return Save(frame.node);
    case 2: return Save(graph_->Items(graph_->Args(call))[1]);
    case 3:
      p_ = PutOpcode(p_, early ? Opcode::TUPLE2 : Opcode::TUPLE);
      p_ = PutOpcode(p_, Opcode::REDUCE);
      return end();
    default: return end();
  }
}

// The outermost of the objects being written that are not made yet and that the call needs, or
// kNoNode.
NodeId Pickler::Impl::UnmadeObjectOf(NodeId call) const {
  std::unordered_set<NodeId> seen;
  std::vector<NodeId> todo{call};
  while (!todo.empty()) {
    const NodeId id = todo.back();
    todo.pop_back();
    if (HasMemo(id) || !seen.insert(id).second) continue;
    graph_->ForEachChild(id, [&](NodeId child) { todo.push_back(child); });
  }
  for (const Frame& frame : stack_) {
    if (frame.task == Task::kObject && seen.contains(frame.node)) return frame.node;
  }
  return kNoNode;
}

bool Pickler::Impl::SaveDeferred(NodeId id) {
  const bool any = std::ranges::find(deferred_, id, &Deferred::object) != deferred_.end();
  return !any || Push(Task::kDeferred, id, {}) != nullptr;
}

bool Pickler::Impl::AdvanceDeferred() {
  Frame& frame = stack_.back();
  if (frame.phase == 1) p_ = PutOpcode(p_, Opcode::POP);
  const auto next = std::ranges::find(deferred_, frame.node, &Deferred::object);
  if (next == deferred_.end()) {
    stack_.pop_back();
    return true;
  }
  frame.phase = 1;
  const Deferred waiting = *next;
  deferred_.erase(next);
  if (waiting.from == Deferred::kCall) return Save(waiting.node);
  Get(waiting.node);
  const Task fill = graph_->kind(waiting.node) == Kind::kDict ? Task::kFillDict : Task::kFillList;
  return Fill(fill, waiting.node, ItemsToFill(fill, waiting.node, waiting.from), false);
}

// ---- Persistent ids.

bool Pickler::Impl::SavePersistentId(NodeId id) {
  const NodeId pid = graph_->Persistent(id);
  if (writer_.protocol() >= 1) return Push(Task::kPersistentId, id, {}) != nullptr;
  const bool is_line = graph_->kind(pid) == Kind::kStr && IsAscii(graph_->Text(pid)) &&
                       graph_->Text(pid).find('\n') == std::string_view::npos;
  if (!is_line) {
    return Fail(ErrorCode::kUnsupported,
                "persistent IDs in protocol 0 must be ASCII strings of one line", "PicklingError");
  }
  p_ = writer_.Lines(p_, Opcode::PERSID, graph_->Text(pid));
  return EndPersistentId(id);
}

// Phase 0: the id. Phase 1: the end.
bool Pickler::Impl::AdvancePersistentId() {
  Frame& frame = stack_.back();
  const NodeId id = frame.node;
  if (frame.phase++ == 0) return Save(graph_->Persistent(id));
  stack_.pop_back();
  p_ = PutOpcode(p_, Opcode::BINPERSID);
  return EndPersistentId(id);
}

bool Pickler::Impl::EndPersistentId(NodeId id) {
  const bool remembers =
      graph_->HasSteps(id) || (policy_.memoize_persistent && Shape().IsShared(id));
  if (remembers && !options_.fast) p_ = writer_.Put(p_, memo_.Add(id));
  return SaveSteps(id);
}

}  // namespace pickleproof
