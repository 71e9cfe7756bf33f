#include "harness/pickle/pickler.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "harness/base/check.h"
#include "harness/pickle/pickler_impl.h"

namespace pickleproof {
namespace {

// Frames after which the stack is searched for a value that never gets done; doubled each time.
constexpr size_t kFirstCheck = 64;

// Whether all leaves, tuples, lists and dicts have the forms that protocol 2 and up have for them
// in CPython's pickles, and everything is memoized.
bool IsPlain(const DumpOptions& options) {
  const EncodingPolicy& policy = options.policy;
  return options.protocol >= 2 && !options.fast && !policy.defer_calls &&
         policy.memoize == EncodingPolicy::Memoize::kAlways &&
         policy.ints == EncodingPolicy::Ints::kShortest &&
         policy.floats == EncodingPolicy::Floats::kBinary &&
         policy.strings == EncodingPolicy::Strings::kShortest && policy.tuple_opcodes &&
         (policy.batch == EncodingPolicy::Batch::kC ||
          policy.batch == EncodingPolicy::Batch::kPython);
}

}  // namespace

Pickler::Impl::Impl(DumpOptions options)
    : options_(options), plain_(IsPlain(options)), writer_(options.protocol, options.policy) {
  if (options_.policy.batch_size == 0) options_.policy.batch_size = 1;
  if (options_.extensions == nullptr) return;
  for (const auto& [code, names] : *options_.extensions) {
    extensions_.emplace(NamesKey(names.first, names.second), code);
  }
}

bool Pickler::Impl::Fail(ErrorCode code, std::string message, std::string exception) {
  if (!error_) error_ = Error{code, kNoOffset, std::move(message), std::move(exception)};
  return false;
}

void Pickler::Impl::ClearMemo() {
  memo_.Clear();
  names_.clear();
  globals_.clear();
  buffers_ = 0;
  if (!has_singles_) return;
  singles_.fill({});
  has_singles_ = false;
}

// Forgets what a failed dump has memoized.
Result<void> Pickler::Impl::Undo(uint32_t memo_size, uint32_t memo_nodes) {
  writer_.Abort();
  memo_.Truncate(memo_size, memo_nodes);
  const auto is_new = [&](const auto& entry) { return entry.second >= memo_size; };
  std::erase_if(names_, is_new);
  std::erase_if(globals_, is_new);
  for (Single& single : singles_) {
    if (single.index >= memo_size) single = {};
  }
  return std::unexpected(*error_);
}

Result<void> Pickler::Impl::Dump(const Graph& graph, NodeId root, std::string& out) {
  if (options_.protocol < 0 || options_.protocol > kHighestProtocol) {
    return pickleproof::Fail(ErrorCode::kUsage, fmt::format("there is no protocol {}, only 0 to {}",
                                                            options_.protocol, kHighestProtocol));
  }
  if (options_.fast) ClearMemo();
  graph_ = &graph;
  root_ = root;
  memo_.Cover(graph.size());
  stack_.clear();
  deferred_.clear();
  next_check_ = kFirstCheck;
  error_.reset();
  shape_.reset();
  reserved_ = false;
  const uint32_t memo_size = memo_.size();
  const uint32_t memo_nodes = memo_.nodes();
  const uint32_t buffers = buffers_;
  p_ = writer_.Begin(out, options_.max_bytes);
  if (!Save(root) || !(plain_ ? Run<true>() : Run<false>())) {
    buffers_ = buffers;
    return Undo(memo_size, memo_nodes);
  }
  writer_.End(p_);
  return {};
}

bool Pickler::Impl::Save(NodeId id) { return SaveLeaf(id) || (!error_ && Enter(id)); }

bool Pickler::Impl::Enter(NodeId id) {
  const Graph& graph = *graph_;
  using enum Opcode;
  switch (graph.kind(id)) {
    case Kind::kInt: return SaveBigInt(id);
    case Kind::kBytes: return SaveBytes(id);
    case Kind::kByteArray: return SaveByteArray(id);
    case Kind::kPy2Str: return SavePy2Str(id);
    case Kind::kTuple: return SaveTuple(id);
    case Kind::kList: return SaveFilled(id, Task::kFillList, Task::kMarkedList, EMPTY_LIST, LIST);
    case Kind::kDict: return SaveFilled(id, Task::kFillDict, Task::kMarkedDict, EMPTY_DICT, DICT);
    case Kind::kSet:
      if (CallsSet(id)) return SaveSetCall(id);
      p_ = PutOpcode(p_, EMPTY_SET);
      Memoize(id);
      return Fill(Task::kFillSet, id, graph.Items(id), true);
    case Kind::kFrozenSet: return CallsSet(id) ? SaveSetCall(id) : SaveFrozenSet(id);
    case Kind::kGlobal: return SaveGlobal(id);
    case Kind::kObject: return SaveObject(id);
    case Kind::kPersistentId: return SavePersistentId(id);
    case Kind::kExtension: return SaveExtension(id);
    case Kind::kBuffer: return SaveBuffer(id);
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kFloat:
    case Kind::kStr: break;
  }
  PICKLEPROOF_CHECK(false);
}

bool Pickler::Impl::Advance() {
  Frame& frame = stack_.back();
  p_ = writer_.Room(p_, 0);
  switch (frame.task) {
    case Task::kFillList:
    case Task::kFillDict:
    case Task::kFillSet: EndBatch(); return true;
    case Task::kMarkedList:
    case Task::kMarkedDict: EndMarked(); return true;
    case Task::kTuple: EndTuple(); return true;
    case Task::kFrozenSet: EndFrozenSet(); return true;
    case Task::kSetCall: EndSetCall(); return true;
    case Task::kObject: return AdvanceObject();
    case Task::kSteps: return AdvanceSteps();
    case Task::kDeferred: return AdvanceDeferred();
    case Task::kPersistentId: return AdvancePersistentId();
  }
  PICKLEPROOF_CHECK(false);
}

// Writes a leaf in its plain form. False for everything else.
[[gnu::always_inline]] inline bool Pickler::Impl::SavePlainLeaf(char** position, NodeId id) {
  const Graph& graph = *graph_;
  char* p = *position;
  switch (graph.kind(id)) {
    case Kind::kNone: p = writer_.None(p); break;
    case Kind::kBool:
      p = PutOpcode(p, graph.BoolValue(id) ? Opcode::NEWTRUE : Opcode::NEWFALSE);
      break;
    case Kind::kInt:
      if (!graph.IsSmallInt(id)) return false;
      p = PickleWriter::ShortestInt(p, graph.SmallInt(id));
      break;
    case Kind::kFloat: p = PickleWriter::BinFloat(p, graph.FloatBits(id)); break;
    case Kind::kStr: {
      if (memo_.Has(id)) {
        p = writer_.Get(p, memo_.IndexOf(id));
        break;
      }
      // Shorter ones may be singles, longer ones need room.
      const std::string_view text = graph.Text(id);
      if (text.size() < 3 || text.size() > 255) return false;
      p = writer_.Put(writer_.ShortStr(p, text), memo_.Add(id));
      break;
    }
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet:
    case Kind::kGlobal:
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kExtension:
    case Kind::kBuffer:
      if (!memo_.Has(id)) return false;
      p = writer_.Get(p, memo_.IndexOf(id));
      break;
  }
  *position = p;
  return true;
}

// Begins a tuple, list or dict of one batch, which is in no memo, in its plain form. False for
// everything else, and where the stack must be looked at.
[[gnu::always_inline]] inline bool Pickler::Impl::OpenPlain(char** position, NodeId id) {
  const Graph& graph = *graph_;
  const Kind kind = graph.kind(id);
  if (kind != Kind::kTuple && kind != Kind::kList && kind != Kind::kDict) return false;
  const std::span<const NodeId> items = graph.Items(id);
  const size_t count = kind == Kind::kDict ? items.size() / 2 : items.size();
  if (count >= policy_.batch_size || stack_.size() >= next_check_) return false;
  char* p = *position;
  Task task = Task::kTuple;
  Opcode close = Opcode::TUPLE;
  bool mark = false;
  if (kind == Kind::kTuple) {
    constexpr Opcode kBySize[] = {Opcode::EMPTY_TUPLE, Opcode::TUPLE1, Opcode::TUPLE2,
                                  Opcode::TUPLE3};
    mark = count > 3;
    if (!mark) close = kBySize[count];
    if (count == 0) p = PutOpcode(p, close);
  } else {
    const bool list = kind == Kind::kList;
    mark = count > 1;
    task = list ? Task::kFillList : Task::kFillDict;
    close = list ? (mark ? Opcode::APPENDS : Opcode::APPEND)
                 : (mark ? Opcode::SETITEMS : Opcode::SETITEM);
    p = PutOpcode(p, list ? Opcode::EMPTY_LIST : Opcode::EMPTY_DICT);
    p = writer_.Put(p, memo_.Add(id));
  }
  if (mark) p = PutOpcode(p, Opcode::MARK);
  *position = p;
  if (count != 0) {
    stack_.Push(Frame{.next = items.data(),
                      .run_end = items.data() + items.size(),
                      .end = items.data() + items.size(),
                      .node = id,
                      .progress = memo_.nodes(),
                      .step = kNoNode,
                      .task = task,
                      .phase = 0,
                      .form = Form::kReduce,
                      .single = !mark,
                      .exact = false,
                      .close = close});
  }
  return true;
}

// Ends what OpenPlain() began. False for everything else.
[[gnu::always_inline]] inline bool Pickler::Impl::ClosePlain(char** position) {
  const Frame& frame = stack_.back();
  if (frame.close == kNoClose) return false;
  char* p = writer_.Room(*position, 0);
  if (frame.task == Task::kTuple) {
    if (memo_.Has(frame.node)) {  // recursive
      *position = p;
      return false;
    }
    p = writer_.Put(PutOpcode(p, frame.close), memo_.Add(frame.node));
  } else {
    p = PutOpcode(p, frame.close);
  }
  stack_.pop_back();
  *position = p;
  return true;
}

// Writes the items of the top frame's run, one after the other; whatever has parts pushes a frame
// and comes first. With kPlain the commonest forms are written right here, with the position in a
// register.
template <bool kPlain>
bool Pickler::Impl::Run() {
  char* p = p_;
  while (!stack_.empty()) {
    Frame* frame = &stack_.back();
    const NodeId* next = frame->next;
    const NodeId* end = frame->run_end;
    bool entered = false;
    while (next != end && !entered) {
      const NodeId id = *next++;
      p = writer_.Boundary(p);
      if constexpr (kPlain) {
        if (SavePlainLeaf(&p, id)) continue;
        frame->next = next;
        entered = true;
        if (OpenPlain(&p, id)) continue;
      }
      frame->next = next;
      p_ = p;
      if (!SaveLeaf(id)) {
        entered = true;
        if (!Enter(id)) return false;
      }
      p = p_;
    }
    if (entered) continue;
    frame->next = next;
    if constexpr (kPlain) {
      if (ClosePlain(&p)) continue;
    }
    p_ = p;
    if (writer_.over_limit()) {
      return Fail(
          ErrorCode::kLimit,
          fmt::format("the pickle has more than {} bytes: raise max_bytes", options_.max_bytes),
          "MemoryError");
    }
    if (!Advance()) return false;
    p = p_;
  }
  p_ = p;
  return true;
}

Pickler::Impl::Frame* Pickler::Impl::Push(Task task, NodeId node, std::span<const NodeId> run) {
  if (stack_.size() >= next_check_ && !CheckStack()) return nullptr;
  const NodeId* begin = run.data();
  const NodeId* end = begin + run.size();
  stack_.Push(Frame{.next = begin,
                    .run_end = end,
                    .end = end,
                    .node = node,
                    .progress = memo_.nodes(),
                    .step = kNoNode,
                    .task = task,
                    .phase = 0,
                    .form = Form::kReduce,
                    .single = false,
                    .exact = false,
                    .close = kNoClose});
  return &stack_.back();
}

// A value that is begun once more while it isn't complete comes to an end only where something new
// was memoized in between. (CPython finds the others by RecursionError.) To look at the stack each
// time it has doubled finds all of them and costs nothing to others.
bool Pickler::Impl::CheckStack() {
  if (stack_.size() >= options_.max_depth) {
    return Fail(
        ErrorCode::kLimit,
        fmt::format("values are nested more than {} deep: raise max_depth", options_.max_depth),
        "RecursionError");
  }
  next_check_ = std::min(stack_.size() * 2, options_.max_depth);
  std::unordered_map<NodeId, uint32_t> begun;  // progress by node
  for (const Frame& frame : stack_) {
    if (frame.node == kNoNode) continue;
    const auto [it, is_new] = begun.try_emplace(frame.node, frame.progress);
    if (is_new) continue;
    if (options_.fast) {
      return Fail(ErrorCode::kValue,
                  fmt::format("fast mode: can't pickle cyclic objects including a {}",
                              Name(graph_->kind(frame.node))),
                  "ValueError");
    }
    if (it->second == frame.progress) {
      return Fail(ErrorCode::kValue,
                  fmt::format("a {} contains itself through parts that must exist before it: "
                              "put a list or dict in between",
                              Name(graph_->kind(frame.node))),
                  "RecursionError");
    }
    it->second = frame.progress;
  }
  return true;
}

Pickler::Pickler(DumpOptions options) : impl_(std::make_unique<Impl>(options)) {}
Pickler::Pickler(Pickler&&) noexcept = default;
Pickler& Pickler::operator=(Pickler&&) noexcept = default;
Pickler::~Pickler() = default;

Result<void> Pickler::Dump(const Graph& graph, NodeId root, std::string& out) {
  return impl_->Dump(graph, root, out);
}

void Pickler::ClearMemo() { impl_->ClearMemo(); }

Result<std::string> Dump(const Graph& graph, const DumpOptions& options) {
  std::string out;
  if (Result<void> done = Pickler(options).Dump(graph, graph.root(), out); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return out;
}

}  // namespace pickleproof
