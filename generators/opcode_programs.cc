#include "generators/opcode_programs.h"

#include <algorithm>
#include <cstring>

#include "generators/leaves.h"
#include "generators/opcode_arguments.h"
#include "harness/base/bytes.h"
#include "harness/base/check.h"

namespace pickleproof {
namespace {

constexpr size_t kFrameHeader = 8;
constexpr int kMostDraws = 16;

char Byte(Opcode opcode) { return static_cast<char>(opcode); }

}  // namespace

void ProgramGenerator::Begin(Choices& choices, std::string& out) {
  stack_.clear();
  marks_.clear();
  memo_.clear();
  buffers_left_ = shape_.buffers;
  frame_ = 0;
  if (shape_.protocol >= 2 && !choices.Chance(1, 8)) {
    out += Byte(Opcode::PROTO);
    out += static_cast<char>(choices.Between(2, static_cast<uint64_t>(shape_.protocol)));
  }
  // Under a mark nothing is lost: in the end it all goes into one tuple, list or dict.
  if (choices.Chance(1, 2)) PushMark(out);
}

void ProgramGenerator::WellFormed(Choices& choices, std::string& out) {
  Begin(choices, out);
  uint64_t left = choices.Between(shape_.min_instructions, shape_.max_instructions);
  for (; left > 0; --left) {
    const Row& row = rows_[choices.Pick(drawn_)];
    // Using what is there makes deeper programs than supplying operands each time.
    Emit(choices, row, choices.Chance(1, 2), out);
    if (frame_ != 0 && frame_instructions_-- == 0) CloseFrame(out);
  }
  Finish(choices, out);
}

void ProgramGenerator::Emit(Choices& choices, const Row& row, bool supply, std::string& out) {
  if (!Fits(row)) {
    if (!supply) return;
    Supply(choices, row, out);
    if (!Fits(row)) return;  // no buffer left, no frame within a frame
  }
  Apply(choices, row, out);
}

// Takes marks and all values but one off the stack, by making something of them, and stops.
void ProgramGenerator::Finish(Choices& choices, std::string& out) {
  if (stack_.empty() || stack_.back() == kMark) PushLeaf(choices, false, out);
  // STOP does not mind what lies below its value.
  const bool tidy = !choices.Chance(1, 16);
  while (tidy && stack_.size() > 1) {
    static constexpr std::array<Opcode, 6> kMarked = {Opcode::TUPLE,    Opcode::LIST,
                                                      Opcode::DICT,     Opcode::APPENDS,
                                                      Opcode::SETITEMS, Opcode::ADDITEMS};
    static constexpr std::array<Opcode, 6> kPlain = {Opcode::TUPLE2, Opcode::TUPLE3,
                                                     Opcode::APPEND, Opcode::SETITEM,
                                                     Opcode::BUILD,  Opcode::POP};
    const Row& drawn = RowOf(marks_.empty() ? choices.Pick(kPlain) : choices.Pick(kMarked));
    if (drawn.protocol <= shape_.protocol && Fits(drawn)) {
      Apply(choices, drawn, out);
    } else if (!marks_.empty()) {
      Apply(choices, RowOf(Opcode::TUPLE), out);
    } else {
      Apply(choices, RowOf(shape_.protocol >= 2 ? Opcode::TUPLE2 : Opcode::POP), out);
    }
  }
  out += Byte(Opcode::STOP);
  if (frame_ != 0) CloseFrame(out);
}

size_t ProgramGenerator::SliceBegin() const { return marks_.empty() ? 0 : marks_.back() + 1; }

bool ProgramGenerator::SliceIsHashable(size_t begin, size_t step) const {
  for (size_t i = begin; i < stack_.size(); i += step) {
    if ((stack_[i] & kHashable) == 0) return false;
  }
  return true;
}

// Whether the operands of an opcode are there, going by the words of its row.
bool ProgramGenerator::Fits(const Row& row) const {
  size_t size = stack_.size();
  for (size_t i = row.before_count; i > 0; --i) {
    const Word word = row.before[i - 1];
    if (word == Word::kSlice) {
      if (marks_.empty()) return false;
      size = marks_.back() + 1;
      continue;
    }
    if (size == 0) return false;
    const Value top = stack_[--size];
    switch (word) {
      case Word::kMark:
        if (top != kMark) return false;
        break;
      case Word::kList:
        if (top != kList && top != kInert) return false;
        break;
      case Word::kDict:
        if (top != kDict && top != kInert) return false;
        break;
      case Word::kSet:
        if (top != kSet && top != kInert) return false;
        break;
      case Word::kStr:
        if (top != kName) return false;
        break;
      case Word::kBuffer:
        if (top != kBuffer) return false;
        break;
      case Word::kAny:
      case Word::kLeaf:
      case Word::kTuple:
      case Word::kFrozenSet:
      case Word::kByteArray:
      case Word::kSlice:
        if (top == kMark) return false;
    }
  }
  return FitsSpecially(row.opcode);
}

// What the words do not say.
bool ProgramGenerator::FitsSpecially(Opcode opcode) const {
  const size_t slice = SliceBegin();
  const size_t count = stack_.size() - slice;
  const auto hashable = [&](size_t depth) {
    return (stack_[stack_.size() - 1 - depth] & kHashable) != 0;
  };
  const auto is_tuple = [&](size_t depth) {
    return TopIs(depth, kTuple) || TopIs(depth, kHashableTuple);
  };
  switch (opcode) {
    case Opcode::SETITEM: return hashable(1);
    case Opcode::DICT:
    case Opcode::SETITEMS: return count % 2 == 0 && SliceIsHashable(slice, 2);
    case Opcode::FROZENSET:
    case Opcode::ADDITEMS: return SliceIsHashable(slice, 1);
    case Opcode::REDUCE:
    case Opcode::NEWOBJ: return is_tuple(0) && TopIs(1, kInert);
    case Opcode::NEWOBJ_EX: return false;  // keywords must be strings, which only Supply() makes
    case Opcode::BUILD: return TopIs(1, kInert);
    case Opcode::OBJ: return count > 0 && stack_[slice] == kInert;
    case Opcode::PUT:
    case Opcode::BINPUT:
    case Opcode::LONG_BINPUT: return !stack_.empty() && stack_.back() != kMark;
    case Opcode::GET:
    case Opcode::LONG_BINGET: return !memo_.empty();
    case Opcode::BINGET:
      return std::any_of(memo_.begin(), memo_.end(),
                         [](const MemoEntry& entry) { return entry.index < 256; });
    case Opcode::NEXT_BUFFER: return buffers_left_ > 0;
    case Opcode::FRAME: return frame_ == 0;
    default: return true;
  }
}

void ProgramGenerator::Remember(uint32_t index, Value value) {
  for (MemoEntry& entry : memo_) {
    if (entry.index == index) {
      entry.value = value;
      return;
    }
  }
  memo_.push_back({index, value});
}

void ProgramGenerator::ApplyMemo(Choices& choices, Opcode opcode, std::string& out) {
  const auto count = static_cast<uint32_t>(memo_.size());
  if (opcode == Opcode::MEMOIZE) {
    out += Byte(opcode);
    Remember(count, stack_.back());
    return;
  }
  const bool put =
      opcode == Opcode::PUT || opcode == Opcode::BINPUT || opcode == Opcode::LONG_BINPUT;
  const bool one_byte = opcode == Opcode::BINPUT || opcode == Opcode::BINGET;
  MemoEntry entry{count, kLeaf};
  if (put) {
    static constexpr std::array<uint32_t, 6> kIndices = {255, 256, 257, 65535, 65536, 1};
    if (choices.Chance(1, 8)) entry.index = std::min(choices.Pick(kIndices), shape_.max_memo);
    if (one_byte) entry.index %= 256;
    Remember(entry.index, stack_.back());
  } else {
    size_t at = choices.Below(memo_.size());
    // Not until one fits: decisions that have run out pick the first for ever.
    for (int tries = 0; one_byte && memo_[at].index > 255 && tries < kMostDraws; ++tries) {
      at = choices.Below(memo_.size());
    }
    while (one_byte && memo_[at].index > 255) at = (at + 1) % memo_.size();
    entry = memo_[at];
    stack_.push_back(entry.value);
  }
  out += Byte(opcode);
  if (one_byte) {
    out += static_cast<char>(entry.index);
  } else if (opcode == Opcode::PUT || opcode == Opcode::GET) {
    out += std::to_string(entry.index);
    out += '\n';
  } else {
    AppendLittle(out, entry.index);
  }
}

// Writes an instruction whose operands are there and keeps account of what it does.
void ProgramGenerator::Apply(Choices& choices, const Row& row, std::string& out) {
  const Opcode opcode = row.opcode;
  switch (opcode) {
    case Opcode::MARK: PushMark(out); return;
    case Opcode::FRAME: OpenFrame(choices, out); return;
    case Opcode::PUT:
    case Opcode::BINPUT:
    case Opcode::LONG_BINPUT:
    case Opcode::MEMOIZE:
    case Opcode::GET:
    case Opcode::BINGET:
    case Opcode::LONG_BINGET: ApplyMemo(choices, opcode, out); return;
    case Opcode::DUP:
      out += Byte(opcode);
      stack_.push_back(stack_.back());
      return;
    case Opcode::PROTO:
      out += Byte(opcode);
      out += static_cast<char>(choices.Below(kHighestProtocol + 1));
      return;
    default: break;
  }
  if (row.before_count == 0 && row.arg != ArgKind::kNone) {
    Push(choices, opcode, out);
    return;
  }
  out += Byte(opcode);
  if (opcode == Opcode::INST) {
    // Its names must be ASCII, unlike GLOBAL's.
    const NamedGlobal& global = GlobalLeaf(choices, 0, true);
    out.append(global.module).append("\n").append(global.name).append("\n");
  }
  if (opcode == Opcode::NEXT_BUFFER) --buffers_left_;
  bool hashable = true;
  for (size_t i = row.before_count; i > 0; --i) {
    if (row.before[i - 1] == Word::kSlice) {
      const size_t begin = SliceBegin();
      hashable = hashable && SliceIsHashable(begin, 1);
      stack_.resize(begin);
      continue;
    }
    if (row.before[i - 1] == Word::kMark) marks_.pop_back();
    hashable = hashable && (stack_.back() & kHashable) != 0;
    // What an opcode changes in place stays what it is: a list or something inert.
    if (i == 1 && row.has_after && row.before[0] == row.after && row.after != Word::kAny) return;
    if (i == 1 && opcode == Opcode::BUILD) return;
    stack_.pop_back();
  }
  if (!row.has_after) return;
  Value value = kLeaf;
  switch (row.after) {
    case Word::kList: value = kList; break;
    case Word::kDict: value = kDict; break;
    case Word::kSet: value = kSet; break;
    case Word::kBuffer: value = kBuffer; break;
    case Word::kByteArray: value = kUnhashable; break;
    case Word::kTuple: value = hashable || row.before_count == 0 ? kHashableTuple : kTuple; break;
    case Word::kFrozenSet: value = kFrozenSet; break;
    case Word::kAny: value = kInert; break;
    case Word::kLeaf:
    case Word::kStr:
    case Word::kMark:
    case Word::kSlice: break;
  }
  stack_.push_back(value);
}

void ProgramGenerator::OpenFrame(Choices& choices, std::string& out) {
  out += Byte(Opcode::FRAME);
  frame_ = out.size();
  out.append(kFrameHeader, '\0');
  frame_instructions_ = static_cast<uint32_t>(choices.Below(12));
}

void ProgramGenerator::CloseFrame(std::string& out) {
  const uint64_t size = out.size() - frame_ - kFrameHeader;
  std::memcpy(out.data() + frame_, &size, sizeof size);
  frame_ = 0;
}

}  // namespace pickleproof
