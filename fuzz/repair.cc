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
