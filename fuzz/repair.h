#pragma once
// Makes almost any bytes a pickle that loads: instructions whose operands are missing or of the
// wrong kind are dropped or given operands, arguments that mean nothing are replaced, frames are
// made to fit, and there is a STOP. Kept apart from the mutator because it is a law of its own:
// what it returns is accepted by our machine, nearly always.
//
// The opposite of damage. It keeps the same account of the stack as ProgramGenerator
// (generators/opcode_programs.h), but follows a program instead of making one.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generators/choices.h"
#include "harness/pickle/decoder.h"

namespace pickleproof {

class Repairer {
 public:
  Repairer();

  // Appends the repaired program to `out`, at most `max_size` bytes of it (at least 2). Ends at the
  // first STOP or the first byte that can't be decoded. The same choices give the same bytes.
  // Where `keep_misfit`, some instruction that does not fit, if there is one, is left as it is,
  // with STOP behind it: a program that fails late. True where that happened.
  bool Repair(Choices& choices, std::string_view input, size_t max_size, bool keep_misfit,
              std::string& out);

 private:
  // What is known about a value on the stack; the high bit tells that it is hashable.
  enum Value : uint8_t {
    kMark = 0,
    kList,
    kDict,
    kSet,
    kBuffer,
    kUnhashable,
    kTuple,
    kHashable = 0x80,
    kLeaf = kHashable,
    kText,
    kInert,
    kFrozenSet,
    kHashableTuple,
  };
  struct MemoEntry {
    uint64_t index;
    Value value;
  };

  void Begin();
  // Whether room for `size` bytes and the end of the program is left.
  bool HasRoom(size_t size) const { return out_->size() + size + kEnding <= end_; }
  // False where the instruction was left as it is although it does not fit.
  bool One(Choices& choices, const Instruction& instruction, bool keep_misfit);
  bool Fits(Opcode opcode) const;
  // Pushes what the opcode needs; false where that is not to be had.
  bool Supply(Opcode opcode);
  void Apply(Opcode opcode);
  void ApplyMarked(Opcode opcode);
  void Memo(Choices& choices, const Instruction& instruction);
  void Frame(const Instruction& instruction);
  // Writes the instruction with an argument that means something; the opcode that was written.
  Opcode Write(Choices& choices, const Instruction& instruction);
  bool ArgumentIsGood(const Instruction& instruction) const;
  void Finish(Choices& choices);

  void Push(std::string_view bytes, Value value) {
    out_->append(bytes);
    stack_.push_back(value);
  }
  void PushMark();
  void Put(Opcode opcode) { *out_ += static_cast<char>(opcode); }
  size_t Above() const { return stack_.size() - SliceBegin(); }
  size_t SliceBegin() const { return marks_.empty() ? 0 : marks_.back() + 1; }
  Value At(size_t depth) const { return stack_[stack_.size() - 1 - depth]; }
  bool HashableAt(size_t depth) const { return (At(depth) & kHashable) != 0; }
  bool SliceIsHashable(size_t begin, size_t step) const;
  void Drop(size_t count) { stack_.resize(stack_.size() - count); }
  void Remember(uint64_t index, Value value);
  const MemoEntry* Find(uint64_t index) const;
  void CloseFrame();

  // N and STOP.
  static constexpr size_t kEnding = 2;

  std::string* out_ = nullptr;
  size_t end_ = 0;
  std::vector<Value> stack_;
  std::vector<uint32_t> marks_;
  std::vector<MemoEntry> memo_;
  std::array<uint16_t, 256> low_memo_{};  // 1 + position in memo_, of indices below 256
  uint32_t buffers_left_ = 0;
  size_t frame_ = 0;      // where the open frame's length is; 0 where none is open
  size_t frame_end_ = 0;  // in the output, where the frame ought to end
};

}  // namespace pickleproof
