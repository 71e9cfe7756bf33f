#pragma once
// The pickle virtual machine, written once over a world. The machine decides: opcodes, stack,
// marks, memo, frames, limits, errors. A world only makes, changes and finds values: GraphWorld
// makes nodes of a graph, inert; a Python world makes objects. Static dispatch, so that the graph
// world pays nothing for the other.
//
// A World has
//   Value, a trivially copyable handle, and kNoValue, which no value equals;
//   Share(v), Drop(v): one more reference, one less;
//   makers None() Bool(b) Int(i) Long(two's complement) Float(bits) Text(kind, bytes, borrowed)
//     Tuple(items) List(items) Empty(kind) Dict(keys and values) FrozenSet(items) NextBuffer(), ...
//   changers Append(target, items, single), SetItems, AddItems, Build, ReadOnly
//   finders Global(module, name, protocol), Extension(code), Persistent(pid), Call(how, callable,
//     args), New(cls, args, kwargs).
// Each returns kNoValue or false where it fails, and then error() says why. Items passed to a maker
// or changer are consumed.
//
// A World may also have these, which take the place of the machine's own way where they exist:
//   DecodePy2(bytes)        a Python 2 string, in any encoding;
//   IntText(line, base)     the int of a line, base 0 or 10;
//   CheckedText(bytes)      a str from bytes that may be no UTF-8;
//   kFailsForGood           a maker that has failed must not be asked again;
//   GlobalOf(module, name, protocol)  for STACK_GLOBAL, from values; consumes nothing.
//
// Source: CPython Modules/_pickle.c, function load() and the load_* functions, unless a quirk of
// the profile says otherwise (quirk.def).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "harness/base/bytes.h"
#include "harness/base/pool.h"
#include "harness/base/utf8.h"
#include "harness/pickle/input.h"
#include "harness/pickle/load_options.h"
#include "harness/pickle/opcode.h"
#include "harness/pickle/outcome.h"
#include "harness/pickle/text_codec.h"

namespace pickleproof {

template <class World>
class Machine {
 public:
  using Value = typename World::Value;

  Machine(World& world, const LoadOptions& options)
      : world_(world), options_(options), encoding_(FindTextEncoding(options.encoding)) {
    memo_.set_limit(options.limits.memo);
    marks_.set_limit(options.limits.depth);
  }

  // Reads one pickle from the front of `data`. The memo of earlier loads is still there.
  Verdict Load(std::string_view data);
  // The same from where `input` stands, which is left behind the pickle.
  Verdict Load(Input& input);

  // Of the last load: its value where accepted, else the error; bytes read.
  Value value() const { return value_; }
  const Error& error() const { return error_; }
  uint64_t consumed() const { return consumed_; }
  // What its PROTO said; 0 without one.
  int protocol() const { return protocol_; }
  // The index that the last GET of an unset one asked for.
  uint64_t missing_memo() const { return missing_memo_; }

  void ClearMemo() {
    // Emptied first: to drop a value may run code that looks at the memo.
    Pool<Value> dense(std::move(memo_));
    memo_.set_limit(options_.limits.memo);
    std::unordered_map<uint64_t, Value> sparse;
    if (!sparse_memo_.empty()) sparse.swap(sparse_memo_);
    huge_indices_.clear();
    memo_holes_ = 0;
    for (const Value v : dense) Drop(v);
    for (const auto& [index, v] : sparse) Drop(v);
    dense.clear();
    if (memo_.empty()) memo_.swap(dense);  // keeps its memory
  }
  // Held by memo and stack.
  size_t MemoryBytes() const {
    return memo_.capacity_bytes() + stack_.capacity_bytes() + marks_.capacity_bytes();
  }
  // Calls visit(index, value) for each entry.
  template <class Visit>
  void ForEachMemo(Visit visit) const {
    for (size_t i = 0; i < memo_.size(); ++i) {
      if (memo_[i] != World::kNoValue) visit(uint64_t{i}, memo_[i]);
    }
    for (const auto& [index, v] : sparse_memo_) visit(index, v);
  }
  // Sets an entry and takes the reference over. False where Limits.memo is hit.
  bool MemoSet(uint64_t index, Value v) {
    return index == memo_.size() && sparse_memo_.empty() ? memo_.Push(v) : MemoPut(index, v);
  }
  Value MemoGet(uint64_t index) const {
    if (index < memo_.size()) return memo_[index];
    if (sparse_memo_.empty()) return World::kNoValue;
    const auto found = sparse_memo_.find(index);
    return found == sparse_memo_.end() ? World::kNoValue : found->second;
  }

 protected:  // for the planted bugs of fuzz/puzzle_machine.h
  struct Registers {
    const char* next;
    const char* limit;
    Value* top;  // one past the topmost value
  };
  // How an instruction ended. kDone goes on with the next one; kCareful asks Execute to do it.
  enum class Step : uint8_t { kDone, kCareful, kStop, kFailed };

  // ---- The loops, and the instructions that need care. RunPlain and what it calls keep Registers
  // in registers, so what takes them by reference there must be inlined.

  Verdict Run(Input& input);
  Step RunPlain(Registers& registers);
  Step Refuel(Registers& r);
  Step Execute(Registers& r, Input& input);
  Step ExecuteFamily(Opcode opcode, Registers& r, Input& input);
  Step ExecuteNumber(Opcode opcode, Registers& r, Input& input);
  Step ExecuteText(Opcode opcode, Registers& r, Input& input);
  Step ExecuteCounted(Opcode opcode, Registers& r, Input& input);
  Step ExecuteMemo(Opcode opcode, Registers& r, Input& input);
  // `digits` are of an index beyond 63 bits.
  Step ExecuteHugeMemo(Opcode opcode, Registers& r, const std::string& digits);
  Step ExecuteStack(Opcode opcode, Registers& r);
  Step ExecuteObject(Opcode opcode, Registers& r, Input& input);
  Step ExecutePersistentId(Opcode opcode, Registers& r, Input& input);

  bool Has(Quirk quirk) const { return options_.profile.has(quirk); }
  void Drop(Value v) {
    if (v != World::kNoValue) world_.Drop(v);
  }

  // ---- Errors

  [[gnu::cold, gnu::noinline]] Step Fail(ErrorCode code, const char* message,
                                         const char* exception = "UnpicklingError") {
    error_ = {code, kNoOffset, message, exception};
    return Step::kFailed;
  }
  [[gnu::cold, gnu::noinline]] Step Underflow() {
    return marks_.empty() ? Fail(ErrorCode::kStack, "the stack has too few values")
                          : Fail(ErrorCode::kMark, "a mark where a value must be");
  }
  [[gnu::cold, gnu::noinline]] Step WorldFailed() {
    error_ = world_.error();
    return Step::kFailed;
  }
  [[gnu::cold, gnu::noinline]] Step InputFailed(const Input& input) {
    error_ = input.error();
    return Step::kFailed;
  }

  // ---- Stack. Room for one more value is ensured before each instruction.

  [[gnu::always_inline]] Step Push(Registers& r, Value v) {
    if (v == World::kNoValue) [[unlikely]]
      return WorldFailed();
    *r.top++ = v;
    return Step::kDone;
  }
  bool GrowStack(Registers& r) {
    const auto size = static_cast<size_t>(r.top - stack_.data());
    const size_t fence = static_cast<size_t>(fence_ - stack_.data());
    stack_.truncate(size);
    if (!stack_.Reserve(size + kRoom)) return false;
    r.top = stack_.data() + size;
    fence_ = stack_.data() + fence;
    stack_end_ = stack_.data() + stack_.capacity_bytes() / sizeof(Value);
    return true;
  }
  [[gnu::always_inline]] size_t Above(const Registers& r) const {
    return static_cast<size_t>(r.top - fence_);
  }
  // Takes the topmost mark off; the values above it start at the result. nullptr without a mark.
  [[gnu::always_inline]] Value* PopMark() {
    if (marks_.empty()) return nullptr;
    Value* mark = stack_.data() + marks_.back();
    marks_.pop_back();
    fence_ = stack_.data() + (marks_.empty() ? 0 : marks_.back());
    return mark;
  }
  Step NoMark() { return Fail(ErrorCode::kMark, "no mark on the stack"); }
  static std::span<const Value> From(const Value* first, const Registers& r) {
    return {first, static_cast<size_t>(r.top - first)};
  }
  void DropFrom(Value* first, Registers& r) {
    for (Value* v = first; v != r.top; ++v) world_.Drop(*v);
    r.top = first;
  }

  // ---- Input

  // The next `size` bytes, or nullptr.
  const char* Take(Registers& r, Input& input, uint64_t size) {
    if (size <= static_cast<uint64_t>(r.limit - r.next)) [[likely]] {
      const char* taken = r.next;
      r.next += size;
      return taken;
    }
    return TakeSlow(r, input, size);
  }
  [[gnu::noinline]] const char* TakeSlow(Registers& r, Input& input, uint64_t size) {
    input.set_next(r.next);
    const char* taken = input.Take(size);
    r.next = input.next();
    r.limit = input.limit();
    return taken;
  }
  std::optional<std::string_view> Line(Registers& r, Input& input) {
    input.set_next(r.next);
    const auto line = input.Line();
    r.next = input.next();
    r.limit = input.limit();
    return line;
  }
  template <typename T>
  static T Number(const char* bytes) {
    return LoadLittle<T>(bytes);
  }

  // ---- Plain instructions, with their opcodes still to be read: machine_plain.h

  [[gnu::always_inline]] static Registers& Next(Registers& r) {
    ++r.next;
    return r;
  }
  [[gnu::always_inline]] inline Step PlainPush(Registers& r, size_t size, Value v);
  template <typename T>
  [[gnu::always_inline]] inline Step PlainInt(Registers& r);
  [[gnu::always_inline]] inline Step PlainLong(Registers& r);
  [[gnu::always_inline]] inline Step PlainFloat(Registers& r);
  [[gnu::always_inline]] inline Step PlainText(Registers& r);
  template <typename T>
  [[gnu::always_inline]] inline Step PlainPut(Registers& r);
  [[gnu::always_inline]] inline Step PlainSmallInts(Registers& r, uint64_t& credit);
  [[gnu::always_inline]] inline Step PlainGets(Registers& r, uint64_t& credit);

  // ---- Parts of instructions, with their opcodes read

  [[gnu::always_inline]] inline Step Mark(Registers& r);
  [[gnu::always_inline]] inline Step Memoize(Registers& r, uint64_t index);
  // `first` is what PopMark() gave, or where the operands of APPEND or SETITEM start.
  [[gnu::always_inline]] inline Step MarkedTuple(Registers& r, Value* first);
  [[gnu::always_inline]] inline Step Appends(Registers& r, Value* first, bool single);
  [[gnu::always_inline]] inline Step SetItems(Registers& r, Value* first);
  [[gnu::always_inline]] inline Step FoldTuple(Registers& r, size_t size);
  [[gnu::always_inline]] inline Step NewObject(Registers& r);
  [[gnu::always_inline]] inline Step Build(Registers& r);
  Step PushUtf8(Registers& r, const char* bytes, uint64_t size);
  Step PushInt(Registers& r, const std::optional<IntText>& parsed);
  Step PushPy2(Registers& r, std::string_view bytes, bool borrowed);
  bool MemoPut(uint64_t index, Value v);
  uint64_t MemoCount() const { return memo_.size() - memo_holes_ + sparse_memo_.size(); }
  Step Get(Registers& r, uint64_t index);
  Step FindByLines(bool is_inst, Registers& r, Input& input);
  Step AddItems(Registers& r, Value* first);

  // Instructions that may be run before the stack must be asked for room again, at least.
  static constexpr size_t kRoom = 64;

  World& world_;
  const LoadOptions& options_;
  std::optional<TextEncoding> encoding_;
  Pool<Value> stack_;
  Value* fence_ = nullptr;  // of the topmost mark; values below it can't be reached
  Value* stack_end_ = nullptr;
  Pool<size_t> marks_;
  Pool<Value> memo_;
  std::unordered_map<uint64_t, Value> sparse_memo_;
  // By their decimal digits the indices beyond 63 bits, and what they are called in sparse_memo_.
  std::unordered_map<std::string, uint64_t> huge_indices_;
  size_t memo_holes_ = 0;  // indices below memo_.size() that were never set
  uint64_t steps_left_ = 0;
  uint64_t missing_memo_ = 0;
  int protocol_ = 0;
  Value value_ = World::kNoValue;
  Error error_;
  uint64_t consumed_ = 0;
};

}  // namespace pickleproof

#include "harness/pickle/machine_run.h"
