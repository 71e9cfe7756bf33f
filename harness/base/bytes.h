#pragma once
// Byte strings: std::string where owned, std::string_view where borrowed. Little-endian codecs, hex
// and base64 for people and for JSON.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "harness/base/error.h"

namespace pickleproof {

static_assert(std::endian::native == std::endian::little, "the codecs below assume it");

// Reads sizeof(T) bytes at `p`, little-endian, unaligned.
template <typename T>
T LoadLittle(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

template <typename T>
void AppendLittle(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof raw);
}

// Lower-case hex without separators.
std::string ToHex(std::string_view bytes);

// Accepts upper and lower case, spaces, and an optional 0x in front. kSyntax with the offset of the
// first character that is no hex digit.
Result<std::string> FromHex(std::string_view hex);

// RFC 4648 base64 with padding.
std::string ToBase64(std::string_view bytes);
Result<std::string> FromBase64(std::string_view text);

// Python's repr of a bytes object, without the b prefix and the quotes: printable ASCII as it is,
// the rest as \n, \r, \t, \\, \', \xNN.
std::string EscapeBytes(std::string_view bytes);

}  // namespace pickleproof
