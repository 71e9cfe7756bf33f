#include "harness/pickle/program.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/base/check.h"
#include "harness/base/utf8.h"
#include "harness/pickle/argument_text.h"

namespace pickleproof {
namespace {

ArgKind KindOf(Opcode opcode) { return FindOpcode(static_cast<uint8_t>(opcode))->arg; }

std::unexpected<Error> WrongType(Opcode opcode, std::string_view given) {
  const ArgKind kind = KindOf(opcode);
  return Fail(ErrorCode::kType,
              fmt::format("{} takes {}, not {}", Name(opcode),
                          kind == ArgKind::kNone ? "no argument" : Name(kind), given));
}

std::unexpected<Error> DoesNotFit(Opcode opcode, std::string_view why) {
  return Fail(ErrorCode::kValue, fmt::format("{}: {}", Name(opcode), why));
}

// Whether a number in canonical decimal lies in the range of `width` bytes.
std::optional<uint64_t> FixedNumber(std::string_view decimal, const ArgLayout& layout) {
  const std::string bytes = MinimalOf(decimal);
  const bool negative = decimal.starts_with('-');
  if (layout.is_signed) {
    if (bytes.size() > layout.width) return std::nullopt;
    return NumberOf(bytes, true);
  }
  // Unsigned numbers may need one more byte for the sign.
  const std::string_view magnitude =
      bytes.ends_with('\0') ? std::string_view(bytes).substr(0, bytes.size() - 1) : bytes;
  if (negative || magnitude.size() > layout.width) return std::nullopt;
  return NumberOf(magnitude, false);
}

}  // namespace

bool ArgumentFits(Opcode opcode, std::string_view argument) {
  const ArgLayout layout = LayoutOf(KindOf(opcode));
  switch (layout.form) {
    case ArgLayout::Form::kNone: return argument.empty();
    case ArgLayout::Form::kFixed: return argument.size() == layout.width;
    case ArgLayout::Form::kCounted: return argument.size() <= layout.max_argument;
    case ArgLayout::Form::kLine: return argument.find('\n') == std::string_view::npos;
    case ArgLayout::Form::kTwoLines: return std::ranges::count(argument, '\n') == 1;
  }
  return false;
}

void AppendInstruction(std::string& out, Opcode opcode, std::string_view argument) {
  PICKLEPROOF_CHECK(ArgumentFits(opcode, argument));
  const ArgLayout layout = LayoutOf(KindOf(opcode));
  out += static_cast<char>(opcode);
  if (layout.form == ArgLayout::Form::kCounted) out += BytesOf(argument.size(), layout.width);
  out += argument;
  if (layout.form == ArgLayout::Form::kLine || layout.form == ArgLayout::Form::kTwoLines) {
    out += '\n';
  }
}

Program Decode(std::string_view bytes, AfterStop after_stop) {
  Program program;
  Decoder decoder(bytes);
  bool stopped = false;
  while (!stopped || after_stop == AfterStop::kContinue) {
    const Result<std::optional<Instruction>> next = decoder.Next();
    if (!next) {
      program.error = next.error();
      break;
    }
    const std::optional<Instruction>& instruction = *next;
    if (!instruction) break;
    program.instructions.push_back({instruction->opcode, std::string(instruction->argument)});
    stopped = instruction->opcode == Opcode::STOP;
  }
  if (!stopped && !program.error) {
    program.error = Error{ErrorCode::kTruncated, bytes.size(), "the pickle ends before STOP"};
  }
  program.tail = bytes.substr(decoder.position());
  return program;
}

std::string Encode(const Program& program) {
  std::string out;
  for (const OwnedInstruction& instruction : program.instructions) {
    AppendInstruction(out, instruction.opcode, instruction.argument);
  }
  return out + program.tail;
}

Result<OwnedInstruction> MakeInstruction(Opcode opcode) {
  if (KindOf(opcode) != ArgKind::kNone) return WrongType(opcode, "none");
  return OwnedInstruction{opcode, ""};
}

Result<OwnedInstruction> MakeInt(Opcode opcode, int64_t value) {
  return MakeInt(opcode, std::to_string(value));
}

Result<OwnedInstruction> MakeInt(Opcode opcode, std::string_view decimal) {
  const ArgKind kind = KindOf(opcode);
  const ArgLayout layout = LayoutOf(kind);
  if (layout.value != ArgLayout::Value::kInt) return WrongType(opcode, "an int");
  if (!IsCanonicalDecimal(decimal)) {
    return DoesNotFit(opcode, fmt::format("'{}' is no int in canonical decimal", decimal));
  }
  if (kind == ArgKind::kDecimalNlShort) return OwnedInstruction{opcode, std::string(decimal)};
  if (kind == ArgKind::kDecimalNlLong) return OwnedInstruction{opcode, std::string(decimal) + "L"};
  if (decimal.size() > kMaxDecimalDigits + 1) {
    return DoesNotFit(opcode, fmt::format("{} digits are too many, write the bytes with MakeRaw",
                                          decimal.size()));
  }
  if (kind == ArgKind::kLong1 || kind == ArgKind::kLong4) {
    return MakeRaw(opcode, MinimalOf(decimal));
  }
  const std::optional<uint64_t> number = FixedNumber(decimal, layout);
  if (!number) {
    return DoesNotFit(opcode, fmt::format("{} is out of the range of {}", decimal, Name(kind)));
  }
  return OwnedInstruction{opcode, BytesOf(*number, layout.width)};
}

OwnedInstruction MakeTextBool(bool value) { return {Opcode::INT, value ? "01" : "00"}; }

Result<OwnedInstruction> MakeFloat(Opcode opcode, double value) {
  if (opcode == Opcode::FLOAT) return OwnedInstruction{opcode, FloatRepr(value)};
  if (opcode != Opcode::BINFLOAT) return WrongType(opcode, "a float");
  const uint64_t big_endian = std::byteswap(std::bit_cast<uint64_t>(value));
  return OwnedInstruction{opcode, BytesOf(big_endian, sizeof big_endian)};
}

Result<OwnedInstruction> MakeText(Opcode opcode, std::string_view utf8) {
  const ArgKind kind = KindOf(opcode);
  if (LayoutOf(kind).value != ArgLayout::Value::kText) return WrongType(opcode, "text");
  if (kind != ArgKind::kUnicodeStringNl) return MakeRaw(opcode, std::string(utf8));
  if (!IsUtf8(utf8, /*surrogatepass=*/true)) {
    return DoesNotFit(opcode, "the text is not generalized UTF-8; use MakeRaw");
  }
  return OwnedInstruction{opcode, RawUnicodeEncode(utf8)};
}

Result<OwnedInstruction> MakeGlobal(Opcode opcode, std::string_view module, std::string_view name) {
  if (KindOf(opcode) != ArgKind::kStringNlNoEscapePair) {
    return WrongType(opcode, "a module and a name");
  }
  return MakeRaw(opcode, fmt::format("{}\n{}", module, name));
}

Result<OwnedInstruction> MakeBytes(Opcode opcode, std::string_view bytes) {
  const ArgKind kind = KindOf(opcode);
  if (LayoutOf(kind).value != ArgLayout::Value::kBytes) return WrongType(opcode, "bytes");
  if (kind == ArgKind::kStringNl) return OwnedInstruction{opcode, Python2Repr(bytes)};
  return MakeRaw(opcode, std::string(bytes));
}

Result<OwnedInstruction> MakeRaw(Opcode opcode, std::string argument) {
  if (ArgumentFits(opcode, argument)) return OwnedInstruction{opcode, std::move(argument)};
  const ArgKind kind = KindOf(opcode);
  const ArgLayout layout = LayoutOf(kind);
  switch (layout.form) {
    case ArgLayout::Form::kNone: return WrongType(opcode, "any");
    case ArgLayout::Form::kFixed:
      return DoesNotFit(
          opcode, fmt::format("{} is {} bytes, not {}", Name(kind), layout.width, argument.size()));
    case ArgLayout::Form::kCounted:
      return DoesNotFit(opcode, fmt::format("{} is at most {} bytes, not {}", Name(kind),
                                            layout.max_argument, argument.size()));
    case ArgLayout::Form::kLine: return DoesNotFit(opcode, "its argument ends at a newline");
    case ArgLayout::Form::kTwoLines:
      return DoesNotFit(opcode, "its argument is a module and a name, with one newline between");
  }
  return WrongType(opcode, "this");
}

}  // namespace pickleproof
