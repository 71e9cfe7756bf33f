#include "harness/pickle/static_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/base/utf8.h"
#include "harness/pickle/argument_text.h"
#include "harness/pickle/text_codec.h"

namespace pickleproof {
namespace {

// Escapes undone, and the result ASCII: what read_stringnl does with every line it decodes.
std::optional<Error> CheckEscapedAscii(std::string_view text) {
  const Result<std::string> plain = DecodeQuotedString(fmt::format("'{}'", text));
  if (!plain) return plain.error();
  if (!IsAscii(*plain)) {
    return Error{ErrorCode::kBadEncoding, kNoOffset, "the text is not ASCII"};
  }
  return std::nullopt;
}

std::optional<Error> CheckQuoted(std::string_view text) {
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) {
    return Error{ErrorCode::kBadArgument, kNoOffset, "the string has no quotes around it"};
  }
  if (text.back() != text.front()) {
    return Error{ErrorCode::kBadArgument, kNoOffset, "the string ends without its quote"};
  }
  // A lone quote is both ends at once, and empty (read_stringnl).
  return CheckEscapedAscii(text.size() < 2 ? "" : text.substr(1, text.size() - 2));
}

std::optional<Error> CheckInt(std::string_view text) {
  if (ParsePythonInt(text, /*base=*/10)) return std::nullopt;
  return Error{ErrorCode::kBadArgument, kNoOffset, "the text is no decimal int of Python"};
}

std::optional<Error> CheckFloat(std::string_view text) {
  if (ParsePythonFloat(text)) return std::nullopt;
  return Error{ErrorCode::kBadArgument, kNoOffset, "the text is no float of Python"};
}

std::optional<Error> CheckUnicode(std::string_view text) {
  const Result<std::string> decoded = DecodeRawUnicodeEscape(text);
  return decoded ? std::nullopt : std::optional(decoded.error());
}

std::optional<Error> CheckText(ArgKind kind, std::string_view text) {
  switch (kind) {
    case ArgKind::kDecimalNlShort: return CheckInt(text);
    case ArgKind::kDecimalNlLong:
      return CheckInt(text.ends_with('L') ? text.substr(0, text.size() - 1) : text);
    case ArgKind::kStringNl: return CheckQuoted(text);
    case ArgKind::kStringNlNoEscape: return CheckEscapedAscii(text);
    case ArgKind::kStringNlNoEscapePair: {
      const size_t newline = text.find('\n');
      const std::optional<Error> error = CheckEscapedAscii(text.substr(0, newline));
      return error ? error : CheckEscapedAscii(text.substr(newline + 1));
    }
    case ArgKind::kFloatNl: return CheckFloat(text);
    case ArgKind::kUnicodeStringNl: return CheckUnicode(text);
    case ArgKind::kUnicodeString1:
    case ArgKind::kUnicodeString4:
    case ArgKind::kUnicodeString8:
      if (IsUtf8(text, /*surrogatepass=*/true)) return std::nullopt;
      return Error{ErrorCode::kBadEncoding, kNoOffset, "the text is not UTF-8"};
    case ArgKind::kNone:
    case ArgKind::kUint1:
    case ArgKind::kUint2:
    case ArgKind::kInt4:
    case ArgKind::kUint4:
    case ArgKind::kUint8:
    case ArgKind::kLong1:
    case ArgKind::kLong4:
    case ArgKind::kString1:
    case ArgKind::kString4:
    case ArgKind::kBytes1:
    case ArgKind::kBytes4:
    case ArgKind::kBytes8:
    case ArgKind::kByteArray8:
    case ArgKind::kFloat8: return std::nullopt;
  }
  return std::nullopt;
}

// An argument's error with place and exception.
Error Complete(Error error, const OpcodeInfo& info, uint64_t offset) {
  error.offset = offset;
  error.message = fmt::format("{}: {}", info.name, error.message);
  error.exception = error.code == ErrorCode::kBadEncoding ? "UnicodeDecodeError" : "ValueError";
  return error;
}

// The error where decoding ended. genops() decodes the first line of a pair before it looks for the
// second one.
Error EndError(std::string_view bytes, const Decoder& decoder,
               const Result<std::optional<Instruction>>& next) {
  Error error = next ? Error{ErrorCode::kTruncated, bytes.size(), "the pickle ends before STOP"}
                     : next.error();
  error.exception = "ValueError";
  Cursor cursor(bytes, decoder.position());
  if (cursor.at_end()) return error;
  const OpcodeInfo* info = FindOpcode(cursor.TakeByte());
  std::string_view line;
  if (info == nullptr || info->arg != ArgKind::kStringNlNoEscapePair || !cursor.Line(&line)) {
    return error;
  }
  std::optional<Error> line_error = CheckEscapedAscii(line);
  return line_error ? Complete(std::move(*line_error), *info, decoder.position()) : error;
}

void NoteFirst(StaticView& view, const std::optional<Error>& error) {
  if (error && !view.first_error) view.first_error = error;
}

std::string Unescaped(std::string_view line) {
  return DecodeQuotedString(fmt::format("'{}'", line)).value_or(std::string(line));
}

std::string AsShown(const StaticGlobal& global, const OpcodeInfo& info) {
  if (info.arg != ArgKind::kStringNlNoEscapePair) {
    return fmt::format("{} {}", global.module, global.name);
  }
  return fmt::format("{} {}", Unescaped(global.module), Unescaped(global.name));
}

// One instruction's contribution to the view.
void Note(StaticView& view, StackEmulator& emulator, const Instruction& instruction) {
  const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(instruction.opcode));
  view.highest_protocol = std::max(view.highest_protocol, info->protocol);
  const std::optional<Error> argument_error = CheckArgument(instruction);
  if (argument_error) view.decodes = false;
  StackEffect effect = emulator.Apply(instruction);
  NoteFirst(view, argument_error);
  NoteFirst(view, CheckPrintable(instruction));
  NoteFirst(view, effect.error);
  if (effect.global) {
    view.shown_globals.push_back(AsShown(*effect.global, *info));
    view.globals.push_back(std::move(*effect.global));
  } else if (instruction.opcode == Opcode::STACK_GLOBAL) {
    ++view.unknown_globals;
  }
}

}  // namespace

std::optional<Error> CheckArgument(const Instruction& instruction) {
  const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(instruction.opcode));
  std::optional<Error> error = CheckText(info->arg, instruction.argument);
  if (!error) return std::nullopt;
  return Complete(std::move(*error), *info, instruction.offset);
}

std::optional<Error> CheckPrintable(const Instruction& instruction) {
  if (instruction.opcode != Opcode::LONG4 || !ExceedsDecimalDigits(instruction.argument)) {
    return std::nullopt;
  }
  return Error{
      ErrorCode::kBadArgument, instruction.offset,
      fmt::format("LONG4: more than {} decimal digits, which dis() can't print", kMaxDecimalDigits),
      "ValueError"};
}

StaticView StaticViewOf(std::string_view bytes) {
  StaticView view;
  view.decodes = true;
  Decoder decoder(bytes);
  StackEmulator emulator;
  while (view.stop_offset == kNoOffset) {
    Result<std::optional<Instruction>> next = decoder.Next();
    const std::optional<Instruction> instruction = next.value_or(std::nullopt);
    if (!instruction) {
      NoteFirst(view, EndError(bytes, decoder, next));
      view.decodes = false;
      break;
    }
    Note(view, emulator, *instruction);
    if (instruction->opcode == Opcode::STOP) view.stop_offset = instruction->offset;
  }
  if (view.stop_offset != kNoOffset && emulator.stack_size() != 0) {
    NoteFirst(view,
              Error{ErrorCode::kStack, view.stop_offset,
                    fmt::format("{} items are left on the stack after STOP", emulator.stack_size()),
                    "ValueError"});
  }
  view.well_formed = !view.first_error.has_value();
  return view;
}

}  // namespace pickleproof
