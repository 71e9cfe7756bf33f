#include "harness/pickle/disassembler.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "harness/base/utf8.h"
#include "harness/graph/big_int.h"
#include "harness/graph/notation_text.h"
#include "harness/pickle/argument_text.h"
#include "harness/pickle/decoder.h"
#include "harness/pickle/stack_effect.h"
#include "harness/pickle/static_view.h"
#include "harness/pickle/text_codec.h"

namespace pickleproof {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kMaxIndentedMarks = 20;
constexpr size_t kCommentColumn = 28;
constexpr size_t kTailBytesPerLine = 32;
constexpr size_t kMaxDecimalBytes = 255;  // of LONG1 and LONG4; printing digits is quadratic

std::string QuotedStr(std::string_view text) {
  std::string out;
  AppendQuotedStr(out, text);
  return out;
}

std::string QuotedBytes(std::string_view bytes) {
  std::string out;
  AppendQuotedBytes(out, bytes);
  return out;
}

std::string RawText(std::string_view argument) { return "raw " + QuotedBytes(argument); }
std::string RawHex(std::string_view argument) { return "raw 0x" + ToHex(argument); }

std::string FormatInt(const OpcodeInfo& info, std::string_view argument) {
  const ArgLayout layout = LayoutOf(info.arg);
  if (layout.form == ArgLayout::Form::kFixed) {
    const uint64_t number = NumberOf(argument, layout.is_signed);
    return layout.is_signed ? std::to_string(static_cast<int64_t>(number)) : std::to_string(number);
  }
  if (layout.form == ArgLayout::Form::kCounted) {
    const bool canonical = argument.size() <= kMaxDecimalBytes && Minimal(argument) == argument;
    return canonical ? DecimalFromTwosComplement(argument) : RawHex(argument);
  }
  std::string_view digits = argument;
  if (info.opcode == Opcode::INT && digits == "00") return "False";
  if (info.opcode == Opcode::INT && digits == "01") return "True";
  if (info.arg == ArgKind::kDecimalNlLong) {
    if (!digits.ends_with('L')) return RawText(argument);
    digits.remove_suffix(1);
  }
  return IsCanonicalDecimal(digits) ? std::string(digits) : RawText(argument);
}

std::string FormatFloat(const OpcodeInfo& info, std::string_view argument) {
  if (info.arg == ArgKind::kFloatNl) {
    const std::optional<double> value = ParsePythonFloat(argument);
    return value && FloatRepr(*value) == argument ? std::string(argument) : RawText(argument);
  }
  const auto value = std::bit_cast<double>(std::byteswap(NumberOf(argument, /*is_signed=*/false)));
  return std::isnan(value) ? "0x" + ToHex(argument) : FloatRepr(value);
}

std::string FormatText(const OpcodeInfo& info, std::string_view argument) {
  if (info.arg == ArgKind::kUnicodeStringNl) {
    const Result<std::string> text = DecodeRawUnicodeEscape(argument);
    const bool canonical = text && RawUnicodeEncode(*text) == argument;
    return canonical ? QuotedStr(*text) : RawText(argument);
  }
  return IsUtf8(argument, /*surrogatepass=*/true) ? QuotedStr(argument) : RawText(argument);
}

std::string FormatBytes(const OpcodeInfo& info, std::string_view argument) {
  if (info.arg == ArgKind::kStringNl) {
    const Result<std::string> bytes = DecodeQuotedString(argument);
    const bool canonical = bytes && Python2Repr(*bytes) == argument;
    return canonical ? QuotedBytes(*bytes) : RawText(argument);
  }
  const bool is_python2 = info.arg == ArgKind::kString1 || info.arg == ArgKind::kString4;
  return (is_python2 ? "" : "b") + QuotedBytes(argument);
}

std::string FormatGlobal(std::string_view argument) {
  if (!IsUtf8(argument, /*surrogatepass=*/true)) return RawText(argument);
  const size_t newline = argument.find('\n');
  const std::string_view module = argument.substr(0, newline);
  const std::string_view name = argument.substr(newline + 1);
  if (module.find(' ') == std::string_view::npos)
    return QuotedStr(fmt::format("{} {}", module, name));
  return QuotedStr(module) + " " + QuotedStr(name);
}

// One pass over a pickle: its instructions with what dis() would say about each.
class Walker {
 public:
  struct Row {
    Instruction instruction;
    StackEffect effect;  // its error is the first of all that dis() could raise here
  };

  Walker(std::string_view bytes, AfterStop after_stop)
      : decoder_(bytes), bytes_(bytes), after_stop_(after_stop) {}

  // The next row, or nothing at the end: of the input, of what can be decoded, or at STOP.
  std::optional<Row> Next() {
    if (stopped_ && after_stop_ == AfterStop::kEnd) return std::nullopt;
    const Result<std::optional<Instruction>> next = decoder_.Next();
    const std::optional<Instruction> instruction = next.value_or(std::nullopt);
    if (!next) error_ = next.error();
    if (!instruction) {
      if (!stopped_ && !error_) {
        error_ = Error{ErrorCode::kTruncated, bytes_.size(), "the pickle ends before STOP"};
      }
      return std::nullopt;
    }
    Row row{*instruction, emulator_.Apply(*instruction)};
    std::optional<Error> argument_error = CheckArgument(*instruction);
    if (!argument_error) argument_error = CheckPrintable(*instruction);
    if (argument_error) row.effect.error = std::move(argument_error);
    const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(instruction->opcode));
    highest_protocol_ = std::max(highest_protocol_, info->protocol);
    stopped_ = instruction->opcode == Opcode::STOP;
    if (stopped_) EndPickle(row);
    return row;
  }

  const std::optional<Error>& error() const { return error_; }
  std::string_view tail() const { return bytes_.substr(decoder_.position()); }
  size_t position() const { return decoder_.position(); }
  int highest_protocol() const { return highest_protocol_; }

 private:
  // After STOP: what is left on the stack is an error, and the next pickle begins anew.
  void EndPickle(Row& row) {
    const size_t left = emulator_.stack_size();
    if (left != 0 && !row.effect.error) {
      row.effect.error = Error{ErrorCode::kStack, row.instruction.offset,
                               fmt::format("{} items are left on the stack after STOP", left)};
    }
    emulator_.Clear();
  }

  Decoder decoder_;
  StackEmulator emulator_;
  std::string_view bytes_;
  AfterStop after_stop_;
  bool stopped_ = false;
  int highest_protocol_ = -1;
  std::optional<Error> error_;
};

std::string CommentOf(const Walker::Row& row) {
  const StackEffect& effect = row.effect;
  std::string out;
  const auto add = [&out](std::string_view part) {
    out += out.empty() ? "# " : "; ";
    out += part;
  };
  if (effect.mark) add(fmt::format("MARK at {}", *effect.mark));
  if (row.instruction.opcode == Opcode::MEMOIZE && effect.memo) add("memo " + *effect.memo);
  if (row.instruction.opcode == Opcode::STACK_GLOBAL && effect.global) {
    add(fmt::format("{} {}", QuotedStr(effect.global->module), QuotedStr(effect.global->name)));
  }
  if (effect.error) {
    out += out.empty() ? "" : " ";
    out += "# error: " + effect.error->message;
  }
  return out;
}

class Printer {
 public:
  explicit Printer(const DisassembleOptions& options) : options_(options) {}

  // `comment` begins with #, or is empty.
  void Line(uint64_t offset, std::string_view text, std::string_view comment) {
    const size_t start = out_.size();
    if (options_.offsets) fmt::format_to(std::back_inserter(out_), "{:>4}: ", offset);
    out_ += text;
    if (options_.comments && !comment.empty()) {
      const size_t width = out_.size() - start;
      out_.append(width < kCommentColumn ? kCommentColumn - width : 1, ' ');
      out_ += comment;
    }
    out_ += '\n';
  }

  void Instruction(const Walker::Row& row) {
    std::string text(std::min(row.effect.depth, kMaxIndentedMarks) * kIndent, ' ');
    text += Name(row.instruction.opcode);
    const std::string argument = FormatArgument(row.instruction.opcode, row.instruction.argument);
    if (!argument.empty()) text += " " + argument;
    Line(row.instruction.offset, text, CommentOf(row));
  }

  void Tail(uint64_t offset, std::string_view tail, const std::optional<Error>& error) {
    std::string comment =
        error ? "# error: " + error->message : fmt::format("# {} bytes after STOP", tail.size());
    for (size_t i = 0; i < tail.size(); i += kTailBytesPerLine) {
      Line(offset + i, "BYTES 0x" + ToHex(tail.substr(i, kTailBytesPerLine)), comment);
      comment.clear();
    }
    if (tail.empty() && error) Comment(comment);
  }

  void Comment(std::string_view comment) {
    if (options_.comments) fmt::format_to(std::back_inserter(out_), "{}\n", comment);
  }

  std::string Take() { return std::move(out_); }

 private:
  DisassembleOptions options_;
  std::string out_;
};

nlohmann::ordered_json JsonOf(const Error& error) {
  return {{"code", Name(error.code)}, {"offset", error.offset}, {"message", error.message}};
}

}  // namespace

std::string FormatArgument(Opcode opcode, std::string_view argument) {
  const OpcodeInfo& info = *FindOpcode(static_cast<uint8_t>(opcode));
  switch (LayoutOf(info.arg).value) {
    case ArgLayout::Value::kNone: return "";
    case ArgLayout::Value::kInt: return FormatInt(info, argument);
    case ArgLayout::Value::kFloat: return FormatFloat(info, argument);
    case ArgLayout::Value::kText: return FormatText(info, argument);
    case ArgLayout::Value::kBytes: return FormatBytes(info, argument);
    case ArgLayout::Value::kGlobal: return FormatGlobal(argument);
  }
  return "";
}

std::string Disassemble(std::string_view bytes, const DisassembleOptions& options) {
  Walker walker(bytes, options.after_stop);
  Printer printer(options);
  while (const std::optional<Walker::Row> row = walker.Next()) printer.Instruction(*row);
  printer.Tail(walker.position(), walker.tail(), walker.error());
  if (walker.highest_protocol() >= 0) {
    printer.Comment(fmt::format("# highest protocol among opcodes: {}", walker.highest_protocol()));
  }
  return printer.Take();
}

std::string DisassembleJson(std::string_view bytes) {
  Walker walker(bytes, AfterStop::kEnd);
  std::string out = "{\"instructions\":[";
  bool first = true;
  while (const std::optional<Walker::Row> row = walker.Next()) {
    const Instruction& instruction = row->instruction;
    nlohmann::ordered_json object = {{"offset", instruction.offset},
                                     {"opcode", Name(instruction.opcode)},
                                     {"argument", nullptr},
                                     {"raw", ToHex(instruction.raw)}};
    std::string argument = FormatArgument(instruction.opcode, instruction.argument);
    if (!argument.empty()) object["argument"] = std::move(argument);
    if (row->effect.error) object["error"] = JsonOf(*row->effect.error);
    if (!first) out += ',';
    first = false;
    out += object.dump();
  }
  const std::optional<Error>& end = walker.error();
  const nlohmann::ordered_json error = end ? JsonOf(*end) : nlohmann::ordered_json(nullptr);
  out += fmt::format("],\"tail\":\"{}\",\"error\":{}}}", ToHex(walker.tail()), error.dump());
  return out;
}

}  // namespace pickleproof
