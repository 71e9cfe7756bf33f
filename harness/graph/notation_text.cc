#include "harness/graph/notation_text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/base/utf8.h"

namespace pickleproof {
namespace {

constexpr uint64_t kPlainNan = 0x7ff8000000000000U;

// Ranges of code points from U+0080 on that a reader can't see or tell apart: controls, spaces,
// marks of direction, surrogates, variation selectors, tags.
constexpr std::pair<uint32_t, uint32_t> kInvisible[] = {
    {0x80, 0xa0},     {0xad, 0xad},     {0x61c, 0x61c},     {0x115f, 0x1160}, {0x1680, 0x1680},
    {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f},   {0x205f, 0x206f}, {0x3000, 0x3000},
    {0x3164, 0x3164}, {0xd800, 0xdfff}, {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xe0000, 0xe0fff},
};

bool IsInvisible(uint32_t c) {
  if ((c & 0xfffeU) == 0xfffeU) return true;  // the noncharacters that end each plane
  return std::any_of(std::begin(kInvisible), std::end(kInvisible),
                     [c](const auto& range) { return c >= range.first && c <= range.second; });
}

void AppendEscape(std::string& out, uint32_t c) {
  auto to = std::back_inserter(out);
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c <= 0xff) {
    fmt::format_to(to, "\\x{:02x}", c);
  } else if (c <= 0xffff) {
    fmt::format_to(to, "\\u{:04x}", c);
  } else {
    fmt::format_to(to, "\\U{:08x}", c);
  }
}

std::unexpected<Error> BadEscape(size_t offset, std::string_view wanted) {
  return Fail(ErrorCode::kSyntax, fmt::format("expected {}", wanted), offset);
}

// Reads one quoted literal into memory that has room for its raw length: every escape is at least
// as long as what it stands for.
class Unquoter {
 public:
  Unquoter(std::string_view text, size_t offset, bool bytes, char* out)
      : text_(text), at_(offset), bytes_(bytes), begin_(out), out_(out) {}

  // From after the opening quote up to `end`, the closing one.
  Result<std::string_view> Read(size_t end) {
    while (at_ < end) {
      const char* next = static_cast<const char*>(std::memchr(text_.data() + at_, '\\', end - at_));
      const size_t stop = next == nullptr ? end : static_cast<size_t>(next - text_.data());
      std::memcpy(out_, text_.data() + at_, stop - at_);
      out_ += stop - at_;
      at_ = stop;
      if (at_ == end) break;
      if (auto read = ReadEscape(); !read) return std::unexpected(std::move(read.error()));
    }
    return std::string_view(begin_, static_cast<size_t>(out_ - begin_));
  }

 private:
  Result<void> ReadEscape() {
    const char c = text_[at_ + 1];
    switch (c) {
      case '\\':
      case '\'':
      case '"': return Put(c);
      case 'n': return Put('\n');
      case 'r': return Put('\r');
      case 't': return Put('\t');
      case 'x': return ReadHex(2);
      case 'u':
      case 'U':
        if (bytes_) break;
        return ReadHex(c == 'u' ? 4 : 8);
      default: break;
    }
    return BadEscape(at_, bytes_
                              ? R"(one of the escapes \\ \' \" \n \r \t \xNN)"
                              : R"(one of the escapes \\ \' \" \n \r \t \xNN \uNNNN \U00NNNNNN)");
  }

  Result<void> Put(char c) {
    *out_++ = c;
    at_ += 2;
    return {};
  }

  Result<void> ReadHex(size_t digits) {
    const std::string_view hex = text_.substr(at_ + 2, digits);
    uint32_t value = 0;
    const auto [stop, problem] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (problem != std::errc() || stop != hex.data() + digits) {
      return BadEscape(at_, fmt::format("{} hex digits after \\{}", digits, text_[at_ + 1]));
    }
    if (value > kMaxCodePoint) return BadEscape(at_, "a code point up to \\U0010ffff");
    if (bytes_) {
      *out_++ = static_cast<char>(value);
    } else {
      std::string encoded;
      AppendUtf8(encoded, value);
      out_ = std::copy(encoded.begin(), encoded.end(), out_);
    }
    at_ += 2 + digits;
    return {};
  }

  std::string_view text_;
  size_t at_;
  bool bytes_;
  char* begin_;
  char* out_;
};

}  // namespace

void AppendQuotedStr(std::string& out, std::string_view text) {
  const bool swap =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = swap ? '"' : '\'';
  out += quote;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      ++i;
      if (text[start] == quote || byte == '\\') {
        out += '\\';
        out += text[start];
      } else if (byte < 0x20 || byte == 0x7f) {
        AppendEscape(out, byte);
      } else {
        out += text[start];
      }
      continue;
    }
    const uint32_t c = NextCodePoint(text, &i);
    if (IsInvisible(c)) {
      AppendEscape(out, c);
    } else {
      out += text.substr(start, i - start);
    }
  }
  out += quote;
}

void AppendQuotedBytes(std::string& out, std::string_view bytes) {
  out += '\'';
  out += EscapeBytes(bytes);
  out += '\'';
}

void AppendFloat(std::string& out, uint64_t bits) {
  const auto value = std::bit_cast<double>(bits);
  if (std::isnan(value)) {
    out += "nan";
    if (bits != kPlainNan) fmt::format_to(std::back_inserter(out), ":{:016x}", bits);
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  char digits[32];
  // Python's choice between the two forms: Python/pystrtod.c, format code 'r'.
  const double size = std::abs(value);
  const bool fixed = size == 0 || (size >= 1e-4 && size < 1e16);
  const auto [end, problem] =
      std::to_chars(digits, digits + sizeof digits, value,
                    fixed ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view shortest(digits, static_cast<size_t>(end - digits));
  out += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos) out += ".0";
}

std::optional<double> FloatFromDigits(std::string_view digits) {
  double value = 0;
  const char* begin = digits.data();
  const char* end = begin + digits.size();
  const auto [stop, problem] = std::from_chars(begin, end, value);
  if (problem != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<std::string_view> ReadQuoted(std::string_view text, size_t* offset, bool bytes,
                                    TextArena& arena) {
  const size_t open = *offset;
  const char quote = text[open];
  bool escaped = false;
  size_t end = open + 1;
  for (; end < text.size() && text[end] != quote; ++end) {
    const auto c = static_cast<unsigned char>(text[end]);
    if (c == '\n') break;
    if (bytes && c >= 0x80) return BadEscape(end, "\\xNN: only ASCII stands for itself in bytes");
    if (c != '\\') continue;
    escaped = true;
    ++end;
    if (end >= text.size()) break;
  }
  if (end >= text.size() || text[end] != quote) {
    return Fail(ErrorCode::kSyntax,
                fmt::format("expected the closing {} of this text on the same line", quote), open);
  }
  *offset = end + 1;
  if (!escaped) return text.substr(open + 1, end - open - 1);
  return Unquoter(text, open + 1, bytes, arena.Allocate(end - open - 1)).Read(end);
}

bool IsIdentifier(std::string_view name) {
  return !name.empty() && IsIdentifierStart(name[0]) &&
         std::all_of(name.begin(), name.end(), IsIdentifierPart);
}

}  // namespace pickleproof
