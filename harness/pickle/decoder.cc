#include "harness/pickle/decoder.h"

#include <fmt/format.h>

#include "harness/pickle/argument_text.h"

namespace pickleproof {
namespace {

// Reads `width` bytes, little-endian; the sign is extended where `is_signed`.
bool ReadNumber(Cursor& cursor, const ArgLayout& layout, uint64_t* out) {
  std::string_view bytes;
  if (!cursor.Take(layout.width, &bytes)) return false;
  *out = NumberOf(bytes, layout.is_signed);
  return true;
}

bool IsMemoText(Opcode opcode) { return opcode == Opcode::GET || opcode == Opcode::PUT; }

}  // namespace

ArgLayout LayoutOf(ArgKind kind) {
  using enum ArgLayout::Value;
  using Form = ArgLayout::Form;
  constexpr uint64_t kMax1 = 0xff;
  constexpr uint64_t kMax4 = 0xffffffff;
  constexpr uint64_t kMax8 = ~uint64_t{0};
  constexpr uint64_t kMaxSigned4 = 0x7fffffff;
  switch (kind) {
    case ArgKind::kNone: return {};
    case ArgKind::kDecimalNlShort:
    case ArgKind::kDecimalNlLong: return {kInt, Form::kLine};
    case ArgKind::kFloatNl: return {kFloat, Form::kLine};
    case ArgKind::kStringNl: return {kBytes, Form::kLine};
    case ArgKind::kStringNlNoEscape:
    case ArgKind::kUnicodeStringNl: return {kText, Form::kLine};
    case ArgKind::kStringNlNoEscapePair: return {kGlobal, Form::kTwoLines};
    case ArgKind::kUint1: return {kInt, Form::kFixed, 1};
    case ArgKind::kUint2: return {kInt, Form::kFixed, 2};
    case ArgKind::kUint4: return {kInt, Form::kFixed, 4};
    case ArgKind::kInt4: return {kInt, Form::kFixed, 4, true};
    case ArgKind::kUint8: return {kInt, Form::kFixed, 8};
    case ArgKind::kFloat8: return {kFloat, Form::kFixed, 8};
    case ArgKind::kLong1: return {kInt, Form::kCounted, 1, false, kMax1};
    case ArgKind::kLong4: return {kInt, Form::kCounted, 4, true, kMaxSigned4};
    case ArgKind::kString1:
    case ArgKind::kBytes1: return {kBytes, Form::kCounted, 1, false, kMax1};
    case ArgKind::kString4: return {kBytes, Form::kCounted, 4, true, kMaxSigned4};
    case ArgKind::kBytes4: return {kBytes, Form::kCounted, 4, false, kMax4};
    case ArgKind::kBytes8:
    case ArgKind::kByteArray8: return {kBytes, Form::kCounted, 8, false, kMax8};
    case ArgKind::kUnicodeString1: return {kText, Form::kCounted, 1, false, kMax1};
    case ArgKind::kUnicodeString4: return {kText, Form::kCounted, 4, false, kMax4};
    case ArgKind::kUnicodeString8: return {kText, Form::kCounted, 8, false, kMax8};
  }
  return {};
}

Result<std::optional<Instruction>> Decoder::Next() {
  if (cursor_.at_end()) return std::nullopt;
  const size_t offset = cursor_.position();
  const uint8_t byte = cursor_.TakeByte();
  const OpcodeInfo* info = FindOpcode(byte);
  if (info == nullptr) {
    cursor_.Seek(offset);
    return Fail(ErrorCode::kUnknownOpcode, fmt::format("no protocol has an opcode {:#04x}", byte),
                offset);
  }
  Instruction instruction;
  instruction.opcode = info->opcode;
  instruction.offset = offset;
  if (std::optional<Error> error = ReadArgument(info->arg, &instruction)) {
    cursor_.Seek(offset);
    error->offset = offset;
    error->message = fmt::format("{}: {}", info->name, error->message);
    return std::unexpected(std::move(*error));
  }
  instruction.raw = cursor_.data().substr(offset, cursor_.position() - offset);
  return instruction;
}

std::optional<Error> Decoder::ReadArgument(ArgKind kind, Instruction* instruction) {
  const ArgLayout layout = LayoutOf(kind);
  switch (layout.form) {
    case ArgLayout::Form::kNone: return std::nullopt;
    case ArgLayout::Form::kFixed: {
      const std::string_view rest = cursor_.rest();
      if (!ReadNumber(cursor_, layout, &instruction->number)) {
        return Error{ErrorCode::kTruncated, kNoOffset,
                     fmt::format("its argument takes {} bytes, but only {} are left", layout.width,
                                 rest.size())};
      }
      instruction->argument = rest.substr(0, layout.width);
      instruction->has_number = layout.value == ArgLayout::Value::kInt;
      if (!instruction->has_number) instruction->number = 0;
      return std::nullopt;
    }
    case ArgLayout::Form::kCounted: {
      if (!ReadNumber(cursor_, layout, &instruction->number)) {
        return Error{ErrorCode::kTruncated, kNoOffset,
                     fmt::format("its length takes {} bytes, but only {} are left", layout.width,
                                 cursor_.left())};
      }
      instruction->has_number = true;
      if (layout.is_signed && static_cast<int64_t>(instruction->number) < 0) {
        return Error{
            ErrorCode::kBadArgument, kNoOffset,
            fmt::format("its length is negative: {}", static_cast<int64_t>(instruction->number))};
      }
      if (!cursor_.Take(instruction->number, &instruction->argument)) {
        return Error{ErrorCode::kTruncated, kNoOffset,
                     fmt::format("its length says {} bytes, but only {} are left",
                                 instruction->number, cursor_.left())};
      }
      return std::nullopt;
    }
    case ArgLayout::Form::kLine:
    case ArgLayout::Form::kTwoLines: {
      const std::string_view rest = cursor_.rest();
      std::string_view line;
      const bool two = layout.form == ArgLayout::Form::kTwoLines;
      if (!cursor_.Line(&line) || (two && !cursor_.Line(&line))) {
        return Error{ErrorCode::kTruncated, kNoOffset,
                     two ? "its argument is two lines, but a newline is missing"
                         : "its argument is a line, but no newline follows"};
      }
      instruction->argument = rest.substr(0, rest.size() - cursor_.left() - 1);
      if (IsMemoText(instruction->opcode)) {
        const std::optional<uint64_t> index = ParseIndex(instruction->argument);
        instruction->number = index.value_or(0);
        instruction->has_number = index.has_value();
      }
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace pickleproof
