#include "generators/shrink_bytes.h"

#include <algorithm>
#include <array>

namespace pickleproof {
namespace {

class ByteShrinker {
 public:
  ByteShrinker(std::string_view bytes, const std::function<bool(std::string_view)>& still_fails,
               uint64_t max_tries)
      : best_(bytes), still_fails_(still_fails), tries_left_(max_tries) {}

  std::string Shrink() {
    bool progress = true;
    while (progress && tries_left_ > 0) {
      progress = DropChunks();
      progress |= LowerBytes();
    }
    return best_;
  }

 private:
  bool Try(std::string candidate) {
    if (tries_left_ == 0) return false;
    --tries_left_;
    if (!still_fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  // After a success the place stays: what moved up there is tried next.
  bool DropChunks() {
    bool progress = false;
    for (size_t size = std::max<size_t>(best_.size() / 2, 1); size > 0; size /= 2) {
      size_t begin = 0;
      while (begin < best_.size()) {
        std::string shorter = best_;
        shorter.erase(begin, size);
        if (Try(std::move(shorter))) {
          progress = true;
        } else {
          begin += size;
        }
      }
    }
    return progress;
  }

  bool LowerBytes() {
    bool progress = false;
    for (size_t i = 0; i < best_.size(); ++i) {
      // Nothing, a digit and a letter are plain; then nearer and nearer to what it is.
      const int old = static_cast<unsigned char>(best_[i]);
      const std::array<int, 6> plainer = {0, '0', 'A', old / 2, old - old / 4, old - 1};
      for (const int byte : plainer) {
        if (byte < 0 || byte >= static_cast<unsigned char>(best_[i])) continue;
        std::string lower = best_;
        lower[i] = static_cast<char>(byte);
        if (Try(std::move(lower))) {
          progress = true;
          break;
        }
      }
    }
    return progress;
  }

  std::string best_;
  const std::function<bool(std::string_view)>& still_fails_;
  uint64_t tries_left_;
};

}  // namespace

std::string ShrinkBytes(std::string_view bytes,
                        const std::function<bool(std::string_view)>& still_fails,
                        uint64_t max_tries) {
  return ByteShrinker(bytes, still_fails, max_tries).Shrink();
}

}  // namespace pickleproof
