#pragma once
// The memo of a pickler of live objects: which object has which index. It owns a reference to each,
// so that no other object can get its address. Open addressing, as it is asked for every object.

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "harness/base/pool.h"
#include "harness/python/python_api.h"

namespace pickleproof {

class LiveMemo {
 public:
  struct Entry {
    PyObject* object;  // nullptr: free
    uint64_t index;
  };

  LiveMemo() = default;
  LiveMemo(const LiveMemo&) = delete;
  LiveMemo& operator=(const LiveMemo&) = delete;
  ~LiveMemo() { Clear(); }

  size_t size() const { return size_; }
  size_t memory_bytes() const { return slots_.capacity_bytes(); }

  // nullptr where the object has no index.
  const Entry* Find(PyObject* object) const {
    if (size_ == 0) return nullptr;
    for (size_t i = Home(object);; i = (i + 1) & mask_) {
      const Entry& entry = slots_[i];
      if (entry.object == object) return &entry;
      if (entry.object == nullptr) return nullptr;
    }
  }

  // Gives an object that has none the next index: the number of entries.
  uint64_t Add(PyObject* object) {
    const uint64_t index = size_;
    AddAt(object, index);
    return index;
  }

  // Sets any index.
  void Set(PyObject* object, uint64_t index) {
    if (const Entry* known = Find(object); known != nullptr) {
      const_cast<Entry*>(known)->index = index;
    } else {
      AddAt(object, index);
    }
  }

  // Forgets everything. Whatever code that runs sees it empty already.
  void Clear() {
    Pool<Entry> old;
    old.swap(slots_);
    size_ = mask_ = 0;
    for (const Entry& entry : old) Py_XDECREF(entry.object);
  }

  void swap(LiveMemo& other) noexcept {
    slots_.swap(other.slots_);
    std::swap(size_, other.size_);
    std::swap(mask_, other.mask_);
  }

  template <class Visit>
  void ForEach(Visit visit) const {
    for (const Entry& entry : slots_) {
      if (entry.object != nullptr) visit(entry);
    }
  }

 private:
  static constexpr size_t kFirstSlots = 64;

  size_t Home(PyObject* object) const {
    const auto address = reinterpret_cast<uintptr_t>(object) >> 4U;
    return (address ^ (address >> 15U)) & mask_;
  }

  void AddAt(PyObject* object, uint64_t index) {
    if (size_ * 2 >= slots_.size()) Grow();
    Py_INCREF(object);
    Place({object, index});
    ++size_;
  }

  void Place(const Entry& entry) {
    size_t i = Home(entry.object);
    while (slots_[i].object != nullptr) i = (i + 1) & mask_;
    slots_[i] = entry;
  }

  [[gnu::noinline]] void Grow() {
    const size_t slots = slots_.empty() ? kFirstSlots : slots_.size() * 4;
    Pool<Entry> old;
    if (!old.Extend(slots)) throw std::bad_alloc();
    std::memset(static_cast<void*>(old.data()), 0, slots * sizeof(Entry));
    old.swap(slots_);
    mask_ = slots - 1;
    for (const Entry& entry : old) {
      if (entry.object != nullptr) Place(entry);
    }
  }

  Pool<Entry> slots_;
  size_t size_ = 0;
  size_t mask_ = 0;
};

}  // namespace pickleproof
