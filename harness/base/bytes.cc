#include "harness/base/bytes.h"

#include <array>

namespace pickleproof {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string ToHex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const unsigned char c : bytes) {
    out += kHexDigits[c >> 4];
    out += kHexDigits[c & 15];
  }
  return out;
}

Result<std::string> FromHex(std::string_view hex) {
  std::string out;
  int high = -1;
  const size_t start = hex.starts_with("0x") || hex.starts_with("0X") ? 2 : 0;
  for (size_t i = start; i < hex.size(); ++i) {
    if (hex[i] == ' ' || hex[i] == '\n' || hex[i] == '\t') continue;
    const int value = HexValue(hex[i]);
    if (value < 0) {
      return Fail(ErrorCode::kSyntax,
                  std::string("'") + EscapeBytes(hex.substr(i, 1)) +
                      "' is no hex digit; write bytes as pairs of 0-9 and a-f",
                  i);
    }
    if (high < 0) {
      high = value;
    } else {
      out += static_cast<char>(high << 4 | value);
      high = -1;
    }
  }
  if (high >= 0) {
    return Fail(ErrorCode::kSyntax, "an odd number of hex digits; write each byte as two digits",
                hex.size());
  }
  return out;
}

std::string ToBase64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t have = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += j <= have ? kBase64Digits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

Result<std::string> FromBase64(std::string_view text) {
  static const auto kValues = [] {
    std::array<int8_t, 256> values{};
    values.fill(-1);
    for (size_t i = 0; i < kBase64Digits.size(); ++i) {
      values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<int8_t>(i);
    }
    return values;
  }();
  if (text.size() % 4 != 0) {
    return Fail(ErrorCode::kSyntax, "base64 whose length is no multiple of 4", text.size());
  }
  std::string out;
  for (size_t i = 0; i < text.size(); i += 4) {
    uint32_t group = 0;
    size_t have = 4;
    for (size_t j = 0; j < 4; ++j) {
      const char c = text[i + j];
      const bool padding = c == '=' && i + 4 == text.size() && j >= 2;
      if (padding && have == 4) have = j;
      const int value = padding ? 0 : kValues[static_cast<unsigned char>(c)];
      if (value < 0 || (!padding && have < 4)) {
        return Fail(ErrorCode::kSyntax, "a character that is not base64", i + j);
      }
      group = group << 6 | static_cast<uint32_t>(value);
    }
    for (size_t j = 0; j + 1 < have; ++j) out += static_cast<char>(group >> (16 - 8 * j));
  }
  return out;
}

std::string EscapeBytes(std::string_view bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\\' || c == '\'') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c >= 0x20 && c < 0x7f) {
      out += static_cast<char>(c);
    } else {
      out += "\\x";
      out += kHexDigits[c >> 4];
      out += kHexDigits[c & 15];
    }
  }
  return out;
}

}  // namespace pickleproof
