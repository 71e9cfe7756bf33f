// The part of ProgramGenerator that knows the table: how its rows are read, how operands are
// supplied, and how programs are spoilt.

#include <algorithm>

#include "generators/leaves.h"
#include "generators/opcode_arguments.h"
#include "generators/opcode_programs.h"
#include "harness/base/bytes.h"
#include "harness/base/check.h"

namespace pickleproof {
namespace {

// How often an opcode is drawn.
uint32_t Weight(Opcode opcode) {
  static constexpr auto kOften = std::to_array<Opcode>(
      {Opcode::GET, Opcode::BINGET, Opcode::LONG_BINGET, Opcode::APPEND, Opcode::APPENDS,
       Opcode::SETITEM, Opcode::SETITEMS, Opcode::REDUCE, Opcode::BUILD, Opcode::MARK,
       Opcode::TUPLE, Opcode::LIST, Opcode::DICT});
  static constexpr auto kSeldom =
      std::to_array<Opcode>({Opcode::POP, Opcode::POP_MARK, Opcode::PROTO, Opcode::FRAME});
  if (opcode == Opcode::STOP) return 0;
  if (std::find(kOften.begin(), kOften.end(), opcode) != kOften.end()) return 4;
  return std::find(kSeldom.begin(), kSeldom.end(), opcode) != kSeldom.end() ? 1 : 3;
}

bool IsExtension(Opcode opcode) {
  return opcode == Opcode::EXT1 || opcode == Opcode::EXT2 || opcode == Opcode::EXT4;
}

bool IsPersistent(Opcode opcode) { return opcode == Opcode::PERSID || opcode == Opcode::BINPERSID; }

bool IsText(ArgKind kind) {
  return kind == ArgKind::kUnicodeStringNl || kind == ArgKind::kUnicodeString1 ||
         kind == ArgKind::kUnicodeString4 || kind == ArgKind::kUnicodeString8;
}

}  // namespace

// The table names the kinds of its operands in words; see opcode.def.
ProgramGenerator::Word ProgramGenerator::WordOf(std::string_view text) {
  static constexpr auto kWords = std::to_array<std::pair<std::string_view, Word>>({
      {"any", Word::kAny},
      {"list", Word::kList},
      {"tuple", Word::kTuple},
      {"dict", Word::kDict},
      {"set", Word::kSet},
      {"frozenset", Word::kFrozenSet},
      {"bytearray", Word::kByteArray},
      {"str", Word::kStr},
      {"buffer", Word::kBuffer},
      {"mark", Word::kMark},
      {"stackslice", Word::kSlice},
  });
  for (const auto& [name, word] : kWords) {
    if (name == text) return word;
  }
  return Word::kLeaf;
}

ProgramGenerator::ProgramGenerator(ProgramShape shape) : shape_(shape), rows_{} {
  for (const OpcodeInfo& info : AllOpcodes()) {
    Row& row = rows_[static_cast<uint8_t>(info.opcode)];
    row.opcode = info.opcode;
    row.arg = info.arg;
    row.protocol = info.protocol;
    std::string_view before = info.before;
    // The class of OBJ is part of what lies above the mark.
    if (info.opcode == Opcode::OBJ) before = "mark stackslice";
    while (!before.empty()) {
      const size_t end = std::min(before.find(' '), before.size());
      row.before[row.before_count++] = WordOf(before.substr(0, end));
      before.remove_prefix(std::min(end + 1, before.size()));
    }
    row.has_after = !info.after.empty();
    row.after = WordOf(info.after.substr(0, info.after.find(' ')));
    if (info.protocol > shape_.protocol || (!shape_.extensions && IsExtension(info.opcode)) ||
        (!shape_.persistent_ids && IsPersistent(info.opcode))) {
      continue;
    }
    drawn_.insert(drawn_.end(), Weight(info.opcode), static_cast<uint8_t>(info.opcode));
    const bool leaf = row.before_count == 0 && row.has_after &&
                      (row.after == Word::kLeaf || row.after == Word::kStr ||
                       row.after == Word::kByteArray || info.opcode == Opcode::EMPTY_TUPLE);
    if (leaf) leaves_.push_back(info.opcode);
    if (leaf && IsText(info.arg)) texts_.push_back(info.opcode);
  }
}

// ---- Pushing.

// An opcode that only pushes.
void ProgramGenerator::Push(Choices& choices, Opcode opcode, std::string& out) {
  const Row& row = RowOf(opcode);
  if (row.after == Word::kStr && choices.Chance(1, 4)) {
    const NamedGlobal& global = GlobalLeaf(choices, 5, true);
    PushName(opcode, choices.Chance(1, 2) ? global.module : global.name, out);
    return;
  }
  out += static_cast<char>(opcode);
  if (IsExtension(opcode)) {
    const uint32_t code = ExtensionCodeLeaf(choices);
    const uint32_t limit = opcode == Opcode::EXT1 ? 255 : opcode == Opcode::EXT2 ? 65535 : code;
    const uint32_t fitting = std::min(code, limit);
    out.append(reinterpret_cast<const char*>(&fitting), opcode == Opcode::EXT1   ? 1
                                                        : opcode == Opcode::EXT2 ? 2
                                                                                 : 4);
  } else {
    AppendArgument(choices, row.arg, out);
  }
  const bool global = row.after == Word::kAny;
  stack_.push_back(global ? kInert : row.after == Word::kByteArray ? kUnhashable : kLeaf);
}

void ProgramGenerator::PushName(Opcode opcode, std::string_view name, std::string& out) {
  out += static_cast<char>(opcode);
  AppendTextArgument(RowOf(opcode).arg, name, out);
  stack_.push_back(kName);
}

// A name that is no module.
void ProgramGenerator::PushWord(Choices& choices, std::string& out) {
  const Opcode opcode = choices.Pick(texts_);
  PushName(opcode, WordLeaf(choices), out);
}

void ProgramGenerator::PushLeaf(Choices& choices, bool hashable, std::string& out) {
  Opcode opcode = choices.Pick(leaves_);
  if (hashable && opcode == Opcode::BYTEARRAY8) opcode = Opcode::NONE;
  const Row& row = RowOf(opcode);
  if (row.arg != ArgKind::kNone) {
    Push(choices, opcode, out);
    return;
  }
  out += static_cast<char>(opcode);
  stack_.push_back(opcode == Opcode::EMPTY_TUPLE ? kHashableTuple : kLeaf);
}

void ProgramGenerator::PushInert(Choices& choices, std::string& out) {
  const bool stack_global = shape_.protocol >= 4 && choices.Chance(1, 2);
  if (!stack_global) {
    Push(choices, Opcode::GLOBAL, out);
    return;
  }
  const NamedGlobal& global = GlobalLeaf(choices, 5, true);
  PushName(choices.Pick(texts_), global.module, out);
  PushName(choices.Pick(texts_), global.name, out);
  Apply(choices, RowOf(Opcode::STACK_GLOBAL), out);
}

void ProgramGenerator::PushMark(std::string& out) {
  out += static_cast<char>(Opcode::MARK);
  marks_.push_back(static_cast<uint32_t>(stack_.size()));
  stack_.push_back(kMark);
}

// An empty container in the shortest way that the protocol has.
void ProgramGenerator::PushEmpty(Word word, std::string& out) {
  const bool text = shape_.protocol < 1;
  if (text) out += static_cast<char>(Opcode::MARK);
  if (word == Word::kList) {
    out += static_cast<char>(text ? Opcode::LIST : Opcode::EMPTY_LIST);
    stack_.push_back(kList);
  } else if (word == Word::kDict) {
    out += static_cast<char>(text ? Opcode::DICT : Opcode::EMPTY_DICT);
    stack_.push_back(kDict);
  } else {
    out += static_cast<char>(Opcode::EMPTY_SET);
    stack_.push_back(kSet);
  }
}

// An argument tuple.
void ProgramGenerator::PushTuple(Choices& choices, std::string& out) {
  PushMark(out);
  for (uint64_t count = choices.Below(3); count > 0; --count) PushLeaf(choices, false, out);
  Apply(choices, RowOf(Opcode::TUPLE), out);
}

// A dict from strings.
void ProgramGenerator::PushKeywords(Choices& choices, std::string& out) {
  PushEmpty(Word::kDict, out);
  for (uint64_t count = choices.Below(3); count > 0; --count) {
    PushWord(choices, out);
    PushLeaf(choices, false, out);
    Apply(choices, RowOf(Opcode::SETITEM), out);
  }
}

void ProgramGenerator::PushPairs(Choices& choices, std::string& out) {
  for (uint64_t count = choices.Below(3); count > 0; --count) {
    PushLeaf(choices, true, out);
    PushLeaf(choices, false, out);
  }
}

// ---- Supplying what an opcode needs.

void ProgramGenerator::Supply(Choices& choices, const Row& row, std::string& out) {
  if (SupplySpecially(choices, row.opcode, out)) return;
  if (row.before_count == 0) {
    // Only memo opcodes need what their row does not say.
    PushLeaf(choices, false, out);
    if (memo_.empty()) {
      const Opcode put = shape_.protocol >= 1 ? Opcode::BINPUT : Opcode::PUT;
      ApplyMemo(choices, put, out);
    }
    return;
  }
  for (size_t i = 0; i < row.before_count; ++i) {
    const Word word = row.before[i];
    if (word == Word::kMark) {
      PushMark(out);
    } else if (word == Word::kSlice) {
      for (uint64_t count = choices.Below(4); count > 0; --count) PushLeaf(choices, false, out);
    } else if (word == Word::kList || word == Word::kDict || word == Word::kSet) {
      PushEmpty(word, out);
    } else if (word == Word::kStr) {
      PushWord(choices, out);
    } else if (word == Word::kBuffer) {
      if (buffers_left_ == 0) return;
      Apply(choices, RowOf(Opcode::NEXT_BUFFER), out);
    } else {
      PushLeaf(choices, false, out);
    }
  }
}

// The opcodes whose rows say less than they need. False for the others.
bool ProgramGenerator::SupplySpecially(Choices& choices, Opcode opcode, std::string& out) {
  switch (opcode) {
    case Opcode::REDUCE:
    case Opcode::NEWOBJ:
      PushInert(choices, out);
      PushTuple(choices, out);
      return true;
    case Opcode::NEWOBJ_EX:
      PushInert(choices, out);
      PushTuple(choices, out);
      PushKeywords(choices, out);
      // Keywords must be strings, which only this can vouch for: written without asking Fits().
      out += static_cast<char>(Opcode::NEWOBJ_EX);
      Drop(3);
      stack_.push_back(kInert);
      return true;
    case Opcode::BUILD:
      PushInert(choices, out);
      PushLeaf(choices, false, out);
      return true;
    case Opcode::OBJ:
      PushMark(out);
      PushInert(choices, out);
      for (uint64_t count = choices.Below(3); count > 0; --count) PushLeaf(choices, false, out);
      return true;
    case Opcode::SETITEM:
      PushEmpty(Word::kDict, out);
      PushLeaf(choices, true, out);
      PushLeaf(choices, false, out);
      return true;
    case Opcode::SETITEMS: PushEmpty(Word::kDict, out); [[fallthrough]];
    case Opcode::DICT:
      PushMark(out);
      PushPairs(choices, out);
      return true;
    case Opcode::ADDITEMS: PushEmpty(Word::kSet, out); [[fallthrough]];
    case Opcode::FROZENSET:
      PushMark(out);
      for (uint64_t count = choices.Below(4); count > 0; --count) PushLeaf(choices, true, out);
      return true;
    case Opcode::BINGET:
      PushLeaf(choices, false, out);
      ApplyMemo(choices, Opcode::BINPUT, out);
      return true;
    case Opcode::FRAME:
    case Opcode::NEXT_BUFFER: return true;  // nothing that could be supplied
    default: return false;
  }
}

// ---- Spoiling.

void ProgramGenerator::Malformed(Choices& choices, std::string& out) {
  const size_t begin = out.size();
  Begin(choices, out);
  uint64_t left = choices.Between(1, shape_.max_instructions);
  const uint64_t spoilt = choices.Below(left);
  for (uint64_t i = 0; i < left; ++i) {
    if (i == spoilt || choices.Chance(1, 8)) {
      Spoil(choices, out);
    } else {
      const Row& row = rows_[choices.Pick(drawn_)];
      Emit(choices, row, choices.Chance(1, 2), out);
    }
    if (frame_ != 0 && frame_instructions_-- == 0 && choices.Chance(7, 8)) CloseFrame(out);
  }
  if (choices.Chance(7, 8)) Finish(choices, out);
  if (choices.Chance(1, 16)) out.resize(begin + choices.Below(out.size() - begin + 1));
}

// One instruction that does not belong. The account of the stack is left alone: from here on it may
// be wrong.
void ProgramGenerator::Spoil(Choices& choices, std::string& out) {
  static constexpr std::array<uint32_t, 6> kWeights = {8, 8, 3, 2, 1, 1};
  const size_t what = choices.Weighted(kWeights);
  if (what == 2) {
    out += static_cast<char>(choices.Below(256));  // no opcode, mostly
    return;
  }
  if (what == 3) {
    out += static_cast<char>(Opcode::FRAME);
    AppendLittle(out, choices.Skewed(uint64_t{1} << choices.Below(64)));
    return;
  }
  if (what == 4) {
    out += static_cast<char>(Opcode::PROTO);
    out += static_cast<char>(choices.Between(kHighestProtocol + 1, 255));
    return;
  }
  if (what == 5) {
    out += static_cast<char>(Opcode::STOP);
    return;
  }
  const Opcode opcode = static_cast<Opcode>(choices.Pick(drawn_));
  const ArgKind kind = RowOf(opcode).arg;
  out += static_cast<char>(opcode);
  // An index far out makes _pickle allocate all entries before it.
  if (opcode == Opcode::LONG_BINPUT) {
    AppendLittle(out, static_cast<uint32_t>(choices.Below(shape_.max_memo)));
  } else if (opcode == Opcode::PUT && what == 0) {
    out += std::to_string(choices.Below(300)) + "\n";
  } else if (what == 0) {
    AppendArgument(choices, kind, out);
  } else {
    AppendBadArgument(choices, kind, out);
  }
}

}  // namespace pickleproof
