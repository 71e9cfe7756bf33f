#include "harness/pickle/stack_effect.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "harness/base/utf8.h"
#include "harness/pickle/argument_text.h"
#include "harness/pickle/text_codec.h"

namespace pickleproof {
namespace {

// The stack columns of opcode.def as numbers.
struct Shape {
  bool pops_mark = false;
  bool pushes_mark = false;
  size_t pops = 0;  // values; below the mark where there is one
  size_t pushes = 0;
};

Shape ShapeOf(const OpcodeInfo& info) {
  const auto words = [](std::string_view column) {
    return column.empty() ? 0U : static_cast<size_t>(std::ranges::count(column, ' ')) + 1;
  };
  Shape shape;
  const size_t mark = info.before.find("mark");
  shape.pops_mark = mark != std::string_view::npos;
  shape.pushes_mark = info.after == "mark";
  const std::string_view below = info.before.substr(0, mark);
  shape.pops = shape.pops_mark ? static_cast<size_t>(std::ranges::count(below, ' ')) : words(below);
  shape.pushes = words(info.after);
  return shape;
}

const Shape& ShapeOf(Opcode opcode) {
  static const auto kShapes = [] {
    std::array<Shape, 256> shapes;
    for (const OpcodeInfo& info : AllOpcodes()) {
      shapes[static_cast<size_t>(info.opcode)] = ShapeOf(info);
    }
    return shapes;
  }();
  return kShapes[static_cast<size_t>(opcode)];
}

bool IsPut(Opcode opcode) {
  return opcode == Opcode::PUT || opcode == Opcode::BINPUT || opcode == Opcode::LONG_BINPUT ||
         opcode == Opcode::MEMOIZE;
}

bool IsGet(Opcode opcode) {
  return opcode == Opcode::GET || opcode == Opcode::BINGET || opcode == Opcode::LONG_BINGET;
}

void Fault(StackEffect& effect, ErrorCode code, std::string message, uint64_t offset,
           std::string exception = "ValueError") {
  if (effect.error) return;
  effect.error = Error{code, offset, std::move(message), std::move(exception)};
}

}  // namespace

std::optional<std::string> StaticText(Opcode opcode, std::string_view argument) {
  const ArgKind kind = FindOpcode(static_cast<uint8_t>(opcode))->arg;
  if (kind == ArgKind::kUnicodeStringNl) {
    Result<std::string> text = DecodeRawUnicodeEscape(argument);
    return text ? std::optional(std::move(*text)) : std::nullopt;
  }
  if (opcode == Opcode::STRING) {
    Result<std::string> text = DecodeQuotedString(argument);
    return text && IsAscii(*text) ? std::optional(std::move(*text)) : std::nullopt;
  }
  const bool python2 = kind == ArgKind::kString1 || kind == ArgKind::kString4;
  const bool python3 = kind == ArgKind::kUnicodeString1 || kind == ArgKind::kUnicodeString4 ||
                       kind == ArgKind::kUnicodeString8;
  if ((python2 && IsAscii(argument)) || (python3 && IsUtf8(argument, /*surrogatepass=*/true))) {
    return std::string(argument);
  }
  return std::nullopt;
}

StackEffect StackEmulator::Apply(const Instruction& instruction) {
  const Shape& shape = ShapeOf(instruction.opcode);
  StackEffect effect;
  effect.depth = marks_.size();
  LookUpGlobal(instruction, effect);

  Item result{.opcode = instruction.opcode, .argument = instruction.argument};
  size_t pops = shape.pops;
  const bool pops_bare_mark =
      instruction.opcode == Opcode::POP && !stack_.empty() && stack_.back().is_mark;
  if (shape.pops_mark || pops_bare_mark) {
    if (pops_bare_mark) pops = 0;
    PopMark(effect, instruction.offset);
  }
  if (IsPut(instruction.opcode)) {
    Store(instruction, effect);
    return effect;  // MEMOIZE leaves the stack as it is
  }
  if (IsGet(instruction.opcode)) {
    if (const Item* item = Fetch(instruction, effect)) result = *item;
  }
  if (instruction.opcode == Opcode::DUP && !stack_.empty()) {
    result = stack_.back();
    result.is_mark = false;  // dis() takes a duplicated mark for two values
  }

  if (stack_.size() < pops) {
    Fault(effect, ErrorCode::kStack,
          fmt::format("pops {} items from a stack of {}", pops, stack_.size()), instruction.offset);
    pops = stack_.size();
  }
  stack_.resize(stack_.size() - pops);
  if (shape.pushes_mark) {
    marks_.push_back(instruction.offset);
    result.is_mark = true;
  }
  stack_.insert(stack_.end(), shape.pushes, result);
  return effect;
}

void StackEmulator::PopMark(StackEffect& effect, uint64_t offset) {
  if (marks_.empty()) {
    Fault(effect, ErrorCode::kMark, "no MARK is on the stack", offset);
    return;
  }
  effect.mark = marks_.back();
  marks_.pop_back();
  while (!stack_.empty() && !stack_.back().is_mark) stack_.pop_back();
  if (stack_.empty()) {
    Fault(effect, ErrorCode::kMark,
          fmt::format("the MARK at {} was taken for a value", *effect.mark), offset, "IndexError");
    return;
  }
  stack_.pop_back();
}

void StackEmulator::Store(const Instruction& instruction, StackEffect& effect) {
  uint64_t key = instruction.number;
  if (instruction.opcode == Opcode::MEMOIZE) {
    key = memo_size();
  } else if (!instruction.has_number) {
    const std::optional<std::string> decimal = ParseDecimal(instruction.argument);
    if (!decimal) return;  // no int at all: an error of its argument
    effect.memo = *decimal;
  }
  const bool is_odd = effect.memo.has_value();
  if (!is_odd) effect.memo = std::to_string(key);
  if (is_odd ? odd_memo_.contains(*effect.memo) : memo_.contains(key)) {
    Fault(effect, ErrorCode::kMemo, fmt::format("memo {} is already set", *effect.memo),
          instruction.offset);
  } else if (stack_.empty()) {
    Fault(effect, ErrorCode::kStack, "the stack is empty, nothing to memoize", instruction.offset);
  } else if (stack_.back().is_mark) {
    Fault(effect, ErrorCode::kMark, "a mark can't be memoized", instruction.offset);
  }
  if (stack_.empty() || stack_.back().is_mark) return;
  (is_odd ? odd_memo_[*effect.memo] : memo_[key]) = stack_.back();
}

const StackEmulator::Item* StackEmulator::Fetch(const Instruction& instruction,
                                                StackEffect& effect) const {
  if (instruction.has_number) {
    if (const auto found = memo_.find(instruction.number); found != memo_.end()) {
      return &found->second;
    }
    Fault(effect, ErrorCode::kMemo, fmt::format("memo {} was never set", instruction.number),
          instruction.offset);
    return nullptr;
  }
  const std::optional<std::string> decimal = ParseDecimal(instruction.argument);
  if (!decimal) return nullptr;
  if (const auto found = odd_memo_.find(*decimal); found != odd_memo_.end()) return &found->second;
  Fault(effect, ErrorCode::kMemo, fmt::format("memo {} was never set", *decimal),
        instruction.offset);
  return nullptr;
}

void StackEmulator::LookUpGlobal(const Instruction& instruction, StackEffect& effect) const {
  if (instruction.opcode == Opcode::GLOBAL || instruction.opcode == Opcode::INST) {
    const size_t newline = instruction.argument.find('\n');
    effect.global =
        StaticGlobal{instruction.offset, std::string(instruction.argument.substr(0, newline)),
                     std::string(instruction.argument.substr(newline + 1))};
  } else if (instruction.opcode == Opcode::STACK_GLOBAL && stack_.size() >= 2) {
    const Item& module = stack_[stack_.size() - 2];
    const Item& name = stack_.back();
    if (module.is_mark || name.is_mark) return;
    const std::optional<std::string> module_text = StaticText(module.opcode, module.argument);
    const std::optional<std::string> name_text = StaticText(name.opcode, name.argument);
    if (!module_text || !name_text) return;
    effect.global = StaticGlobal{instruction.offset, *module_text, *name_text};
  }
}

void StackEmulator::Clear() {
  stack_.clear();
  marks_.clear();
  memo_.clear();
  odd_memo_.clear();
}

}  // namespace pickleproof
