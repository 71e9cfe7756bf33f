#pragma once
// Random opcode programs: what no pickler writes but every reader must answer alike. The generator
// keeps account of the stack by the before and after columns of opcode.def, and of marks, memo and
// kinds beside them.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generators/choices.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

struct ProgramShape {
  uint32_t min_instructions = 2;  // besides PROTO and those that clear the stack in the end
  uint32_t max_instructions = 40;
  int protocol = kHighestProtocol;  // only opcodes up to this one
  bool persistent_ids = true;
  bool extensions = true;
  uint32_t buffers = 2;       // out-of-band buffers that readers are given
  uint32_t max_memo = 70000;  // memo indices; _pickle allocates an array up to the largest
};

// Reusable; one object for many programs.
class ProgramGenerator {
 public:
  explicit ProgramGenerator(ProgramShape shape = {});

  // Appends a program that ends with STOP over at least one value and that every inert reader
  // accepts, when given what the shape names and an ASCII encoding: operands have the kinds that
  // their opcodes need, keys are hashable, frames fit.
  void WellFormed(Choices& choices, std::string& out);

  // Appends a program in which something is wrong, mostly: operands that are missing or of the
  // wrong kind, arguments that are broken, bytes that are no opcode, frames that do not fit, no
  // STOP.
  void Malformed(Choices& choices, std::string& out);

 private:
  // What is known about a value on the stack; the high bit tells that it is hashable.
  enum Value : uint8_t {
    kMark = 0,
    kList = 1,
    kDict = 2,
    kSet = 3,
    kBuffer = 4,
    kUnhashable = 5,  // bytearray
    kTuple = 6,
    kHashable = 0x80,
    kLeaf = kHashable,  // None, bool, number, text
    kName,              // text that can name a module or a global
    kFrozenSet,
    kInert,
    kHashableTuple = kHashable | kTuple,
  };
  // A word of the before and after columns.
  enum class Word : uint8_t {
    kAny,
    kLeaf,
    kList,
    kTuple,
    kDict,
    kSet,
    kFrozenSet,
    kByteArray,
    kStr,
    kBuffer,
    kMark,
    kSlice
  };
  struct Row {
    Opcode opcode;
    ArgKind arg;
    int protocol = 0;
    std::array<Word, 3> before;
    uint8_t before_count = 0;
    Word after = Word::kAny;
    bool has_after = false;
  };
  struct MemoEntry {
    uint32_t index;
    Value value;
  };

  static Word WordOf(std::string_view text);
  void Begin(Choices& choices, std::string& out);
  void Finish(Choices& choices, std::string& out);
  // One instruction, and what it needs before it where `supply`.
  void Emit(Choices& choices, const Row& row, bool supply, std::string& out);
  const Row& RowOf(Opcode opcode) const { return rows_[static_cast<uint8_t>(opcode)]; }
  bool Fits(const Row& row) const;
  bool FitsSpecially(Opcode opcode) const;
  void Apply(Choices& choices, const Row& row, std::string& out);
  void ApplyMemo(Choices& choices, Opcode opcode, std::string& out);
  void Supply(Choices& choices, const Row& row, std::string& out);
  bool SupplySpecially(Choices& choices, Opcode opcode, std::string& out);
  void Spoil(Choices& choices, std::string& out);

  void Push(Choices& choices, Opcode opcode, std::string& out);
  void PushLeaf(Choices& choices, bool hashable, std::string& out);
  void PushInert(Choices& choices, std::string& out);
  void PushName(Opcode opcode, std::string_view name, std::string& out);
  void PushWord(Choices& choices, std::string& out);
  void PushEmpty(Word word, std::string& out);
  void PushTuple(Choices& choices, std::string& out);
  void PushKeywords(Choices& choices, std::string& out);
  void PushPairs(Choices& choices, std::string& out);
  void PushMark(std::string& out);

  void OpenFrame(Choices& choices, std::string& out);
  void CloseFrame(std::string& out);

  // The values above the last mark, or of the whole stack.
  size_t SliceBegin() const;
  bool SliceIsHashable(size_t begin, size_t step) const;
  bool TopIs(size_t depth, Value value) const {
    return stack_.size() > depth && stack_[stack_.size() - 1 - depth] == value;
  }
  void Drop(size_t count) { stack_.resize(stack_.size() - count); }
  void Remember(uint32_t index, Value value);

  ProgramShape shape_;
  std::array<Row, 256> rows_;   // by byte
  std::vector<uint8_t> drawn_;  // opcodes, repeated by weight
  std::vector<Opcode> leaves_;
  std::vector<Opcode> texts_;
  std::vector<Value> stack_;
  std::vector<uint32_t> marks_;  // positions in stack_
  std::vector<MemoEntry> memo_;
  uint32_t buffers_left_ = 0;
  size_t frame_ = 0;                 // where the open frame's length is; 0 where none is open
  uint32_t frame_instructions_ = 0;  // until it closes
};

}  // namespace pickleproof
