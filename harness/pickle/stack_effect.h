#pragma once
// What instructions do to stack and memo, as far as it can be known without building anything: the
// crude emulation of CPython Lib/pickletools.py, dis(). Where dis() raises, the error is part of
// the effect and the emulation carries on, so that a whole broken pickle can be shown.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/base/error.h"
#include "harness/graph/mix.h"
#include "harness/pickle/decoder.h"

namespace pickleproof {

// A global whose module and name can be read off the instructions: those of GLOBAL and INST, and of
// STACK_GLOBAL where both strings were pushed by opcodes, perhaps by way of the memo. As written,
// without the renaming of fix_imports.
struct StaticGlobal {
  uint64_t offset = 0;  // of the instruction that looks it up
  std::string module;
  std::string name;

  friend bool operator==(const StaticGlobal&, const StaticGlobal&) = default;
};

// The text that a string opcode pushes, as generalized UTF-8; nothing for other opcodes and for
// arguments that no reader decodes. Strings of Python 2 count where they are ASCII.
std::optional<std::string> StaticText(Opcode opcode, std::string_view argument);

struct StackEffect {
  size_t depth = 0;                    // marks open before the instruction
  std::optional<uint64_t> mark;        // the offset of the MARK that it pops
  std::optional<std::string> memo;     // the key that it stores to, in decimal
  std::optional<StaticGlobal> global;  // the global that it looks up, where known
  // What dis() raises: kMark, kMemo or kStack, at the instruction.
  std::optional<Error> error;
};

class StackEmulator {
 public:
  // Instructions in order, of one pickle. Their bytes must stay where they are until Clear(). STOP
  // pops its value like any other opcode.
  StackEffect Apply(const Instruction& instruction);

  // Values and marks on the stack. dis() demands 0 after STOP.
  size_t stack_size() const { return stack_.size(); }

  void Clear();

 private:
  // What lies on the stack: a mark, or the opcode that pushed a value and its argument.
  struct Item {
    bool is_mark = false;
    Opcode opcode = Opcode::NONE;
    std::string_view argument;
  };
  struct MixedHash {
    size_t operator()(uint64_t key) const { return MixOne(key); }
  };

  // Takes everything down to the last mark off the stack.
  void PopMark(StackEffect& effect, uint64_t offset);
  void Store(const Instruction& instruction, StackEffect& effect);
  const Item* Fetch(const Instruction& instruction, StackEffect& effect) const;
  void LookUpGlobal(const Instruction& instruction, StackEffect& effect) const;
  size_t memo_size() const { return memo_.size() + odd_memo_.size(); }

  std::vector<Item> stack_;
  std::vector<uint64_t> marks_;  // offsets; may outnumber the marks on the stack, as in dis()
  std::unordered_map<uint64_t, Item, MixedHash> memo_;
  // Keys of PUT below 0 and from 2**64 on, in decimal.
  std::unordered_map<std::string, Item> odd_memo_;
};

}  // namespace pickleproof
