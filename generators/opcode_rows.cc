#include "generators/opcode_rows.h"

#include <algorithm>
#include <utility>

#include "generators/opcode_programs.h"
#include "harness/base/check.h"

namespace pickleproof {
namespace {

using Slice = OpcodeRow::Slice;
using Operand = OpcodeRow::Operand;
using Way = OpcodeRow::Way;

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

// The table names the kinds of values in words; see opcode.def.
Operand OperandOf(std::string_view word) {
  static constexpr auto kWords = std::to_array<std::pair<std::string_view, Operand>>({
      {"list", Operand::kList},
      {"dict", Operand::kDict},
      {"set", Operand::kSet},
      {"str", Operand::kName},
      {"buffer", Operand::kBuffer},
      {"mark", Operand::kMark},
      {"stackslice", Operand::kSlice},
  });
  for (const auto& [name, operand] : kWords) {
    if (name == word) return operand;
  }
  return Operand::kAny;
}

StackValue ValueOf(std::string_view word) {
  static constexpr auto kWords = std::to_array<std::pair<std::string_view, StackValue>>({
      {"any", StackValue::kInert},
      {"list", StackValue::kList},
      {"dict", StackValue::kDict},
      {"set", StackValue::kSet},
      {"frozenset", StackValue::kFrozenSet},
      {"tuple", StackValue::kHashableTuple},
      {"bytearray", StackValue::kUnhashable},
      {"buffer", StackValue::kBuffer},
      {"mark", StackValue::kMark},
  });
  for (const auto& [name, value] : kWords) {
    if (name == word) return value;
  }
  return StackValue::kLeaf;
}

StackValues Accepted(Operand operand) {
  switch (operand) {
    case Operand::kList: return SetOf({StackValue::kList, StackValue::kInert});
    case Operand::kDict: return SetOf({StackValue::kDict, StackValue::kInert});
    case Operand::kSet: return SetOf({StackValue::kSet, StackValue::kInert});
    case Operand::kName: return SetOf({StackValue::kName});
    case Operand::kBuffer: return SetOf({StackValue::kBuffer});
    case Operand::kMark: return SetOf({StackValue::kMark});
    case Operand::kAny:
    case Operand::kSlice: break;
  }
  return kRealValues;
}

Way WayOf(const OpcodeRow& row) {
  switch (row.opcode) {
    case Opcode::MARK: return Way::kMark;
    case Opcode::DUP: return Way::kDup;
    case Opcode::FRAME: return Way::kFrame;
    case Opcode::NEXT_BUFFER: return Way::kBuffer;
    case Opcode::MEMOIZE:
    case Opcode::PUT:
    case Opcode::BINPUT:
    case Opcode::LONG_BINPUT: return Way::kPut;
    case Opcode::GET:
    case Opcode::BINGET:
    case Opcode::LONG_BINGET: return Way::kGet;
    default: return row.takes_slice || row.opcode == Opcode::INST ? Way::kSlice : Way::kReady;
  }
}

Slice SliceOf(Opcode opcode) {
  switch (opcode) {
    case Opcode::DICT:
    case Opcode::SETITEMS: return Slice::kPairs;
    case Opcode::FROZENSET:
    case Opcode::ADDITEMS: return Slice::kHashable;
    case Opcode::OBJ: return Slice::kInstance;
    default: return Slice::kAny;
  }
}

bool IsPut(Opcode opcode) {
  return opcode == Opcode::PUT || opcode == Opcode::BINPUT || opcode == Opcode::LONG_BINPUT;
}

uint8_t NeedsOf(Opcode opcode) {
  switch (opcode) {
    case Opcode::GET:
    case Opcode::LONG_BINGET: return OpcodeRow::kMemoEntry;
    case Opcode::BINGET: return OpcodeRow::kLowMemoEntry;
    case Opcode::FRAME: return OpcodeRow::kNoFrame;
    case Opcode::NEXT_BUFFER: return OpcodeRow::kBufferLeft;
    case Opcode::NEWOBJ_EX: return OpcodeRow::kNeverThere;
    default: return 0;
  }
}

// The operands, and what they must be.
void SetOperands(const OpcodeInfo& info, OpcodeRow& row) {
  std::string_view before = info.before;
  // The class of OBJ is part of what lies above the mark.
  if (info.opcode == Opcode::OBJ) before = "mark stackslice";
  while (!before.empty()) {
    const size_t end = std::min(before.find(' '), before.size());
    row.operands[row.operand_count++] = OperandOf(before.substr(0, end));
    before.remove_prefix(std::min(end + 1, before.size()));
  }
  row.slice = SliceOf(info.opcode);
  row.needs = NeedsOf(info.opcode);
  row.takes_slice =
      row.operand_count > 0 && row.operands[row.operand_count - 1U] == Operand::kSlice;
  const size_t count = row.operand_count - (row.takes_slice ? 1U : 0U);
  for (size_t depth = 0; depth < count; ++depth) {
    row.accepts[depth] = Accepted(row.operands[count - 1 - depth]);
  }
  // What the words do not say.
  if (IsPut(info.opcode)) row.accepts[0] = kRealValues;
  if (info.opcode == Opcode::SETITEM) row.accepts[1] = kHashables;
  if (info.opcode == Opcode::REDUCE || info.opcode == Opcode::NEWOBJ) {
    row.accepts[0] = SetOf({StackValue::kTuple, StackValue::kHashableTuple});
    row.accepts[1] = SetOf({StackValue::kInert});
  }
  if (info.opcode == Opcode::BUILD) row.accepts[1] = SetOf({StackValue::kInert});
}

void SetResult(const OpcodeInfo& info, OpcodeRow& row) {
  const std::string_view after = info.after;
  const std::string_view before = info.before;
  const std::string_view first = before.substr(0, before.find(' '));
  // What an opcode changes in place stays what it is: a list or something inert.
  const bool in_place =
      !after.empty() && ((first == after && after != "any") || info.opcode == Opcode::BUILD);
  row.pushes = !after.empty() && !in_place;
  row.pushed = ValueOf(after.substr(0, after.find(' ')));
  row.pushed_of_unhashables =
      row.pushed == StackValue::kHashableTuple ? StackValue::kTuple : row.pushed;
  row.takes = static_cast<uint8_t>(row.operand_count - (in_place ? 1 : 0));
  row.ignored >>= 8 * row.takes;
}

// As ProgramWriter::Supply() does it.
uint8_t MostSupplied(const OpcodeRow& row) {
  constexpr int kResult = 2, kInert = 3, kArguments = 4, kKeywords = 7, kFewItems = 3;
  switch (row.opcode) {
    case Opcode::REDUCE:
    case Opcode::NEWOBJ: return kInert + kArguments + 1 + kResult;
    case Opcode::NEWOBJ_EX: return kInert + kArguments + kKeywords + 1 + kResult;
    case Opcode::BUILD: return kInert + 2 + kResult;
    case Opcode::OBJ: return 1 + kInert + 2 + 1 + kResult;
    case Opcode::DICT: return 1 + 4 + 1 + kResult;
    default: break;
  }
  int count = 1 + kResult;
  if (row.operand_count == 0) count += 2;  // a value and its memo entry
  for (size_t i = 0; i < row.operand_count; ++i) {
    const Operand operand = row.operands[i];
    count += operand == Operand::kSlice ? (row.slice == Slice::kPairs ? 4 : kFewItems)
             : operand == Operand::kList || operand == Operand::kDict ? 2
                                                                      : 1;
  }
  return static_cast<uint8_t>(count);
}

// The same for every shape.
struct Tables {
  Tables() {
    for (const OpcodeInfo& info : AllOpcodes()) {
      OpcodeRow& row = rows[static_cast<uint8_t>(info.opcode)];
      row.opcode = info.opcode;
      row.arg = info.arg;
      row.protocol = static_cast<uint8_t>(info.protocol);
      SetOperands(info, row);
      SetResult(info, row);
      row.way = WayOf(row);
      row.most_supplied = MostSupplied(row);
      PICKLEPROOF_CHECK(row.most_supplied <= OpcodeRow::kMostSupplied);
      if (row.way == Way::kReady) row.ready = AppendReady(info, row.pushed, ready);
    }
  }

  std::array<OpcodeRow, 256> rows;
  std::vector<ReadyInstruction> ready;
};

const Tables& AllTables() {
  static const Tables tables;
  return tables;
}

}  // namespace

OpcodeRows::OpcodeRows(const ProgramShape& shape)
    : rows_(AllTables().rows), ready_(AllTables().ready) {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (info.protocol > shape.protocol || (!shape.extensions && IsExtension(info.opcode)) ||
        (!shape.persistent_ids && IsPersistent(info.opcode))) {
      continue;
    }
    const OpcodeRow& row = Of(info.opcode);
    drawn_.insert(drawn_.end(), Weight(info.opcode), row);
    const bool leaf = row.operand_count == 0 && row.pushes && row.needs == 0 &&
                      (row.pushed == StackValue::kLeaf || row.pushed == StackValue::kUnhashable ||
                       row.pushed == StackValue::kHashableTuple);
    if (leaf) leaves_.push_back(row);
    if (leaf && info.after == "str") texts_.push_back(row);
  }
  const auto clearing = [&](const std::array<Opcode, 6>& opcodes, Opcode sure) {
    Clearing made = {{}, &Of(sure)};
    std::transform(opcodes.begin(), opcodes.end(), made.drawn.begin(), [&](Opcode opcode) {
      return Of(opcode).protocol <= shape.protocol ? &Of(opcode) : made.sure;
    });
    return made;
  };
  clearing_ = {clearing({Opcode::TUPLE2, Opcode::TUPLE3, Opcode::APPEND, Opcode::SETITEM,
                         Opcode::BUILD, Opcode::POP},
                        shape.protocol >= 2 ? Opcode::TUPLE2 : Opcode::POP),
               clearing({Opcode::TUPLE, Opcode::LIST, Opcode::DICT, Opcode::APPENDS,
                         Opcode::SETITEMS, Opcode::ADDITEMS},
                        Opcode::TUPLE)};
}

}  // namespace pickleproof
