#pragma once
// A bounds-checked reader over borrowed bytes. Kept apart because the decoder and the machine both
// read through it. Nothing here allocates or throws; a read that fails moves nothing.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "harness/base/bytes.h"

namespace pickleproof {

class Cursor {
 public:
  Cursor() = default;
  explicit Cursor(std::string_view data, size_t position = 0)
      : begin_(data.data()),
        next_(data.data() + (position < data.size() ? position : data.size())),
        end_(data.data() + data.size()) {}

  // Bytes read so far, from the beginning of the data.
  size_t position() const { return static_cast<size_t>(next_ - begin_); }
  size_t left() const { return static_cast<size_t>(end_ - next_); }
  bool at_end() const { return next_ == end_; }
  // Everything, and what was not read yet.
  std::string_view data() const { return {begin_, static_cast<size_t>(end_ - begin_)}; }
  std::string_view rest() const { return {next_, left()}; }

  // Moves to `position`, which must not lie past the end.
  void Seek(size_t position) { next_ = begin_ + position; }

  // Moves past one byte; `left()` must not be 0.
  uint8_t TakeByte() { return static_cast<uint8_t>(*next_++); }

  // The next `size` bytes, or false where fewer are left. `size` may be any number.
  [[nodiscard]] bool Take(uint64_t size, std::string_view* out) {
    if (size > left()) [[unlikely]]
      return false;
    *out = {next_, static_cast<size_t>(size)};
    next_ += size;
    return true;
  }

  // A fixed-width little-endian integer or float.
  template <typename T>
  [[nodiscard]] bool Read(T* out) {
    if (left() < sizeof(T)) [[unlikely]]
      return false;
    *out = LoadLittle<T>(next_);
    next_ += sizeof(T);
    return true;
  }

  // The bytes up to the next '\n', which is read too but not part of the line. False where there is
  // no '\n' any more.
  [[nodiscard]] bool Line(std::string_view* out) {
    if (at_end()) return false;
    const void* found = std::memchr(next_, '\n', left());
    if (found == nullptr) [[unlikely]]
      return false;
    const char* newline = static_cast<const char*>(found);
    *out = {next_, static_cast<size_t>(newline - next_)};
    next_ = newline + 1;
    return true;
  }

 private:
  const char* begin_ = nullptr;
  const char* next_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace pickleproof
