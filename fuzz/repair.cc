#include "fuzz/repair.h"

#include <algorithm>
#include <cstring>

#include "generators/opcode_arguments.h"
#include "harness/base/bytes.h"
#include "harness/base/utf8.h"
#include "harness/pickle/static_view.h"

namespace pickleproof {
namespace {

constexpr size_t kFrameLength = 8;
// What the longest supply of operands may take.
constexpr size_t kSupplyRoom = 16;
constexpr uint32_t kBuffers = 2;
// _pickle allocates all memo entries up to the largest index.
constexpr uint64_t kMaxMemoIndex = 70000;

bool IsPut(Opcode opcode) {
  return opcode == Opcode::PUT || opcode == Opcode::BINPUT || opcode == Opcode::LONG_BINPUT;
}

bool IsGet(Opcode opcode) {
  return opcode == Opcode::GET || opcode == Opcode::BINGET || opcode == Opcode::LONG_BINGET;
}

bool IsLineOfNumber(ArgKind kind) {
  return kind == ArgKind::kDecimalNlShort || kind == ArgKind::kDecimalNlLong ||
         kind == ArgKind::kFloatNl || kind == ArgKind::kStringNl;
}

}  // namespace

Repairer::Repairer() {
  stack_.reserve(256);
  marks_.reserve(256);
  memo_.reserve(256);
}

void Repairer::Begin() {
  stack_.clear();
  marks_.clear();
  for (const MemoEntry& entry : memo_) {
    if (entry.index < low_memo_.size()) low_memo_[entry.index] = 0;
  }
  memo_.clear();
  buffers_left_ = kBuffers;
  frame_ = 0;
}

bool Repairer::Repair(Choices& choices, std::string_view input, size_t max_size, bool keep_misfit,
                      std::string& out) {
  Begin();
  out_ = &out;
  end_ = out.size() + max_size;
  Decoder decoder(input);
  while (true) {
    const auto next = decoder.Next();
    if (!next || !*next || (**next).opcode == Opcode::STOP) break;
    if (!HasRoom((**next).raw.size() + kSupplyRoom)) break;
    if (!One(choices, **next, keep_misfit)) {
      Put(Opcode::STOP);
      if (frame_ != 0) CloseFrame();
      return true;
    }
    if (frame_ != 0 && out_->size() >= frame_end_) CloseFrame();
  }
  Finish(choices);
  return false;
}

bool Repairer::One(Choices& choices, const Instruction& instruction, bool keep_misfit) {
  const Opcode opcode = instruction.opcode;
  if (opcode == Opcode::PROTO) {
    const bool fits = instruction.number <= kHighestProtocol;
    if (fits || keep_misfit) out_->append(instruction.raw);
    return fits || !keep_misfit;
  }
  if (opcode == Opcode::FRAME) {
    Frame(instruction);
    return true;
  }
  if (IsPut(opcode) || IsGet(opcode) || opcode == Opcode::MEMOIZE) {
    Memo(choices, instruction);
    return true;
  }
  if (!Fits(opcode)) {
    if (keep_misfit && choices.Chance(1, 2)) {
      out_->append(instruction.raw);
      return false;
    }
    // Dropping makes programs shorter, supplying makes them longer; in the mean they stay.
    if (choices.Chance(1, 2) || !Supply(opcode)) return true;
  }
  Apply(Write(choices, instruction));
  return true;
}

bool Repairer::SliceIsHashable(size_t begin, size_t step) const {
  for (size_t i = begin; i < stack_.size(); i += step) {
    if ((stack_[i] & kHashable) == 0) return false;
  }
  return true;
}

bool Repairer::Fits(Opcode opcode) const {
  const size_t above = Above();
  const bool marked = !marks_.empty();
  const size_t slice = SliceBegin();
  // Of what lies below the topmost mark.
  const auto below = [&](Value kind) {
    if (!marked || slice < 2) return false;
    const Value value = stack_[slice - 2];
    return value == kind || value == kInert;
  };
  const auto is = [&](size_t depth, Value kind) {
    return At(depth) == kind || At(depth) == kInert;
  };
  const auto is_tuple = [&](size_t depth) {
    return At(depth) == kTuple || At(depth) == kHashableTuple;
  };
  switch (opcode) {
    case Opcode::APPEND: return above >= 2 && is(1, kList);
    case Opcode::SETITEM: return above >= 3 && is(2, kDict) && HashableAt(1);
    case Opcode::BUILD: return above >= 2 && At(1) == kInert;
    case Opcode::REDUCE:
    case Opcode::NEWOBJ: return above >= 2 && is_tuple(0) && At(1) == kInert;
    case Opcode::NEWOBJ_EX: return above >= 3 && false;  // keywords must be strings: see Supply()
    case Opcode::STACK_GLOBAL: return above >= 2 && At(0) == kText && At(1) == kText;
    case Opcode::DUP:
    case Opcode::TUPLE1:
    case Opcode::BINPERSID: return above >= 1;
    case Opcode::POP: return above >= 1 || marked;
    case Opcode::TUPLE2: return above >= 2;
    case Opcode::TUPLE3: return above >= 3;
    case Opcode::READONLY_BUFFER: return above >= 1 && At(0) == kBuffer;
    case Opcode::NEXT_BUFFER: return buffers_left_ > 0;
    case Opcode::TUPLE:
    case Opcode::LIST:
    case Opcode::INST:
    case Opcode::POP_MARK: return marked;
    case Opcode::DICT: return marked && above % 2 == 0 && SliceIsHashable(slice, 2);
    case Opcode::FROZENSET: return marked && SliceIsHashable(slice, 1);
    case Opcode::OBJ: return marked && above >= 1 && stack_[slice] == kInert;
    case Opcode::APPENDS: return below(kList);
    case Opcode::SETITEMS: return below(kDict) && above % 2 == 0 && SliceIsHashable(slice, 2);
    case Opcode::ADDITEMS: return below(kSet) && SliceIsHashable(slice, 1);
    default: return true;
  }
}

void Repairer::PushMark() {
  Put(Opcode::MARK);
  marks_.push_back(static_cast<uint32_t>(stack_.size()));
  stack_.push_back(kMark);
}

bool Repairer::Supply(Opcode opcode) {
  static constexpr std::string_view kNone = "N", kGlobal = "cm\nn\n";
  switch (opcode) {
    case Opcode::APPEND: Push("]", kList); break;
    case Opcode::SETITEM:
      Push("}", kDict);
      Push(kNone, kLeaf);
      break;
    case Opcode::BUILD: Push(kGlobal, kInert); break;
    case Opcode::REDUCE:
    case Opcode::NEWOBJ:
    case Opcode::NEWOBJ_EX:
      Push(kGlobal, kInert);
      Push(")", kHashableTuple);
      if (opcode == Opcode::NEWOBJ_EX) Push("}", kDict);
      return true;
    case Opcode::STACK_GLOBAL:
      Push(std::string_view("\x8c\x01m", 3), kText);
      Push(std::string_view("\x8c\x01n", 3), kText);
      return true;
    case Opcode::TUPLE3: Push(kNone, kLeaf); [[fallthrough]];
    case Opcode::TUPLE2: Push(kNone, kLeaf); break;
    case Opcode::DUP:
    case Opcode::POP:
    case Opcode::TUPLE1:
    case Opcode::BINPERSID: break;
    case Opcode::APPENDS:
      Push("]", kList);
      PushMark();
      return true;
    case Opcode::SETITEMS:
      Push("}", kDict);
      PushMark();
      return true;
    case Opcode::ADDITEMS:
      Push("\x8f", kSet);
      PushMark();
      return true;
    case Opcode::TUPLE:
    case Opcode::LIST:
    case Opcode::DICT:
    case Opcode::INST:
    case Opcode::FROZENSET:
    case Opcode::POP_MARK: PushMark(); return true;
    case Opcode::OBJ:
      PushMark();
      Push(kGlobal, kInert);
      return true;
    default: return false;  // buffers
  }
  Push(kNone, kLeaf);
  return true;
}

// What opcodes that take a mark leave.
void Repairer::ApplyMarked(Opcode opcode) {
  const size_t begin = SliceBegin();
  const bool hashable = SliceIsHashable(begin, 1);
  stack_.resize(begin - 1);
  marks_.pop_back();
  switch (opcode) {
    case Opcode::TUPLE: stack_.push_back(hashable ? kHashableTuple : kTuple); break;
    case Opcode::LIST: stack_.push_back(kList); break;
    case Opcode::DICT: stack_.push_back(kDict); break;
    case Opcode::FROZENSET: stack_.push_back(kFrozenSet); break;
    case Opcode::INST:
    case Opcode::OBJ: stack_.push_back(kInert); break;
    default: break;  // APPENDS and the like change what lies below
  }
}

void Repairer::Apply(Opcode opcode) {
  const auto fold = [&](size_t count) {
    const bool hashable = SliceIsHashable(stack_.size() - count, 1);
    Drop(count);
    stack_.push_back(hashable ? kHashableTuple : kTuple);
  };
  switch (opcode) {
    case Opcode::MARK:
      marks_.push_back(static_cast<uint32_t>(stack_.size()));
      stack_.push_back(kMark);
      return;
    case Opcode::DUP: stack_.push_back(At(0)); return;
    case Opcode::POP:
      if (At(0) == kMark) marks_.pop_back();
      Drop(1);
      return;
    case Opcode::APPEND:
    case Opcode::BUILD: Drop(1); return;
    case Opcode::SETITEM: Drop(2); return;
    case Opcode::TUPLE1: fold(1); return;
    case Opcode::TUPLE2: fold(2); return;
    case Opcode::TUPLE3: fold(3); return;
    case Opcode::NEWOBJ_EX: Drop(1); [[fallthrough]];
    case Opcode::STACK_GLOBAL:
    case Opcode::REDUCE:
    case Opcode::NEWOBJ: Drop(1); [[fallthrough]];
    case Opcode::BINPERSID: stack_.back() = kInert; return;
    case Opcode::READONLY_BUFFER: return;
    case Opcode::TUPLE:
    case Opcode::LIST:
    case Opcode::DICT:
    case Opcode::FROZENSET:
    case Opcode::INST:
    case Opcode::OBJ:
    case Opcode::POP_MARK:
    case Opcode::APPENDS:
    case Opcode::SETITEMS:
    case Opcode::ADDITEMS: ApplyMarked(opcode); return;
    case Opcode::EMPTY_LIST: stack_.push_back(kList); return;
    case Opcode::EMPTY_DICT: stack_.push_back(kDict); return;
    case Opcode::EMPTY_SET: stack_.push_back(kSet); return;
    case Opcode::EMPTY_TUPLE: stack_.push_back(kHashableTuple); return;
    case Opcode::BYTEARRAY8: stack_.push_back(kUnhashable); return;
    case Opcode::NEXT_BUFFER:
      --buffers_left_;
      stack_.push_back(kBuffer);
      return;
    case Opcode::GLOBAL:
    case Opcode::EXT1:
    case Opcode::EXT2:
    case Opcode::EXT4:
    case Opcode::PERSID: stack_.push_back(kInert); return;
    case Opcode::UNICODE:
    case Opcode::BINUNICODE:
    case Opcode::SHORT_BINUNICODE:
    case Opcode::BINUNICODE8: stack_.push_back(kText); return;
    default: stack_.push_back(kLeaf); return;
  }
}

// ---- Memo

void Repairer::Remember(uint64_t index, Value value) {
  if (index < low_memo_.size()) {
    uint16_t& slot = low_memo_[index];
    if (slot != 0) {
      memo_[slot - 1U].value = value;
      return;
    }
    if (memo_.size() < 0xffff) slot = static_cast<uint16_t>(memo_.size() + 1);
  } else if (const MemoEntry* known = Find(index)) {
    const_cast<MemoEntry*>(known)->value = value;
    return;
  }
  memo_.push_back({index, value});
}

auto Repairer::Find(uint64_t index) const -> const MemoEntry* {
  if (index < low_memo_.size()) {
    return low_memo_[index] == 0 ? nullptr : &memo_[low_memo_[index] - 1U];
  }
  for (const MemoEntry& entry : memo_) {
    if (entry.index == index) return &entry;
  }
  return nullptr;
}

void Repairer::Memo(Choices& choices, const Instruction& instruction) {
  const Opcode opcode = instruction.opcode;
  if (IsGet(opcode)) {
    const MemoEntry* entry = instruction.has_number ? Find(instruction.number) : nullptr;
    if (entry != nullptr) {
      out_->append(instruction.raw);
    } else {
      if (memo_.empty()) return;
      entry = &choices.Pick(memo_);
      if (entry->index < 256) {
        Put(Opcode::BINGET);
        *out_ += static_cast<char>(entry->index);
      } else {
        Put(Opcode::LONG_BINGET);
        AppendLittle(*out_, static_cast<uint32_t>(entry->index));
      }
    }
    stack_.push_back(entry->value);
    return;
  }
  if (Above() == 0) return;
  if (opcode == Opcode::MEMOIZE) {
    out_->append(instruction.raw);
    Remember(memo_.size(), stack_.back());
    return;
  }
  if (instruction.has_number && instruction.number <= kMaxMemoIndex) {
    out_->append(instruction.raw);
    Remember(instruction.number, stack_.back());
    return;
  }
  Put(Opcode::BINPUT);
  *out_ += static_cast<char>(instruction.number);
  Remember(instruction.number & 0xffU, stack_.back());
}

// ---- Frames

void Repairer::Frame(const Instruction& instruction) {
  if (frame_ != 0) return;
  Put(Opcode::FRAME);
  frame_ = out_->size();
  out_->append(kFrameLength, '\0');
  frame_end_ = out_->size() + std::min<uint64_t>(instruction.number, end_);
  if (instruction.number == 0) CloseFrame();
}

void Repairer::CloseFrame() {
  const uint64_t size = out_->size() - frame_ - kFrameLength;
  std::memcpy(out_->data() + frame_, &size, sizeof size);
  frame_ = 0;
}

// ---- Arguments

// Whether all loaders take the argument, as far as the machine's world can be foreseen.
bool Repairer::ArgumentIsGood(const Instruction& instruction) const {
  const ArgKind kind = FindOpcode(static_cast<uint8_t>(instruction.opcode))->arg;
  const std::string_view argument = instruction.argument;
  switch (instruction.opcode) {
    case Opcode::EXT1:
    case Opcode::EXT2:
    case Opcode::EXT4: return instruction.number != 0 && instruction.number <= 0x7fffffff;
    case Opcode::BINUNICODE:
    case Opcode::SHORT_BINUNICODE:
    case Opcode::BINUNICODE8: return IsUtf8(argument, true);
    case Opcode::BINSTRING:
    case Opcode::SHORT_BINSTRING:
    case Opcode::PERSID: return IsAscii(argument);
    case Opcode::GLOBAL:
    case Opcode::INST: {
      const size_t newline = argument.find('\n');
      const bool named = newline != 0 && newline + 1 < argument.size();
      return named &&
             (instruction.opcode == Opcode::INST ? IsAscii(argument) : IsUtf8(argument, false));
    }
    default: break;
  }
  return (!IsLineOfNumber(kind) && kind != ArgKind::kUnicodeStringNl) ||
         (IsAscii(argument) && !CheckArgument(instruction));
}

Opcode Repairer::Write(Choices& choices, const Instruction& instruction) {
  if (instruction.argument.empty() || ArgumentIsGood(instruction)) {
    const bool empty_line =
        instruction.argument.empty() && instruction.raw.size() == 2 &&
        IsLineOfNumber(FindOpcode(static_cast<uint8_t>(instruction.opcode))->arg);
    if (!empty_line) {
      out_->append(instruction.raw);
      return instruction.opcode;
    }
  }
  const size_t begin = out_->size();
  Put(instruction.opcode);
  if (instruction.opcode == Opcode::GLOBAL || instruction.opcode == Opcode::INST) {
    out_->append("m\nn\n");
    return instruction.opcode;
  }
  if (instruction.opcode == Opcode::EXT1) {
    *out_ += '\1';
  } else if (instruction.opcode == Opcode::EXT2) {
    out_->append(std::string_view("\1\0", 2));
  } else if (instruction.opcode == Opcode::EXT4) {
    out_->append(std::string_view("\1\0\0\0", 4));
  } else {
    AppendArgument(choices, FindOpcode(static_cast<uint8_t>(instruction.opcode))->arg, *out_);
  }
  if (HasRoom(0)) return instruction.opcode;
  // The new argument is too long. Every such opcode pushes a value, and so does this one.
  out_->resize(begin);
  Put(Opcode::NONE);
  return Opcode::NONE;
}

// ---- The end

void Repairer::Finish(Choices& choices) {
  // Mostly everything goes into the result; STOP does not mind what is left below.
  if (choices.Chance(3, 4)) {
    while (!marks_.empty() && HasRoom(1)) {
      const bool list = choices.Chance(1, 2);
      Put(list ? Opcode::LIST : Opcode::TUPLE);
      ApplyMarked(list ? Opcode::LIST : Opcode::TUPLE);
    }
    while (stack_.size() > 1 && marks_.empty() && HasRoom(1)) {
      const Opcode opcode = stack_.size() > 2 ? Opcode::TUPLE3 : Opcode::TUPLE2;
      Put(opcode);
      Apply(opcode);
    }
  }
  if (stack_.empty() || stack_.back() == kMark) Put(Opcode::NONE);
  Put(Opcode::STOP);
  if (frame_ != 0) CloseFrame();
}

}  // namespace pickleproof
