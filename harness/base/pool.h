#pragma once
// A growable array for trivially copyable values, made for arenas that are reused between inputs:
// it grows geometrically without zeroing, keeps its memory when cleared, and never grows past a
// limit. std::vector zeroes what resize() adds and can't refuse to grow.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "harness/base/check.h"

namespace pickleproof {

template <typename T>
class Pool {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Pool() = default;
  Pool(const Pool& other) : limit_(other.limit_) { Append(other.span()); }
  Pool(Pool&& other) noexcept { swap(other); }
  Pool& operator=(Pool other) noexcept {
    swap(other);
    return *this;
  }
  ~Pool() { std::free(static_cast<void*>(data_)); }

  void swap(Pool& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(limit_, other.limit_);
  }

  // The largest size this pool may grow to. A capacity above a new limit is given back at once.
  void set_limit(size_t limit) {
    limit_ = limit;
    if (capacity_ > limit_) {
      size_ = std::min(size_, limit_);
      Reallocate(limit_);
    }
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  std::span<const T> span() const { return {data_, size_}; }
  size_t capacity_bytes() const { return capacity_ * kItemBytes; }

  void clear() { size_ = 0; }
  void pop_back() { --size_; }
  // Shrinks or keeps; growing happens through Append and Extend only.
  void truncate(size_t size) { size_ = size; }

  // Makes room for `more` values. False, and nothing changed, where the limit forbids it.
  [[nodiscard]] bool Reserve(size_t more) {
    if (more <= capacity_ - size_) [[likely]]
      return true;
    return Grow(more);
  }

  // False where the limit forbids it.
  bool Push(const T& value) {
    if (size_ == capacity_) [[unlikely]] {
      const T copy = value;  // `value` may lie in this pool
      if (!Grow(1)) return false;
      data_[size_++] = copy;
      return true;
    }
    data_[size_++] = value;
    return true;
  }
  void PushUnchecked(const T& value) { data_[size_++] = value; }

  // The values must not lie in this pool. False where the limit forbids it.
  bool Append(std::span<const T> values) {
    if (!Reserve(values.size())) return false;
    if (!values.empty()) std::memcpy(data_ + size_, values.data(), values.size() * kItemBytes);
    size_ += values.size();
    return true;
  }

  // Adds `count` uninitialised values. False where the limit forbids it.
  bool Extend(size_t count) {
    if (!Reserve(count)) return false;
    size_ += count;
    return true;
  }

  // Gives the memory back where more than `bytes` are held; for arenas reused between inputs, so
  // that one huge input does not keep its memory for ever.
  void ShrinkTo(size_t bytes) {
    if (capacity_bytes() > bytes && size_ * kItemBytes <= bytes) Reallocate(bytes / kItemBytes);
  }

 private:
  [[gnu::noinline]] bool Grow(size_t more) {
    if (more > limit_ - size_) return false;
    const size_t wanted = std::max({size_ + more, capacity_ * 2, size_t{32}});
    Reallocate(std::min(wanted, limit_));
    return true;
  }

  void Reallocate(size_t capacity) {
    if (capacity == 0) {
      std::free(static_cast<void*>(std::exchange(data_, nullptr)));
    } else {
      void* grown = std::realloc(static_cast<void*>(data_), capacity * kItemBytes);
      if (grown == nullptr) throw std::bad_alloc();
      data_ = static_cast<T*>(grown);
    }
    capacity_ = capacity;
  }

  static constexpr size_t kItemBytes = sizeof(T);  // NOLINT(bugprone-sizeof-expression)

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t limit_ = ~size_t{0} / kItemBytes / 2;
};

}  // namespace pickleproof
