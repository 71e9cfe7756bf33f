// Decoding of Python 2 strings, with Python's error handlers. Declared in text_codec.h.

#include <algorithm>
#include <array>
#include <utility>

#include "harness/base/utf8.h"
#include "harness/pickle/text_codec.h"

namespace pickleproof {
namespace {

enum class Handler : uint8_t {
  kStrict,
  kIgnore,
  kReplace,
  kSurrogateEscape,
  kSurrogatePass,
  kBackslashReplace
};

std::optional<Handler> FindHandler(std::string_view name) {
  static constexpr std::pair<std::string_view, Handler> kHandlers[] = {
      {"strict", Handler::kStrict},
      {"ignore", Handler::kIgnore},
      {"replace", Handler::kReplace},
      {"surrogateescape", Handler::kSurrogateEscape},
      {"surrogatepass", Handler::kSurrogatePass},
      {"backslashreplace", Handler::kBackslashReplace},
  };
  for (const auto& [known, handler] : kHandlers) {
    if (name == known) return handler;
  }
  return std::nullopt;
}

// The length of the bad sequence at the front of `text`, which is where CPython's UTF-8 decoder
// calls its error handler: a lead byte with the continuation bytes that could still follow it.
size_t BadUtf8Length(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  const size_t needed = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4) return 1;
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  size_t length = 1;
  while (length <= needed && length < text.size()) {
    const unsigned char c = at(length);
    const bool fits = length == 1 ? c >= low && c <= high : (c & 0xc0) == 0x80;
    if (!fits) break;
    ++length;
  }
  return length;
}

// Appends what `handler` makes of bad bytes; false where it raises.
bool Handle(std::string_view bad, Handler handler, std::string& out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  switch (handler) {
    case Handler::kStrict:
    case Handler::kSurrogatePass: return false;
    case Handler::kIgnore: return true;
    case Handler::kReplace: AppendUtf8(out, 0xfffd); return true;
    case Handler::kSurrogateEscape:
      for (const unsigned char c : bad) {
        if (c < 0x80) return false;
        AppendUtf8(out, 0xdc00U + c);
      }
      return true;
    case Handler::kBackslashReplace:
      for (const unsigned char c : bad) {
        out += "\\x";
        out += kHex[c >> 4];
        out += kHex[c & 15];
      }
      return true;
  }
  return false;
}

}  // namespace

std::optional<TextEncoding> FindTextEncoding(std::string_view name) {
  std::string normal;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != ' ') {
      normal += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  static constexpr std::pair<std::string_view, TextEncoding> kEncodings[] = {
      {"ascii", TextEncoding::kAscii},   {"usascii", TextEncoding::kAscii},
      {"latin1", TextEncoding::kLatin1}, {"iso88591", TextEncoding::kLatin1},
      {"utf8", TextEncoding::kUtf8},     {"bytes", TextEncoding::kBytes},
      {"keep", TextEncoding::kKeep},
  };
  for (const auto& [known, encoding] : kEncodings) {
    if (normal == known) return encoding;
  }
  return std::nullopt;
}

Result<std::string> DecodeText(std::string_view bytes, TextEncoding encoding,
                               std::string_view errors) {
  if (encoding == TextEncoding::kLatin1) {
    std::string out;
    for (const unsigned char c : bytes) AppendUtf8(out, c);
    return out;
  }
  if (IsAscii(bytes)) return std::string(bytes);
  const auto handler = FindHandler(errors);
  if (!handler) {
    return Fail(ErrorCode::kUnsupported,
                "unknown error handler '" + std::string(errors) +
                    "'; use strict, ignore, replace, surrogateescape, surrogatepass or "
                    "backslashreplace");
  }
  std::string out;
  while (!bytes.empty()) {
    size_t good = 0;
    size_t bad = 1;
    if (encoding == TextEncoding::kUtf8) {
      good = Utf8ErrorOffset(bytes, *handler == Handler::kSurrogatePass);
    } else {
      while (good < bytes.size() && static_cast<unsigned char>(bytes[good]) < 0x80) ++good;
    }
    out += bytes.substr(0, good);
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    if (encoding == TextEncoding::kUtf8) bad = BadUtf8Length(bytes);
    if (!Handle(bytes.substr(0, bad), *handler, out)) {
      return Fail(ErrorCode::kBadEncoding,
                  "text that is no " +
                      std::string(encoding == TextEncoding::kAscii ? "ASCII" : "UTF-8") +
                      "; another encoding or errors='surrogateescape' would read it");
    }
    bytes.remove_prefix(bad);
  }
  return out;
}

}  // namespace pickleproof
