#pragma once
// Owned bytes with stable addresses: what a graph keeps of its strings. Freed or reused as a whole.

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace pickleproof {

class TextArena {
 public:
  TextArena() = default;
  TextArena(TextArena&&) = default;
  TextArena& operator=(TextArena&&) = default;

  // Room for `size` bytes, uninitialised, at an address that stays until Clear().
  char* Allocate(size_t size) {
    used_ += size;
    if (size > left_) Refill(size);
    char* out = next_;
    next_ += size;
    left_ -= size;
    return out;
  }

  const char* Copy(std::string_view bytes) {
    char* out = Allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    return out;
  }

  size_t used() const { return used_; }

  // Forgets everything; keeps one chunk of ordinary size for the next use.
  void Clear() {
    used_ = 0;
    if (chunks_.empty()) return;
    chunks_.resize(1);
    next_ = chunks_.front().get();
    left_ = kChunk;
  }

 private:
  static constexpr size_t kChunk = size_t{16} << 10;

  // The first chunk always has kChunk bytes; larger requests get chunks of their own after it.
  void Refill(size_t size) {
    if (chunks_.empty()) {
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(kChunk));
      next_ = chunks_.back().get();
      left_ = kChunk;
      if (size <= left_) return;
    }
    const size_t chunk = size > growth_ ? size : growth_;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
    next_ = chunks_.back().get();
    left_ = chunk;
    if (growth_ < size_t{16} << 20) growth_ *= 2;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t used_ = 0;
  size_t growth_ = kChunk;
};

}  // namespace pickleproof
